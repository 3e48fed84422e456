using System.CommandLine;
using CsvHelper;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Storage;

namespace Smile.Cli;

/// <summary><c>smile gl</c>: the general ledger's journal as CSV, and the trial balance.</summary>
internal static class GeneralLedgerCommand
{
    private static readonly string[] Columns =
    [
        "Date",
        "Posting",
        "Company",
        "LedgerAccount",
        "Currency",
        "Debit",
        "Credit",
        "AccountUsn",
        "Transaction",
        "TransactionType",
        "Event",
        "Entered",
        "InvoiceNumber",
    ];

    public static Command Create()
    {
        var from = Inputs.Date.RequiredOption("--from", "First posting day, such as 2026-01-01");
        var to = Inputs.Date.RequiredOption("--to", "Last posting day");
        var company = Inputs.Number.Option("--company", "Only this company's entries");
        var output = new Option<string?>("--output") { Description = "File to write; standard output where absent" };
        var export = CommandSupport.OnStage(
            "export",
            "Writes the journal's entries as CSV",
            [from, to, company, output],
            async (parsed, opened, _, cancellation) =>
            {
                RequireRange(opened, parsed.GetValue(from), parsed.GetValue(to), parsed.GetValue(company));
                if (parsed.GetValue(output) is not { } file)
                {
                    await ExportAsync(
                        opened,
                        parsed.GetValue(from),
                        parsed.GetValue(to),
                        parsed.GetValue(company),
                        Console.Out,
                        cancellation
                    );
                    return 0;
                }

                await using var writer = new StreamWriter(CommandSupport.RequireFile("--output", file));
                var count = await ExportAsync(
                    opened,
                    parsed.GetValue(from),
                    parsed.GetValue(to),
                    parsed.GetValue(company),
                    writer,
                    cancellation
                );
                Console.WriteLine($"{Counted.Of(count, "entry", "entries")} written to {file}");
                return 0;
            }
        );

        var through = Inputs.Date.Option(
            "--through",
            "Last posting day that counts, such as 2026-01-31; where absent, all postings that there are, also those of days to come"
        );
        var trial = CommandSupport.OnStage(
            "trial-balance",
            "Shows what each account of the chart has moved, and whether the books balance",
            [through],
            async (parsed, opened, _, cancellation) =>
            {
                return await ShowTrialBalanceAsync(opened, parsed.GetValue(through), Terminal.Standard, cancellation) ? 0 : 1;
            }
        );
        return new Command("gl", "The general ledger") { export, trial };
    }

    /// <exception cref="CommandException">There can be nothing to export.</exception>
    public static void RequireRange(Stage stage, DateOnly from, DateOnly to, int? company)
    {
        if (to < from)
        {
            throw new CommandException("The last day (--to) is before the first one (--from).");
        }

        if (company is { } id && stage.HasCatalogue && stage.Catalogue.Content.Companies.All(candidate => candidate.Id != id))
        {
            throw new CommandException(
                $"There is no company {id}. There are: "
                    + $"{string.Join(", ", stage.Catalogue.Content.Companies.Select(candidate => $"{candidate.Id} ({candidate.Name})"))}."
            );
        }
    }

    /// <returns>How many entries were written.</returns>
    public static async Task<int> ExportAsync(
        Stage stage,
        DateOnly from,
        DateOnly to,
        int? company,
        TextWriter output,
        CancellationToken cancellation
    )
    {
        // Spreadsheets run text that begins with =, + or @: it is escaped.
        await using var csv = CsvWriter.Create(output, new CsvWriterOptions { Injection = CsvInjection.Escape }, leaveOpen: true);
        csv.WriteHeader(Columns);
        var count = 0;
        await foreach (var row in LedgerJournal.ReadAsync(stage.Store.Source, from, to, company, cancellation))
        {
            csv.WriteField(row.Date, "yyyy-MM-dd");
            csv.WriteField(row.Posting.ToString());
            csv.WriteField(row.Company, "");
            csv.WriteField(row.LedgerAccount);
            csv.WriteField(row.Currency);
            csv.WriteField(row.Debit, Format(row.Currency));
            csv.WriteField(row.Credit, Format(row.Currency));
            csv.WriteField(row.AccountUsn);
            csv.WriteField(row.Transaction);
            csv.WriteField(row.TransactionType);
            csv.WriteField(row.Event);
            csv.WriteField(row.Entered, "yyyy-MM-ddTHH:mm:ss.fffzzz");
            csv.WriteField(row.InvoiceNumber ?? "");
            await csv.EndRecordAsync(cancellation);
            count++;
        }

        return count;

        // 110.00: programs that import journals take a column's first amount for the form of all.
        string Format(string currency) => "F" + stage.Catalogue.Currency(currency).Decimals;
    }

    /// <param name="through">The last posting day that counts; null for all.</param>
    /// <returns>Whether debits and credits are the same for each company and currency.</returns>
    public static async Task<bool> ShowTrialBalanceAsync(Stage stage, DateOnly? through, Terminal terminal, CancellationToken cancellation)
    {
        var rows = await LedgerJournal.TrialBalanceAsync(stage.Store.Source, through ?? DateOnly.MaxValue, cancellation);
        await terminal.Output.WriteLineAsync(
            rows.Count == 0 ? "There are no postings."
            : through is { } last ? $"Postings through {last:yyyy-MM-dd}"
            : $"All postings, through {rows.Max(row => row.LatestDay):yyyy-MM-dd}"
        );
        var balanced = true;
        foreach (var books in rows.GroupBy(row => (row.Company, row.Currency)))
        {
            await terminal.Output.WriteLineAsync($"Company {books.Key.Company}, {books.Key.Currency}");
            var (debits, credits) = (books.Sum(row => row.Debits), books.Sum(row => row.Credits));
            balanced &= debits == credits;
            terminal.WriteTable(
                ["account", ">debits", ">credits", ">balance"],
                books
                    .Select(row => Row(row.LedgerAccount, row.Debits, row.Credits))
                    .Append(Row(debits == credits ? "balanced" : "NOT BALANCED", debits, credits))
            );

            string[] Row(string name, decimal left, decimal right) => [name, Amount(left), Amount(right), Amount(left - right)];

            string Amount(decimal value) => stage.Catalogue.Currency(books.Key.Currency).Figures(value);
        }

        return balanced;
    }
}
