using System.Globalization;
using Smile.Domain.Receivables;
using Smile.Server.Tests.Fixture;
using Smile.Server.Tests.Ledger;
using static Smile.Server.Tests.Fixture.Money;
using static Smile.Server.Tests.Fixture.SoapCaller;

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
        await Api.CallAsync("account", "addDeferredCharge", P("usn", source.Usn), Document($"<ChargeRequest>{Charge(source.Usn, "cst", "77", $"<chargeId>{deferred}</chargeId>")}</ChargeRequest>"));
        foreach (var retracted in new[] { invoiced, deferred })
        {
            var quote = await QuoteAsync(source, retracted);
            var before = (await source.StateAsync(), await target.StateAsync());
            Assert.Equal("InvalidRequestException", (await Api.RefusedAsync("account", "migrateOpenTransaction", P("openTransactionNumber", quote), P("targetAccountUsn", target.Usn))).Element);
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
        var refused = await Assert.ThrowsAsync<Smile.Domain.Foundation.SmileException>(() => CloseAsync(second));
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
        var quote = (await Api.CallAsync("account", "raiseInvoice", P("usn", account.Usn), Invoice([Charge(account.Usn, "cst", "97", $"<chargeId>{id}</chargeId>")], after: "<InvoiceOperation>LeaveOpen</InvoiceOperation>"))).At("transactionNumber")!;
        Assert.Equal("InvalidRequestException", (await Api.RefusedAsync("account", "raiseInvoice", P("usn", account.Usn), Invoice([Retracting(account, id)]))).Element);
        await PaymentHelp.RunAsync<TransactionLifecycle, bool>(server, async lifecycle =>
        {
            await lifecycle.DeleteAsync(quote, default);
            return true;
        });
        Assert.Equal("InvalidRequestException", (await Api.RefusedAsync("account", "raiseInvoice", P("usn", account.Usn), Invoice([Retracting(account, id)]))).Element);
        Assert.Equal("0.00", await account.BalanceAsync());
    }

    /// <summary>M6. Reversed half a year ahead, an invoice of today is owed until then: the books of each day are that day's debtors and credits.</summary>
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

    private async Task<string> QuoteAsync(Money account, string? retracts) =>
        (await Api.CallAsync("account", "raiseInvoice", P("usn", account.Usn), Invoice([Retracting(account, retracts)], after: "<InvoiceOperation>LeaveOpen</InvoiceOperation>"))).At("transactionNumber")!;

    private static string Retracting(Money account, string? id) => Charge(account.Usn, "hfp", "1.00", id is null ? "" : $"<retractChargeId>{id}</retractChargeId>", chargeGst: false);

    private Task CloseAsync(string number) => ActAsync(lifecycle => lifecycle.CloseAsync(number, default));

    private Task ActAsync(Func<TransactionLifecycle, Task> act) => PaymentHelp.RunAsync<TransactionLifecycle, bool>(server, async lifecycle =>
    {
        await act(lifecycle);
        return true;
    });

    /// <summary>Debtors and unallocated credits through a day.</summary>
    private Task<string> BooksAsync(Money account, DateOnly day) => server.QueryAsync<string>(
        "SELECT concat_ws(' ', coalesce(sum(amount) FILTER (WHERE ledger_account = '1100'), 0)::numeric(9, 2), coalesce(sum(amount) FILTER (WHERE ledger_account = '2050'), 0)::numeric(9, 2)) FROM ledger_entry WHERE account_usn = $1 AND posting_date <= $2",
        account.Usn,
        day);

    private async Task<IReadOnlyList<string>> EventsAsync(Money account) =>
        [.. (await server.MessagesAsync(account.Usn)).Where(message => message.Topic == "SmileTransaction").Select(message => string.Create(CultureInfo.InvariantCulture, $"{message.Type} {message.Headers["transactionType"]} {message.Headers["amount"]:0.##}"))];
}
