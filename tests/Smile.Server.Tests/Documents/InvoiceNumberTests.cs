using Smile.Catalogue;
using Smile.Cli;
using Smile.Correspondence.Documents;
using Smile.Kernel;
using Smile.Receivables;
using Smile.Server.Tests.Fixture;
using Smile.Session;
using static Smile.Server.Tests.Fixture.Money;
using static Smile.Server.Tests.Fixture.PaymentHelp;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Documents;

/// <summary>R5: a company that must count its invoices without gaps. It has a server of its own.</summary>
public sealed class InvoiceNumberTests(ServerFixture server) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    public async Task InitializeAsync() =>
        _ = await ChangedCatalogue.ApplyAsync(
            server,
            content =>
                content with
                {
                    Companies =
                    [
                        .. content.Companies.Select(company => company with { InvoiceNumbers = new InvoiceNumbering("RE-", 6, 1001) }),
                    ],
                }
        );

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task R5_invoices_are_numbered_without_gaps_whatever_fails()
    {
        var accounts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => NewAccountAsync(server)));

        // Another test may have counted before.
        var begin = await server.QueryAsync<long>(
            "SELECT coalesce((SELECT last_number FROM invoice_number WHERE company_id = 1), 1000) + 1"
        );
        var first = await accounts[0].InvoiceAsync(10m);
        var quote = (
            await server.Administrator.CallAsync(
                "account",
                "raiseInvoice",
                P("usn", accounts[0].Usn),
                Invoice([Charge(accounts[0].Usn, "cst", "5")], after: "<InvoiceOperation>LeaveOpen</InvoiceOperation>")
            )
        ).At("transactionNumber")!;
        Assert.Equal((Printed(0), ""), (await PrintedAsync(first), await PrintedAsync(quote)));

        // Many at once on several accounts, some of which are refused at the last moment: a chargeId is used once.
        var charge = Guid.NewGuid().ToString();
        await accounts[1].InvoiceAsync(Charge(accounts[1].Usn, "cst", "1", $"<chargeId>{charge}</chargeId>"));
        await Task.WhenAll(
            accounts.SelectMany(account =>
                Enumerable
                    .Range(0, 6)
                    .Select(async index =>
                    {
                        if (index % 2 == 0)
                        {
                            await account.InvoiceAsync(10m + index);
                        }
                        else
                        {
                            await server.Administrator.RefusedAsync(
                                "account",
                                "raiseInvoice",
                                P("usn", account.Usn),
                                Invoice([Charge(account.Usn, "cst", "1", $"<chargeId>{charge}</chargeId>")])
                            );
                        }
                    })
            )
        );
        await RunAsync<TransactionLifecycle, bool>(
            server,
            async lifecycle =>
            {
                await lifecycle.CloseAsync(quote, default);
                return true;
            }
        );
        var reversal = (await accounts[0].ReverseAsync(first)).At("transactionNumber")!;
        Assert.Equal((Printed(14), Printed(15)), (await PrintedAsync(quote), await PrintedAsync(reversal)));
        Assert.Equal(
            string.Join(',', Enumerable.Range(0, 16).Select(Printed)),
            await server.QueryAsync<string>(
                "SELECT string_agg(invoice_number, ',' ORDER BY invoice_number) FROM financial_transaction WHERE invoice_number >= $1",
                Printed(0)
            )
        );

        // Reopened, it keeps its number, and it is not deleted: that would be a gap.
        await RunAsync<TransactionLifecycle, bool>(
            server,
            async lifecycle =>
            {
                await lifecycle.ReopenAsync(quote, default);
                var refused = await Assert.ThrowsAsync<SmileException>(() => lifecycle.DeleteAsync(quote, default));
                Assert.Contains($"this is {Printed(14)}. Reverse it instead.", refused.Message, StringComparison.Ordinal);
                return true;
            }
        );
        await RunAsync<TransactionLifecycle, bool>(
            server,
            async lifecycle =>
            {
                await lifecycle.CloseAsync(quote, default);
                return true;
            }
        );
        Assert.Equal(Printed(14), await PrintedAsync(quote));

        // Documents, statements and downloads go by the number that is printed; the API by the transaction's.
        var session = server.Stage.CreateSession(Caller.Server(new Usn(accounts[0].Usn)));
        await using var database = session.Database;
        var source = server.DocumentsOf(session);
        var document = (await source.FindTransactionAsync(first, CancellationToken.None))!;
        Assert.Equal((Printed(0), first), (document.Number, document.TransactionNumber));
        Assert.Contains(
            document.Facts,
            fact => fact.Label == "Reversed by" && fact.Value.StartsWith(Printed(15) + " of ", StringComparison.Ordinal)
        );
        Assert.Equal(Printed(15), Assert.Single(document.Allocations).Number);
        var today = server.Stage.Catalogue.Zone("Australia/Sydney").DateOf(server.Clock.GetUtcNow());
        var statement = (await source.FindStatementAsync(new Usn(accounts[0].Usn), today, today, CancellationToken.None))!.Statement!;
        Assert.All(statement.Rows, row => Assert.StartsWith("RE-", row.Number, StringComparison.Ordinal));
        Assert.NotNull(
            (await server.Administrator.CallAsync("account", "getTransactionDocument", P("transactionNumber", first))).At("DocumentURL")
        );

        string Printed(int index) => $"RE-00{begin + index}";
    }

    /// <summary>An accountant looks for what the customer quotes.</summary>
    [Fact]
    public async Task The_journal_has_the_numbers_that_are_printed()
    {
        var account = await NewAccountAsync(server);
        var invoice = await account.InvoiceAsync(10m);
        var reversal = (await account.ReverseAsync(invoice)).At("transactionNumber")!;
        var credit = await account.AdjustAsync(-5m);
        using var output = new StringWriter();
        var today = server.Stage.Catalogue.Zone("Australia/Sydney").DateOf(server.Clock.GetUtcNow());
        await GeneralLedgerCommand.ExportAsync(server.Stage, today, today, 1, output, CancellationToken.None);
        var lines = output.ToString().Trim().Split('\n').Select(line => line.Trim().Split(',')).ToList();
        Assert.Equal(("Transaction", "InvoiceNumber"), (lines[0][8], lines[0][^1]));
        foreach (var number in new[] { invoice, reversal, credit })
        {
            var printed = await PrintedAsync(number);
            Assert.Equal(number != credit, printed.StartsWith("RE-", StringComparison.Ordinal));
            var entries = lines.Where(cells => cells[8] == number).ToList();
            Assert.NotEmpty(entries);
            Assert.All(entries, cells => Assert.Equal(printed, cells[^1]));
        }
    }

    /// <summary>R6: a locked transaction is named by its number, types have their article, and a USN comes with spaces.</summary>
    [Fact]
    public async Task R6_refusals_say_what_they_mean()
    {
        var account = await NewAccountAsync(server);
        var number = (
            await server.Administrator.CallAsync(
                "account",
                "raiseInvoice",
                P("usn", $" {account.Usn} "),
                Invoice([Charge(account.Usn, "cst", "10")])
            )
        ).At("transactionNumber")!;
        var reversal = (await account.ReverseAsync(await account.InvoiceAsync(3m))).At("transactionNumber")!;
        var again = await server.Administrator.RefusedAsync("account", "reverseTransaction", P("usn", account.Usn), Reversal(reversal));
        Assert.Contains("An InvoiceReversal cannot be reversed", again.Message, StringComparison.Ordinal);
        await server.ExecuteAsync("INSERT INTO debtor_close_date VALUES (1, $1, 'test')", new DateOnly(2015, 1, 14));
        try
        {
            await RunAsync<TransactionLifecycle, bool>(
                server,
                async lifecycle =>
                {
                    var refused = await Assert.ThrowsAsync<SmileException>(() => lifecycle.ReopenAsync(number, default));
                    Assert.Contains($"[number={number}]", refused.Message, StringComparison.Ordinal);
                    Assert.Contains(
                        "The date, 2015-01-14, must be later than the debtor close date, 2015-01-14.",
                        refused.Message,
                        StringComparison.Ordinal
                    );
                    return true;
                }
            );
        }
        finally
        {
            await server.ExecuteAsync("DELETE FROM debtor_close_date");
        }
    }

    private Task<string> PrintedAsync(string number) =>
        server.QueryAsync<string>("SELECT coalesce(invoice_number, '') FROM financial_transaction WHERE number = $1", number);
}
