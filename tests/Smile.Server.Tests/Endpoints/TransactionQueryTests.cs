using System.Xml.Linq;
using Smile.Server.Tests.Fixture;
using Smile.Testing;
using static Smile.Server.Tests.Fixture.Money;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Endpoints;

/// <summary>getTransaction(), getTransactionList(), getAccountSummary() and deferred charges.</summary>
[Collection(ServerTests.Name)]
public sealed class TransactionQueryTests(ServerFixture server)
{
    private static readonly XNamespace Xsi = "http://www.w3.org/2001/XMLSchema-instance";

    private SoapCaller Api => server.Administrator;

    [Fact]
    public async Task A_transaction_out_of_reach_is_not_there()
    {
        var account = await NewAccountAsync(server);
        var number = await account.InvoiceAsync(10m);
        Assert.Equal(
            "AccountTransactionException",
            (await Api.RefusedAsync("account", "getTransaction", P("transactionNumber", "999"))).Element
        );
        using var other = await server.AddUserOfAccountAsync((await PortalCustomerAsync(server)).Usn);
        var refused = await other.RefusedAsync("account", "getTransaction", P("transactionNumber", number));
        Assert.Equal("AccountTransactionException", refused.Element);
        Assert.Equal(
            (await Api.RefusedAsync("account", "getTransaction", P("transactionNumber", "999"))).Message.Replace(
                "999",
                number,
                StringComparison.Ordinal
            ),
            refused.Message
        );
        using var own = await server.AddUserOfAccountAsync(account.Usn);
        Assert.Equal("10.00", (await own.CallAsync("account", "getTransaction", P("transactionNumber", number))).At("amount"));
    }

    /// <summary>The guide's example (line 3789): types by xsi:type, no lines.</summary>
    [Fact]
    public async Task The_history_lists_what_took_effect_in_a_time()
    {
        var account = await NewAccountAsync(server);
        var old = (
            await Api.CallAsync(
                "account",
                "raiseInvoice",
                P("usn", account.Usn),
                Invoice([Charge(account.Usn, "cst", "1")], "<effectiveDate>2014-11-03</effectiveDate>")
            )
        ).At("transactionNumber")!;
        var invoice = await account.InvoiceAsync(100m);
        var credit = await account.AdjustAsync(-40m);
        await Api.CallAsync(
            "account",
            "raiseInvoice",
            P("usn", account.Usn),
            Invoice([Charge(account.Usn, "cst", "1")], after: "<InvoiceOperation>LeaveOpen</InvoiceOperation>")
        );
        var list = await ListAsync(account.Usn, "2014-12-01T00:00:00+11:00", "2016-01-01T00:00:00+11:00");
        Assert.Equal(
            [invoice, credit],
            list.AllAt("transaction/transactionNumber").Select(number => number.Value).Order(StringComparer.Ordinal)
        );
        var itemised = list.AllAt("transaction").Single(transaction => transaction.At("transactionNumber") == invoice);
        var plain = list.AllAt("transaction").Single(transaction => transaction.At("transactionNumber") == credit);
        Assert.EndsWith("ItemisedTransactionDetailType", itemised.Attribute(Xsi + "type")!.Value, StringComparison.Ordinal);
        Assert.DoesNotContain("Itemised", plain.Attribute(Xsi + "type")?.Value ?? "", StringComparison.Ordinal);
        Assert.Empty(itemised.AllAt("transactionItem"));
        Assert.Null(itemised.At("salesReportCategory"));
        Assert.Equal("credit", plain.At("salesReportCategory"));
        Assert.Equal(
            [old],
            (await ListAsync(account.Usn, "2014-11-01T00:00:00+11:00", "2014-11-30T00:00:00+11:00"))
                .AllAt("transaction/transactionNumber")
                .Select(number => number.Value)
        );
        Assert.Empty((await ListAsync(account.Usn, "2001-01-01T00:00:00Z", "2002-01-01T00:00:00Z")).AllAt("transaction"));
        Assert.Equal(
            "InvalidRequestException",
            (await RefusedListAsync(Api, account.Usn, "2015-01-02T00:00:00Z", "2015-01-02T00:00:00Z")).Element
        );
        Assert.Equal("NoSuchItemException", (await RefusedListAsync(Api, "999", "2015-01-01T00:00:00Z", "2015-01-02T00:00:00Z")).Element);
        using var other = await server.AddUserOfAccountAsync((await PortalCustomerAsync(server)).Usn);
        Assert.Equal(
            "NoSuchItemException",
            (await RefusedListAsync(other, account.Usn, "2015-01-01T00:00:00Z", "2015-01-02T00:00:00Z")).Element
        );
    }

    /// <summary>The guide's example (line 3359): $94 of which $99 are older than 90 days and $5 credit 30 days old.</summary>
    [Fact]
    public async Task The_summary_ages_what_is_owed()
    {
        var customer = await PortalCustomerAsync(server);
        var account = new Money(server, customer.Usn);
        var today = server.Clock.GetUtcNow();
        await InvoiceOnAsync(account, 99m, today.AddDays(-100));
        await Api.CallAsync("account", "raiseAdjustment", Adjustment(customer.Usn, 1, -5m, 0m, null, today.AddDays(-40)));
        var summary = await account.SummaryAsync();
        Assert.Equal(
            (customer.Usn, "94.00", "Delinquent", "2"),
            (summary.At("USN"), summary.At("AccountBalance"), summary.At("TreatmentLevel"), summary.At("ActiveSubscriptionCount"))
        );
        Assert.Equal("$94.00", summary.AllAt("AccountBalance").Single().Attribute("formatted")!.Value);
        Assert.Equal(
            ["0 Current 0.00 $0.00", "1 30 days -5.00 $(5.00)", "2 60 days 0.00 $0.00", "3 90+ days 99.00 $99.00"],
            summary
                .AllAt("AgedBalance/AgedBalanceItem")
                .Select(item =>
                    $"{item.At("AgeGroup")} {item.At("AgeGroupName")} {item.At("Balance")} "
                    + $"{item.AllAt("Balance").Single().Attribute("formatted")!.Value}"
                )
        );

        // A dispute makes credit control wait, as print has it: settled, whatever is owed (line 3363).
        await server.ExecuteAsync(
            "INSERT INTO account_dispute (account_usn, reason, opened, changed_by) VALUES ($1, 'Wrong address', now(), 'test')",
            customer.Usn
        );
        Assert.Equal("Settled", (await account.SummaryAsync()).At("TreatmentLevel"));
        Assert.Equal("AccountException", (await Api.RefusedAsync("account", "getAccountSummary", P("usn", "999"))).Element);
        using var other = await server.AddUserOfAccountAsync((await PortalCustomerAsync(server)).Usn);
        Assert.Equal("AccountException", (await other.RefusedAsync("account", "getAccountSummary", P("usn", customer.Usn))).Element);
    }

    [Theory]
    [InlineData(14, "Settled")]
    [InlineData(15, "Overdue")]
    [InlineData(43, "Overdue")]
    [InlineData(44, "Delinquent")]
    public async Task The_treatment_level_follows_the_days_overdue(int daysOld, string level)
    {
        var account = await NewAccountAsync(server);
        await InvoiceOnAsync(account, 50m, server.Clock.GetUtcNow().AddDays(-daysOld));
        Assert.Equal(level, (await account.SummaryAsync()).At("TreatmentLevel"));

        // What is paid and not allocated counts, and less than the level's minimum does not.
        await account.AdjustAsync(-45m);
        Assert.Equal(level == "Delinquent" ? "Overdue" : level, (await account.SummaryAsync()).At("TreatmentLevel"));
        await account.AdjustAsync(-5m);
        Assert.Equal("Settled", (await account.SummaryAsync()).At("TreatmentLevel"));
    }

    /// <summary>The guide's examples (lines 4935, 4972, 4881).</summary>
    [Fact]
    public async Task A_deferred_charge_waits_and_is_announced()
    {
        var customer = await PortalCustomerAsync(server);
        var added = await Api.CallAsync(
            "account",
            "addDeferredCharge",
            P("usn", customer.Usn),
            Document(
                "<ChargeRequest>"
                    + Charge(
                        customer.Usn,
                        "adsl",
                        "22.22",
                        "<description></description><quantity>3</quantity><count>0</count><Object><String "
                            + "name='colour'>Chartreuse</String></Object><location key='12'/>",
                        chargeGst: null,
                        from: "2014-06-01T00:00:00+10:00",
                        to: "2014-07-22T00:00:00+10:00"
                    )
                    + "</ChargeRequest>"
            )
        );
        Assert.Equal(
            (
                customer.Usn,
                "0",
                "adsl",
                "2014-06-01+10:00",
                "2014-07-22+10:00",
                "3.000",
                "22.22",
                "true",
                "0.00",
                "0",
                "2.220000",
                "hardware",
                "Greenfields store"
            ),
            (
                added.At("usn"),
                added.At("lineNumber"),
                added.At("itemCode"),
                added.At("chargeFrom"),
                added.At("chargeTo"),
                added.At("quantity"),
                added.At("amount"),
                added.At("chargeGst"),
                added.At("discount"),
                added.At("count"),
                added.At("gstAmount"),
                added.At("salesReportCategory"),
                added.At("location")
            )
        );
        Assert.Equal("", added.At("description"));
        await Api.CallAsync(
            "account",
            "addDeferredCharge",
            P("usn", customer.Usn),
            Document("<ChargeRequest>" + Charge(customer.Subscriptions[0], "cst", "1.00", chargeGst: null) + "</ChargeRequest>")
        );
        Assert.Equal(2, (await DeferredAsync(customer.Usn)).Count);
        Assert.Equal(["0.100000"], (await DeferredAsync(customer.Subscriptions[0])).Select(charge => charge.At("gstAmount")));
        Assert.Empty(await DeferredAsync(customer.Subscriptions[1]));
        Assert.Equal("0.00", await new Money(server, customer.Usn).BalanceAsync());
        var message = (await server.MessagesAsync(customer.Usn)).First(candidate => candidate.Type == "ChargeDeferred");
        Assert.Equal(
            ("SmileCharge", 1, 1, customer.Usn, added.At("chargeId"), "AUD", 22.22),
            (
                message.Topic,
                message.Headers["company"],
                message.Headers["accountType"],
                message.Headers["usn"],
                message.Headers["chargeId"],
                message.Headers["currency"],
                message.Headers["amount"]
            )
        );
        Assert.Equal("false", XElement.Parse(message.Body).At("RealisingTransactionItems/TransactionItem/excludeFromInvoiceGrouping"));

        // Taken back before any invoice had it, it is gone.
        await Api.CallAsync(
            "account",
            "raiseInvoice",
            P("usn", customer.Usn),
            Invoice([Charge(customer.Usn, "cst", "5", $"<retractChargeId>{added.At("chargeId")}</retractChargeId>")])
        );
        Assert.Single(await DeferredAsync(customer.Usn));
        Assert.Equal("5.50", await new Money(server, customer.Usn).BalanceAsync());
    }

    [Fact]
    public async Task Bad_deferred_charges_are_refused()
    {
        var account = await NewAccountAsync(server);
        var id = Guid.NewGuid();
        await Api.CallAsync(
            "account",
            "addDeferredCharge",
            P("usn", account.Usn),
            Document($"<ChargeRequest>{Charge(account.Usn, "cst", "1", $"<chargeId>{id}</chargeId>")}</ChargeRequest>")
        );
        var state = await account.StateAsync();
        foreach (
            var (usn, charge, fault) in new[]
            {
                (" ", Charge(account.Usn, "cst", "1"), "InvalidRequestException"),
                ("999", Charge(account.Usn, "cst", "1"), "NoSuchItemException"),
                (account.Usn, Charge(account.Usn, "nothing", "1"), "NoSuchItemException"),
                (account.Usn, Charge(account.Usn, "cst"), "InvalidRequestException"),
                (account.Usn, Charge(account.Usn, "cst", "1", $"<chargeId>{id}</chargeId>"), "InvalidRequestException"),
            }
        )
        {
            Assert.Equal(
                fault,
                (
                    await Api.RefusedAsync(
                        "account",
                        "addDeferredCharge",
                        P("usn", usn),
                        Document($"<ChargeRequest>{charge}</ChargeRequest>")
                    )
                ).Element
            );
        }

        Assert.Equal("NoSuchItemException", (await Api.RefusedAsync("account", "getDeferredCharges", P("usn", "999"))).Element);
        using var other = await server.AddUserOfAccountAsync((await PortalCustomerAsync(server)).Usn);
        Assert.Equal("NoSuchItemException", (await other.RefusedAsync("account", "getDeferredCharges", P("usn", account.Usn))).Element);
        Assert.Equal(
            "NoSuchItemException",
            (
                await other.RefusedAsync(
                    "account",
                    "addDeferredCharge",
                    P("usn", account.Usn),
                    Document($"<ChargeRequest>{Charge(account.Usn, "cst", "1")}</ChargeRequest>")
                )
            ).Element
        );
        Assert.Equal(state, await account.StateAsync());
    }

    /// <summary>A long history is streamed. Every answer here is validated against the published schema.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(2_000)]
    public async Task A_history_of_any_length_is_what_the_contract_says(int count)
    {
        var account = await NewAccountAsync(server);
        if (count > 0)
        {
            await account.InvoiceAsync(10m);
        }

        if (count > 1)
        {
            await account.AdjustAsync(-10m);
            await LedgerSql.RepeatAsync(server.Stage.Store.Source, account.Usn, (count - 2) / 2, "A <long> history & more");
        }

        var list = await ListAsync(account.Usn, "2015-01-01T00:00:00+11:00", "2015-02-01T00:00:00+11:00");
        Assert.Equal(count, list.AllAt("transaction").Count());
        Assert.Equal(count, list.AllAt("transaction").Select(transaction => transaction.At("transactionNumber")).Distinct().Count());
    }

    /// <summary>The client has read the beginning when the database goes: it must not take that for the whole.</summary>
    [Fact]
    public async Task A_database_that_fails_in_the_middle_of_a_history_ends_the_connection()
    {
        var account = await NewAccountAsync(server);
        await account.InvoiceAsync(10m);
        await LedgerSql.RepeatAsync(server.Stage.Store.Source, account.Usn, 40_000, new string('x', 1_000));
        using var answer = await Api.OpenAsync(
            "account",
            "getTransactionList",
            P("usn", account.Usn),
            P("startTimestamp", "2015-01-01T00:00:00+11:00"),
            P("endTimestamp", "2015-02-01T00:00:00+11:00")
        );
        await using var body = await answer.Content.ReadAsStreamAsync();
        var buffer = new byte[64 * 1024];
        await body.ReadExactlyAsync(buffer);

        // S4: while the client reads, the list holds no connection. The next page is made to wait, and loses its connection then.
        await using (var locker = await server.Stage.Store.Source.OpenConnectionAsync())
        await using (var locked = await locker.BeginTransactionAsync())
        {
            await using (var take = new Npgsql.NpgsqlCommand("LOCK TABLE financial_transaction IN ACCESS EXCLUSIVE MODE", locker, locked))
            {
                await take.ExecuteNonQueryAsync();
            }

            var reading = body.CopyToAsync(Stream.Null);
            await Until.TrueAsync(
                "the next page waits and is ended",
                async () =>
                    1
                    == await server.QueryAsync<long>(
                        """
                        SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database()
                            AND wait_event_type = 'Lock' AND query LIKE '%financial_transaction%'
                        """
                    )
            );
            await Assert.ThrowsAnyAsync<IOException>(() => reading);
        }

        // And the server goes on.
        Assert.Equal("400010.00", await account.BalanceAsync());
    }

    private Task<XElement?> ListAsync(string usn, string start, string end) =>
        Api.CallAsync("account", "getTransactionList", P("usn", usn), P("startTimestamp", start), P("endTimestamp", end));

    private static Task<SoapFault> RefusedListAsync(SoapCaller caller, string usn, string start, string end) =>
        caller.RefusedAsync("account", "getTransactionList", P("usn", usn), P("startTimestamp", start), P("endTimestamp", end));

    private async Task<IReadOnlyList<XElement>> DeferredAsync(string usn) =>
        [.. (await Api.CallAsync("account", "getDeferredCharges", P("usn", usn))).AllAt("TransactionItem")];

    private async Task InvoiceOnAsync(Money account, decimal amount, DateTimeOffset day) =>
        await Api.CallAsync(
            "account",
            "raiseInvoice",
            P("usn", account.Usn),
            Invoice(
                [Charge(account.Usn, "cst", amount.ToString(System.Globalization.CultureInfo.InvariantCulture), chargeGst: false)],
                $"<effectiveDate>{day.ToOffset(TimeSpan.FromHours(11)):yyyy-MM-dd}</effectiveDate>"
            )
        );
}
