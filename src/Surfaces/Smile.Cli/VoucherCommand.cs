using System.CommandLine;
using System.Globalization;
using System.Text;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Prepaid.Vouchers;

namespace Smile.Cli;

/// <summary><c>smile voucher</c>: prepaid vouchers.</summary>
internal static class VoucherCommand
{
    private const int DefaultCompany = 1;

    public static Command Create()
    {
        var block = new Option<string>("--block") { Description = "Code of the prepaid block that the vouchers are for", Required = true };
        var count = Inputs.Number.RequiredOption("--count", "How many vouchers to make");
        var expires = Inputs.Date.RequiredOption("--expires", "The last day on which they can be redeemed, such as 2027-12-31");
        var company = Inputs.Number.OptionOr(DefaultCompany, "--company", "The company that issues them");
        var note = new Option<string?>("--note") { Description = "What the batch is for" };
        var newFile = new Option<string>("--output") { Description = "A new file for numbers and secret codes", Required = true };
        var output = new Option<string?>("--output") { Description = "A new file to write; standard output where absent" };
        var file = new Argument<string>("file") { Description = "A CSV file with the columns number and code" };
        var batch = Inputs.Number.Option("--batch", "All vouchers of the batch of this number");
        var batchToWrite = Inputs.Number.RequiredOption("--batch", "The number of the batch");
        var numbers = new Argument<string[]>("numbers") { Description = "Numbers of vouchers", Arity = ArgumentArity.ZeroOrMore };
        return new Command("voucher", "Prepaid vouchers")
        {
            CommandSupport.OnSession(
                "list",
                "Shows the batches of vouchers, and how many of each are redeemed",
                [],
                (_, scope, cancellation) => ListAsync(scope, cancellation)
            ),
            CommandSupport.OnSession(
                "generate",
                "Makes vouchers, and writes their numbers and secret codes into a file: nothing else knows the codes",
                [block, count, expires, company, note, newFile],
                (parsed, scope, cancellation) =>
                    TryAsync(() =>
                        GenerateAsync(
                            scope,
                            new VoucherTerms(
                                parsed.GetValue(company),
                                parsed.GetValue(block)!,
                                parsed.GetValue(expires),
                                parsed.GetValue(note)
                            ),
                            parsed.GetValue(count),
                            parsed.GetValue(newFile)!,
                            cancellation
                        )
                    )
            ),
            CommandSupport.OnSession(
                "import",
                "Takes over vouchers that are printed already: all of a file or, where one is wrong, none",
                [file, block, expires, company, note],
                (parsed, scope, cancellation) =>
                    TryAsync(async () =>
                    {
                        await using var input = PaymentBatchCommand.Open(parsed.GetValue(file)!);
                        var vouchers = VoucherFile.Read(input);
                        var terms = new VoucherTerms(
                            parsed.GetValue(company),
                            parsed.GetValue(block)!,
                            parsed.GetValue(expires),
                            parsed.GetValue(note)
                        );
                        var id = await scope.Use<VoucherAdministration>().ImportAsync(terms, vouchers, cancellation);
                        return $"Batch {id} has {Counted.Of(vouchers.Count, "voucher", "vouchers")}.";
                    })
            ),
            CommandSupport.OnSession(
                "void",
                "Makes vouchers void that are not redeemed",
                [numbers, batch, company],
                (parsed, scope, cancellation) =>
                    TryAsync(async () =>
                    {
                        var (given, all) = (parsed.GetValue(numbers) ?? [], parsed.GetValue(batch));
                        if (given.Length == 0 == all is null)
                        {
                            throw new CommandException("Give numbers of vouchers, or --batch.");
                        }

                        var done = await scope.Use<VoucherAdministration>().VoidAsync(parsed.GetValue(company), all, given, cancellation);
                        return $"{Counted.Of(done, "voucher is", "vouchers are")} void that {(done == 1 ? "was" : "were")} not.";
                    })
            ),
            CommandSupport.OnSession(
                "export",
                "Writes the vouchers of a batch and what became of them, without their secret codes",
                [batchToWrite, output],
                (parsed, scope, cancellation) =>
                    TryAsync(() => ExportAsync(scope, parsed.GetValue(batchToWrite), parsed.GetValue(output), cancellation))
            ),
        };
    }

    private static async Task<string?> ListAsync(UseCaseScope scope, CancellationToken cancellation)
    {
        var counts = await scope.Use<VoucherAdministration>().ListAsync(cancellation);
        Terminal.Standard.WriteTable(
            [">batch", ">company", "block", "made", "expires", ">open", ">redeemed", ">void", "note…"],
            counts.Select(count =>
                (string[])
                    [
                        count.Batch.Id.ToString(CultureInfo.InvariantCulture),
                        count.Batch.CompanyId.ToString(CultureInfo.InvariantCulture),
                        count.Batch.Code,
                        Moments.Text(count.Batch.Made),
                        Moments.Text(count.Batch.Expires),
                        count.Open.ToString(CultureInfo.InvariantCulture),
                        count.Redeemed.ToString(CultureInfo.InvariantCulture),
                        count.Voided.ToString(CultureInfo.InvariantCulture),
                        count.Batch.Note ?? "",
                    ]
            )
        );
        return counts.Count == 0 ? "There are no vouchers." : null;
    }

    private static async Task<string?> GenerateAsync(
        UseCaseScope scope,
        VoucherTerms terms,
        int count,
        string path,
        CancellationToken cancellation
    )
    {
        var target = PaymentBatchCommand.NewFile(path);
        var isKept = false;
        try
        {
            var id = await scope
                .Use<VoucherAdministration>()
                .GenerateAsync(terms, count, vouchers => VoucherFile.WriteNewAsync(target, vouchers, cancellation), cancellation);
            isKept = true;
            return $"Batch {id}: {Counted.Of(count, "voucher", "vouchers")} written to {target.FullName}, with their secret codes in "
                + "clear: delete it once they are printed.";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{target.FullName} cannot be written: {exception.Message} No voucher was made.");
        }
        finally
        {
            if (!isKept)
            {
                File.Delete(target.FullName);
            }
        }
    }

    private static async Task<string?> ExportAsync(UseCaseScope scope, int id, string? path, CancellationToken cancellation)
    {
        var (batch, vouchers) = await scope.Use<VoucherAdministration>().ExportAsync(id, cancellation);
        if (path is null)
        {
            await VoucherFile.WriteAsync(Console.Out, batch, vouchers, cancellation);
            return null;
        }

        var target = PaymentBatchCommand.NewFile(path);
        await using var writer = new StreamWriter(target.FullName, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        await VoucherFile.WriteAsync(writer, batch, vouchers, cancellation);
        return $"{Counted.Of(vouchers.Count, "voucher", "vouchers")} written to {target.FullName}";
    }

    private static async Task<string?> TryAsync(Func<Task<string?>> act)
    {
        try
        {
            return await act();
        }
        catch (VoucherException exception)
        {
            throw new CommandException(exception.Message);
        }
    }
}
