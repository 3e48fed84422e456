using System.CommandLine;
using System.Globalization;
using Smile.Catalogue;
using Smile.Contracts;
using Smile.Gateways.Batch;
using Smile.Hosting;
using Smile.Hosting.Security;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Payments;

namespace Smile.Cli;

/// <summary><c>smile payment-batch</c>: the files of debits that go to a bank, and its answers.</summary>
internal static class PaymentBatchCommand
{
    private const int MostShown = 50;

    /// <summary>So often progress is told of.</summary>
    private const int ProgressEvery = 1_000;

    public static Command Create()
    {
        var type = new Option<string>("--type") { Description = "Code of the payment type", Required = true };
        var output = new Option<string>("--output")
        {
            Description = "The file to write, which does not exist yet; only you can read it",
            Required = true,
        };
        var number = Inputs.LongNumber.Argument("batch", "Number of the batch");
        var file = new Argument<string>("file")
        {
            Description = "The bank's answer: CSV with the columns Reference, Outcome, BankReference and Reason",
        };
        return new Command("payment-batch", "Files of debits for banks that take them, and their answers")
        {
            CommandSupport.OnStage(
                "make",
                "Makes a batch of all debits that wait, and its file",
                [type, output],
                async (parsed, stage, settings, cancellation) =>
                {
                    var (code, target) = (parsed.GetValue(type)!, NewFile(parsed.GetValue(output)!));
                    RequireBatchType(StageCommand.RequireOpen(stage), code);
                    var batches = Batches(stage, settings);
                    if (await batches.MakeAsync(code, CommandSupport.Operator, cancellation) is not { } batch)
                    {
                        Console.WriteLine($"No debit of the payment type {code} waits for a file.");
                        return 0;
                    }

                    Console.WriteLine(Describe(batch));
                    return await WriteAsync(batches, batch.Id, target, cancellation);
                }
            ),
            CommandSupport.OnStage(
                "write",
                "Writes a batch's file once more, without what the bank has answered",
                [number, output],
                async (parsed, stage, settings, cancellation) =>
                {
                    var (id, target) = (parsed.GetValue(number), NewFile(parsed.GetValue(output)!));
                    var batches = Batches(StageCommand.RequireOpen(stage), settings);
                    return await batches.FindAsync(id, cancellation) is null
                        ? throw new CommandException($"There is no batch {id}. Use smile payment-batch list.")
                        : await WriteAsync(batches, id, target, cancellation);
                }
            ),
            CommandSupport.OnStage(
                "answer",
                "Takes a bank's answer; the same file again does nothing",
                [file],
                async (parsed, stage, settings, cancellation) =>
                {
                    await using var services = CommandSupport.UseCasesWithGateways(StageCommand.RequireOpen(stage), settings);
                    await using var input = Open(parsed.GetValue(file)!);
                    Console.WriteLine(await AnswerAsync(stage, settings, services, input, Console.WriteLine, cancellation));
                    return 0;
                }
            ),
            CommandSupport.OnStage(
                "list",
                "Shows the newest batches and how far they are answered",
                [],
                async (_, stage, settings, cancellation) =>
                {
                    var found = await Batches(stage, settings).ListAsync(MostShown, cancellation);
                    Terminal.Standard.WriteTable(
                        [">batch", "type", "made", ">debits", ">amount", "currency", ">accepted", ">declined", ">open"],
                        found.Select(Cells)
                    );
                    Console.WriteLine($"Batches: {found.Count}{(found.Count == MostShown ? ", the newest" : "")}.");
                    return 0;
                }
            ),
        };
    }

    /// <summary>
    /// Takes an answer down and settles the payments that it is about, one by one: a run that was stopped goes on with the same file.
    /// </summary>
    /// <returns>What came of it, for the operator.</returns>
    internal static async Task<string> AnswerAsync(
        Stage stage,
        ServerSettings settings,
        IServiceProvider services,
        Stream input,
        Action<string> report,
        CancellationToken cancellation
    )
    {
        IReadOnlyList<AnsweredAttempt> attempts;
        try
        {
            attempts = await Batches(stage, settings).AnswerAsync(input, CommandSupport.Operator, cancellation);
        }
        catch (BatchFileException exception)
        {
            throw new CommandException(exception.Message);
        }

        var scopes = services.GetRequiredService<IServiceScopeFactory>();
        var (done, accepted, declined) = (0, 0, 0);
        foreach (var attempt in attempts)
        {
            await scopes.RunAsync<SettlePayment, PaymentResponseType?>(
                stage,
                CommandSupport.Caller,
                settle =>
                    settle.SettleAsync(new Usn(attempt.AccountUsn), attempt.PaymentNumber, attempt.Reference, attempt.Outcome, cancellation)
            );
            (accepted, declined) = attempt.Outcome is GatewayOutcome.Approved ? (accepted + 1, declined) : (accepted, declined + 1);
            if (++done % ProgressEvery == 0)
            {
                report($"{done} of {attempts.Count} settled.");
            }
        }

        return attempts.Count == 0
            ? "Nothing new: all of the file was settled before."
            : $"Settled: {accepted} accepted, {declined} declined.";
    }

    private static PaymentBatches Batches(Stage stage, ServerSettings settings) =>
        new(stage.Store.Source, PaymentDetailsVault.Open(settings), stage.Clock);

    private static void RequireBatchType(Stage stage, string code)
    {
        var types = stage
            .Catalogue.Content.PaymentTypes.Where(candidate => candidate.Gateway == PaymentTypeItem.BatchGateway)
            .Select(candidate => candidate.Code)
            .ToList();
        if (!types.Contains(code))
        {
            throw new CommandException(
                types.Count == 0
                    ? "The catalogue has no payment type with 'gateway: batch'."
                    : $"The payment type '{code}' does not go by files. These do: {string.Join(", ", types)}."
            );
        }
    }

    /// <summary>A file with numbers of bank accounts replaces nothing, and is known to be writable before the batch is made.</summary>
    internal static FileInfo NewFile(string path)
    {
        var file = new FileInfo(CommandSupport.RequireFile("--output", path));
        return file.Exists ? throw new CommandException($"{file.FullName} exists already: name a new file.")
            : file.Directory is { Exists: true } ? file
            : throw new CommandException($"There is no folder {file.DirectoryName}.");
    }

    private static async Task<int> WriteAsync(PaymentBatches batches, long id, FileInfo target, CancellationToken cancellation)
    {
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            await using var writer = new StreamWriter(target.FullName, options);
            var count = await batches.WriteAsync(id, writer, CommandSupport.Operator, cancellation);
            Console.WriteLine(
                $"{Counted.Of(count, "debit", "debits")} written to {target.FullName}, with account numbers in clear: delete it once "
                    + $"the bank has it."
            );
            return 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(
                $"Batch {id} is made, and its file could not be written: {exception.Message} Use smile payment-batch write {id} "
                    + $"--output FILE."
            );
        }
    }

    internal static FileStream Open(string path)
    {
        try
        {
            return File.OpenRead(CommandSupport.RequireFile("file", path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CommandException($"{path} cannot be read: {exception.Message}");
        }
    }

    private static string Describe(PaymentBatch batch) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"Batch {batch.Id} of {batch.PaymentTypeCode}, made {Moments.Text(batch.Made)}: {batch.Lines} debits of "
                + $"{batch.Amount:0.00##} {batch.Currency}; {batch.Accepted} accepted, {batch.Declined} declined, "
                + $"{batch.Lines - batch.Accepted - batch.Declined} open"
        );

    private static string[] Cells(PaymentBatch batch) =>
        [
            Figure(batch.Id),
            batch.PaymentTypeCode,
            Moments.Text(batch.Made),
            Figure(batch.Lines),
            batch.Amount.ToString("0.00##", CultureInfo.InvariantCulture),
            batch.Currency,
            Figure(batch.Accepted),
            Figure(batch.Declined),
            Figure(batch.Lines - batch.Accepted - batch.Declined),
        ];

    private static string Figure(long value) => value.ToString(CultureInfo.InvariantCulture);
}
