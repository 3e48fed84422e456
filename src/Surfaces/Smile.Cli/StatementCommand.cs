using System.CommandLine;
using System.Globalization;
using Smile.Correspondence.Documents;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Rendering;
using Smile.Session;

namespace Smile.Cli;

/// <summary><c>smile statement USN --from DATE --to DATE --output FILE</c>: an account's statement as a file.</summary>
internal static class StatementCommand
{
    public static Command Create()
    {
        var usn = new Argument<string>("usn") { Description = "The account's USN" };
        var from = Inputs.Date.RequiredOption("--from", "First day, such as 2026-01-01, in the account's time zone");
        var to = Inputs.Date.RequiredOption("--to", "Last day");
        var output = new Option<string>("--output")
        {
            Description = "The file to write; PDF, or XLSX where its name ends so",
            Required = true,
        };
        var command = CommandSupport.OnStage(
            "statement",
            "Writes the statement of an account's period",
            [usn, from, to, output],
            async (parsed, opened, _, cancellation) =>
            {
                await WriteAsync(
                    opened,
                    new Usn(parsed.GetValue(usn)!),
                    parsed.GetValue(from),
                    parsed.GetValue(to),
                    parsed.GetValue(output)!,
                    cancellation
                );
                return 0;
            }
        );
        return command;
    }

    /// <exception cref="CommandException">There is nothing to write; says what to do.</exception>
    public static async Task WriteAsync(Stage stage, Usn usn, DateOnly from, DateOnly to, string path, CancellationToken cancellation)
    {
        if (to < from)
        {
            throw new CommandException("The last day (--to) is before the first one (--from).");
        }

        if (Path.GetExtension(CommandSupport.RequireFile("--output", path)).ToUpperInvariant() is not (".PDF" or ".XLSX"))
        {
            throw new CommandException($"'{path}' is neither a .pdf nor an .xlsx file: statements are written as these.");
        }

        if (!stage.HasCatalogue)
        {
            throw new CommandException($"Stage {stage.Name} has no catalogue. Apply one: smile catalogue apply FILES");
        }

        var session = stage.CreateSession(Caller.Server(usn));
        await using var database = session.Database;
        var document =
            await new LedgerStatements(session).FindAsync(usn, from, to, cancellation)
            ?? throw new CommandException($"There is no account {usn} in stage {stage.Name}.");
        var stationery =
            document.Stationery
            ?? throw new CommandException(
                $"Company {document.Issuer.CompanyId} has no default stationery for statements. Add it to the catalogue's section "
                    + $"'stationery'."
            );
        var format = Path.GetExtension(path).Equals(".xlsx", StringComparison.OrdinalIgnoreCase)
            ? DocumentFileFormat.Xlsx
            : DocumentFileFormat.Pdf;
        using var rendered = new MemoryStream();
        new DocumentRenderer().Render(document, stationery, format, rendered);
        try
        {
            await File.WriteAllBytesAsync(path, rendered.ToArray(), cancellation);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"The file cannot be written: {exception.Message}");
        }

        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{path}: {Counted.Of(document.Statement!.Rows.Count, "transaction")}, closing balance "
                    + $"{document.Statement.ClosingBalance.Formatted()}"
            )
        );
    }
}
