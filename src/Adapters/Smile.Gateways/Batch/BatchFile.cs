using System.Globalization;
using System.Text;
using CsvHelper;
using Smile.Kernel;
using Smile.Payments;

namespace Smile.Gateways.Batch;

/// <summary>The files that go to a bank and come from it: CSV (RFC 4180) in UTF-8, with a first line that names the columns.</summary>
internal static class BatchFile
{
    private const int MostAnswers = 200_000;
    private const int LongestReference = 200;
    private const int LongestReason = 1_000;
    private const int MostProblems = 10;
    private const int MostBytesOfALine = 64 * 1024;

    private static readonly string[] DebitColumns = ["Reference", "Account", "Name", "Branch", "Number", "Amount", "Currency"];
    private static readonly string[] AnswerColumns = ["Reference", "Outcome", "BankReference", "Reason"];

    /// <summary>Writes debits. The numbers are in clear: banks want them so.</summary>
    public static async Task WriteAsync(
        IReadOnlyList<BatchLine> lines,
        IPaymentDetailsVault vault,
        TextWriter output,
        CancellationToken cancellation
    )
    {
        await using var csv = CsvWriter.Create(output, new CsvWriterOptions { Injection = CsvInjection.Escape }, leaveOpen: true);
        csv.WriteHeader(DebitColumns);
        foreach (var line in lines)
        {
            var secret = vault.Decrypt(line.Id, line.Secret!);
            csv.WriteField(line.Reference);
            csv.WriteField(line.AccountUsn);
            csv.WriteField(line.HolderName ?? "");
            csv.WriteField(secret.BranchNumber ?? "");
            csv.WriteField(secret.Value);
            csv.WriteField(line.Amount.ToString("0.00##", CultureInfo.InvariantCulture));
            csv.WriteField(line.Currency);
            await csv.EndRecordAsync(cancellation);
        }
    }

    /// <summary>Reads a bank's answers. Columns may stand in any order; others than ours are not looked at.</summary>
    /// <exception cref="BatchFileException">The file has a line that cannot be understood.</exception>
    public static IReadOnlyList<BatchAnswer> Read(Stream input)
    {
        // An answer that is lost in another's quotes, or in letters of another encoding, would be a payment that nobody settles.
        var strict = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
        using var text = new StreamReader(input, strict, leaveOpen: true);
        using var csv = CsvReader.Create(
            text,
            new CsvReaderOptions
            {
                TrimWhitespace = true,
                TrackLineNumbers = true,
                MaxRecordSize = MostBytesOfALine,
                IncludeValuesInExceptions = false,
                AllowLineBreaksInQuotes = false,
                MalformedData = CsvMalformedDataHandling.Throw,
                FieldCountMismatch = CsvFieldCountHandling.Throw,
            }
        );
        try
        {
            csv.ReadHeader();
            if (AnswerColumns.Where(column => !csv.TryGetFieldIndex(column, out _)).ToList() is { Count: > 0 } missing)
            {
                throw new BatchFileException(
                    $"The file's first line does not name the columns {string.Join(", ", missing)}. It has to name "
                        + $"{string.Join(", ", AnswerColumns)}."
                );
            }

            var answers = new List<(int Line, BatchAnswer? Answer, string? Problem)>();
            var seen = new HashSet<string>(StringComparer.Ordinal);
            while (csv.Read())
            {
                answers.Add(
                    answers.Count < MostAnswers
                        ? Answer(csv, seen)
                        : throw new BatchFileException($"The file has more than {MostAnswers} answers: split it.")
                );
            }

            Require(answers.Select(answer => (answer.Line, answer.Problem)));
            if (answers.Count == 0)
            {
                throw new BatchFileException("The file has no answers.");
            }

            return [.. answers.Select(answer => answer.Answer!)];
        }
        catch (DecoderFallbackException)
        {
            throw new BatchFileException("The file is not in UTF-8. Nothing of it was taken.");
        }
        catch (CsvFormatException exception)
        {
            throw new BatchFileException(
                $"The file is no CSV with the columns {string.Join(", ", AnswerColumns)}: {exception.Message} Nothing of it was taken."
            );
        }
    }

    private static (int Line, BatchAnswer? Answer, string? Problem) Answer(CsvReader csv, HashSet<string> seen)
    {
        var line = (int)csv.LineNumber;
        var (reference, outcome) = (csv.GetString("Reference"), csv.GetString("Outcome"));
        var (bank, reason) = (csv.GetString("BankReference"), csv.GetString("Reason"));
        var problem = (reference, outcome) switch
        {
            ({ Length: 0 or > LongestReference }, _) => "the reference is missing or too long",
            _ when !seen.Add(reference) => "the reference was answered above",
            (_, not (nameof(BatchOutcome.Accepted) or nameof(BatchOutcome.Declined))) => "the outcome is neither Accepted nor Declined",
            _ when bank.Length > LongestReference => $"the bank's reference has more than {LongestReference} characters",
            _ when reason.Length > LongestReason => $"the reason has more than {LongestReason} characters",
            _ when CardNumbers.Contains(bank + " " + reason) => "a card number stands in the bank's words",
            _ => null,
        };
        return problem is null
            ? (line, new BatchAnswer(line, reference, Enum.Parse<BatchOutcome>(outcome), NullIfEmpty(bank), NullIfEmpty(reason)), null)
            : (line, null, problem);
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    /// <summary>Refuses a file, with its first problems and their lines.</summary>
    public static void Require(IEnumerable<(int Line, string? Problem)> lines)
    {
        var problems = lines.Where(line => line.Problem is not null).ToList();
        if (problems.Count > 0)
        {
            var shown = problems
                .Take(MostProblems)
                .Select(problem => string.Create(CultureInfo.InvariantCulture, $"line {problem.Line}: {problem.Problem}."));
            var others = problems.Count > MostProblems ? $"and {problems.Count - MostProblems} more. " : "";
            throw new BatchFileException($"{string.Join('\n', shown)}\n{others}Nothing of the file was taken.");
        }
    }
}
