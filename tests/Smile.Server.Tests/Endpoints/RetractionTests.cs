using System.Globalization;
using System.Xml.Linq;
using Microsoft.Extensions.DependencyInjection;
using Smile.Billing;
using Smile.Hosting.Billing;
using Smile.Kernel;
using Smile.Receivables;
using Smile.Server.Tests.Fixture;
using Smile.Server.Tests.Ledger;
using static Smile.Server.Tests.Fixture.Money;
using static Smile.Server.Tests.Fixture.SoapCaller;
using Money = Smile.Server.Tests.Fixture.Money;

namespace Smile.Server.Tests.Endpoints;

/// <summary>What becomes of charges that are retracted, and of what retracts them; what the books and the bus say of it.</summary>
[Collection(ServerTests.Name)]
public sealed class RetractionTests(ServerFixture server)
{
    private SoapCaller Api => server.Administrator;

    /// <summary>M4. Closed on another account, the retraction would credit what that one was never charged.</summary>
    [Fact]
    public async Task A_quote_that_retracts_a_charge_stays_on_its_account()
    {
        var (source, target) = (await NewAccountAsync(server), await NewAccountAsync(server));
        var (invoiced, deferred) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        await source.InvoiceAsync(Charge(source.Usn, "cst", "97", $"<chargeId>{invoiced}</chargeId>", chargeGst: false));
        await Api.CallAsync(
            "account",
            "addDeferredCharge",
            P("usn", source.Usn),
            Document($"<ChargeRequest>{Charge(source.Usn, "cst", "77", $"<chargeId>{deferred}</chargeId>")}</ChargeRequest>")
        );
        foreach (var retracted in new[] { invoiced, deferred })
        {
            var quote = await QuoteAsync(source, retracted);
            var before = (await source.StateAsync(), await target.StateAsync());
            Assert.Equal(
                "InvalidRequestException",
                (
                    await Api.RefusedAsync(
                        "account",
                        "migrateOpenTransaction",
                        P("openTransactionNumber", quote),
                        P("targetAccountUsn", target.Usn)
                    )
                ).Element
            );
            Assert.Equal(before, (await source.StateAsync(), await target.StateAsync()));
        }
    }

    /// <summary>Two quotes may retract one charge: the first that is closed does, and the other cannot be closed.</summary>
    [Fact]
    public async Task Of_two_quotes_that_retract_a_charge_one_is_closed()
    {
        var account = await NewAccountAsync(server);
        var id = Guid.NewGuid().ToString();
        await account.InvoiceAsync(Charge(account.Usn, "cst", "97", $"<chargeId>{id}</chargeId>", chargeGst: false));
        var (first, second) = (await QuoteAsync(account, id), await QuoteAsync(account, id));
        Assert.Equal("97.00", await account.BalanceAsync());
        await CloseAsync(first);
        Assert.Equal("1.00", await account.BalanceAsync());
        var refused = await Assert.ThrowsAsync<SmileException>(() => CloseAsync(second));
        Assert.Contains("retractChargeId=" + id, refused.Message, StringComparison.Ordinal);
        Assert.Equal("1.00", await account.BalanceAsync());
        Assert.Equal("", await LedgerInvariants.BrokenAsync(server, [account.Usn]));
    }

    /// <summary>What is not on the balance cannot be credited: neither a charge of a quote, nor one of a deleted invoice.</summary>
    [Fact]
    public async Task A_charge_that_is_not_on_the_balance_is_not_retracted()
    {
        var account = await NewAccountAsync(server);
        var id = Guid.NewGuid().ToString();
        var quote = (
            await Api.CallAsync(
                "account",
                "raiseInvoice",
                P("usn", account.Usn),
                Invoice(
                    [Charge(account.Usn, "cst", "97", $"<chargeId>{id}</chargeId>")],
                    after: "<InvoiceOperation>LeaveOpen</InvoiceOperation>"
                )
            )
        ).At("transactionNumber")!;
        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync("account", "raiseInvoice", P("usn", account.Usn), Invoice([Retracting(account, id)]))).Element
        );
        await PaymentHelp.RunAsync<TransactionLifecycle, bool>(
            server,
            async lifecycle =>
            {
                await lifecycle.DeleteAsync(quote, default);
                return true;
            }
        );
        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync("account", "raiseInvoice", P("usn", account.Usn), Invoice([Retracting(account, id)]))).Element
        );
        Assert.Equal("0.00", await account.BalanceAsync());
    }

    /// <summary>
    /// M6. Reversed half a year ahead, an invoice of today is owed until then: the books of each day are that day's debtors and credits.
    /// </summary>
    [Fact]
    public async Task A_reversal_ahead_is_allocated_on_its_own_day()
    {
        var account = await NewAccountAsync(server);
        var number = await account.InvoiceAsync(100m);
        var today = server.Stage.Catalogue.Zone("Australia/Sydney").DateOf(server.Clock.GetUtcNow());
        var later = today.AddDays(180);
        await account.ReverseAsync(number, date: later.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        Assert.Equal(("100.00 0.00", "0.00 0.00"), (await BooksAsync(account, today), await BooksAsync(account, later)));
        Assert.Equal("100.00 0.00", await BooksAsync(account, later.AddDays(-1)));
    }

    /// <summary>M7. A listener adds and subtracts what it is told, and comes to the balance.</summary>
    [Fact]
    public async Task What_leaves_the_balance_is_announced_once()
    {
        var account = await NewAccountAsync(server);
        var quote = await QuoteAsync(account, null);
        await ActAsync(lifecycle => lifecycle.DeleteAsync(quote, default));
        Assert.Empty(await EventsAsync(account));

        var number = await account.InvoiceAsync(10m);
        await ActAsync(lifecycle => lifecycle.ReopenAsync(number, default));
        await ActAsync(lifecycle => lifecycle.DeleteAsync(number, default));
        Assert.Equal(["TransactionClosed Invoice 10", "TransactionReopened Invoice 10"], await EventsAsync(account));

        var second = await account.InvoiceAsync(20m);
        await ActAsync(lifecycle => lifecycle.DeleteAsync(second, default));
        Assert.Equal(["TransactionClosed Invoice 20", "TransactionDeleted Invoice 20"], (await EventsAsync(account)).Skip(2));
        Assert.Equal("0.00", await account.BalanceAsync());
    }

    /// <summary>
    /// O19. A listener that keeps the last amount of each deferred charge knows what waits, whatever becomes of its retraction.
    /// </summary>
    [Fact]
    public async Task A_deferred_charge_that_is_withdrawn_or_comes_back_is_announced()
    {
        var account = await NewAccountAsync(server);
        var (first, second) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        await DeferAsync(account, Charge(account.Usn, "cst", "77", $"<chargeId>{first}</chargeId>"));
        var quote = await QuoteAsync(account, first);
        Assert.Equal([$"{first} 77 7.7 77.00"], await DeferredAsync(account));

        // The quote is closed, reopened, closed and reversed: each withdraws the charge or gives it back.
        await CloseAsync(quote);
        await ActAsync(lifecycle => lifecycle.ReopenAsync(quote, default));
        await CloseAsync(quote);
        await account.ReverseAsync(quote);
        var (waits, gone) = ($"{first} 77 7.7 77.00", $"{first} 0 0 77.00 -77.00");
        Assert.Equal([waits, gone, waits, gone, waits], await DeferredAsync(account));

        // Another deferred charge takes its place; what it retracts of an invoice is told with it.
        await DeferAsync(
            account,
            Charge(account.Usn, "cst", "50", $"<chargeId>{second}</chargeId><retractChargeId>{first}</retractChargeId>")
        );
        var (invoiced, third) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        await account.InvoiceAsync(Charge(account.Usn, "cst", "20", $"<chargeId>{invoiced}</chargeId>"));
        await DeferAsync(
            account,
            Charge(account.Usn, "cst", "30", $"<chargeId>{third}</chargeId><retractChargeId>{invoiced}</retractChargeId>")
        );
        Assert.Equal([gone, $"{second} 50 5 50.00", $"{third} 30 3 -20.00 30.00"], (await DeferredAsync(account)).Skip(5));
    }

    /// <summary>O19. Deferred charges that were invoiced wait again when the invoice is deleted.</summary>
    [Fact]
    public async Task Deferred_charges_of_a_deleted_invoice_are_announced_again()
    {
        var customer = await Orders.AdslWithVoipAsync(server);
        var account = new Money(server, customer.Usn);
        var id = Guid.NewGuid().ToString();
        await DeferAsync(account, Charge(account.Usn, "cst", "12", $"<chargeId>{id}</chargeId>"));
        var number = await BillAsync(account);
        Assert.Empty((await Api.CallAsync("account", "getDeferredCharges", P("usn", account.Usn))).AllAt("TransactionItem"));
        await ActAsync(lifecycle => lifecycle.DeleteAsync(number, default));
        var waits = $"{id} 12 1.2 12.00";
        Assert.Equal([waits, waits], await DeferredAsync(account));
        Assert.Equal(id, (await Api.CallAsync("account", "getDeferredCharges", P("usn", account.Usn))).At("TransactionItem/chargeId"));
    }

    /// <summary>
    /// O18. What is there, but on another account, is a bad request (guide, line 4373); what is out of reach is not there.
    /// </summary>
    [Fact]
    public async Task Charges_name_the_account_that_is_charged()
    {
        var (account, other) = (await NewAccountAsync(server), await Orders.PortalCustomerAsync(server));
        using var own = await server.AddUserOfAccountAsync(account.Usn);
        foreach (var usn in new[] { other.Usn, other.Subscriptions[0] })
        {
            var charge = Charge(usn, "cst", "5");
            foreach (var (api, fault) in new[] { (Api, "InvalidRequestException"), (own, "NoSuchItemException") })
            {
                Assert.Equal(fault, (await api.RefusedAsync("account", "raiseInvoice", P("usn", account.Usn), Invoice([charge]))).Element);
                Assert.Equal(
                    fault,
                    (
                        await api.RefusedAsync(
                            "account",
                            "addDeferredCharge",
                            P("usn", account.Usn),
                            Document($"<ChargeRequest>{charge}</ChargeRequest>")
                        )
                    ).Element
                );
            }
        }

        Assert.Equal(
            "NoSuchItemException",
            (await Api.RefusedAsync("account", "raiseInvoice", P("usn", account.Usn), Invoice([Charge("999", "cst", "5")]))).Element
        );
    }

    /// <summary>Bills the account for its period.</summary>
    /// <returns>The invoice's number.</returns>
    private async Task<string> BillAsync(Money account)
    {
        var today = server.Clock.GetUtcNow();
        server.Clock.MoveTo(today.AddDays(32));
        await server
            .Services.GetRequiredService<BillingRunner>()
            .RunAsync(
                server.Stage,
                new BillingRequest(null, BillApproval.Automatic, new Usn(account.Usn)),
                new Usn("tests"),
                null,
                CancellationToken.None
            );
        server.Clock.MoveTo(today);
        return await server.QueryAsync<string>(
            "SELECT max(number) FROM financial_transaction WHERE account_usn = $1 AND source = 'Bulk' AND state = 'Closed'",
            account.Usn
        );
    }

    private Task DeferAsync(Money account, string charge) =>
        Api.CallAsync("account", "addDeferredCharge", P("usn", account.Usn), Document($"<ChargeRequest>{charge}</ChargeRequest>"));

    /// <summary>What the bus says of deferred charges: id, amount, GST and the amounts of the lines.</summary>
    private async Task<IReadOnlyList<string>> DeferredAsync(Money account) =>
        [
            .. (await server.MessagesAsync(account.Usn))
                .Where(message => message.Type == "ChargeDeferred")
                .Select(message => (message.Headers, Body: XElement.Parse(message.Body)))
                .Select(message =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{message.Headers["chargeId"]} {message.Headers["amount"]:0.##} {message.Body.At("GSTAmount")} "
                            + $"{string.Join(' ', Amounts(message.Body))}"
                    )
                ),
        ];

    private static IEnumerable<string> Amounts(XElement body) =>
        body.AllAt("RealisingTransactionItems/TransactionItem/amount").Select(amount => amount.Value);

    private async Task<string> QuoteAsync(Money account, string? retracts) =>
        (
            await Api.CallAsync(
                "account",
                "raiseInvoice",
                P("usn", account.Usn),
                Invoice([Retracting(account, retracts)], after: "<InvoiceOperation>LeaveOpen</InvoiceOperation>")
            )
        ).At("transactionNumber")!;

    private static string Retracting(Money account, string? id) =>
        Charge(account.Usn, "hfp", "1.00", id is null ? "" : $"<retractChargeId>{id}</retractChargeId>", chargeGst: false);

    private Task CloseAsync(string number) => ActAsync(lifecycle => lifecycle.CloseAsync(number, default));

    private Task ActAsync(Func<TransactionLifecycle, Task> act) =>
        PaymentHelp.RunAsync<TransactionLifecycle, bool>(
            server,
            async lifecycle =>
            {
                await act(lifecycle);
                return true;
            }
        );

    /// <summary>Debtors and unallocated credits through a day.</summary>
    private Task<string> BooksAsync(Money account, DateOnly day) =>
        server.QueryAsync<string>(
            """
            SELECT concat_ws(' ', coalesce(sum(amount) FILTER (WHERE ledger_account = '1100'), 0)::numeric(9, 2),
                coalesce(sum(amount) FILTER (WHERE ledger_account = '2050'), 0)::numeric(9, 2)) FROM ledger_entry
            WHERE account_usn = $1 AND posting_date <= $2
            """,
            account.Usn,
            day
        );

    private async Task<IReadOnlyList<string>> EventsAsync(Money account) =>
        [
            .. (await server.MessagesAsync(account.Usn))
                .Where(message => message.Topic == "SmileTransaction")
                .Select(message =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{message.Type} {message.Headers["transactionType"]} {message.Headers["amount"]:0.##}"
                    )
                ),
        ];
}
