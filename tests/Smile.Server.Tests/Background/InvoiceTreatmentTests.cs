using Smile.Payments;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.PaymentHelp;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Background;

/// <summary>
/// What credit control does about single invoices. Trade terms (3): due after 30 days, a reminder 7 days later, and after 21 days, from
/// $50, a late fee of $10 and GST with another reminder; invoices of which less than $5 is owed are left alone.
/// </summary>
[Collection(CreditControlServerTests.Name)]
public sealed class InvoiceTreatmentTests(ServerFixture server) : IAsyncLifetime
{
    private readonly CreditControlHelp _help = new(server);

    public Task InitializeAsync() => _help.InitializeAsync();

    public Task DisposeAsync() => _help.DisposeAsync();

    [Fact]
    public async Task Each_invoice_is_reminded_of_and_charged_for_once()
    {
        var customer = await TraderAsync();
        await _help.PlayAsync(
            customer.Usn,
            (0, "invoice 100", "Settled", ""),
            (10, "invoice 40", "Settled", ""),
            (36, "", "Overdue", ""),
            (37, "", "Overdue", "notice-invoice"),
            (38, "", "Overdue", ""),
            (47, "", "Overdue", "notice-invoice"),
            (51, "", "Overdue", "notice-invoice, dispatch-invoice"),
            (52, "", "Overdue", ""),
            (61, "", "Overdue", "")
        );
        Assert.Equal(151m, await BalanceAsync(server, customer.Usn));
        var (first, second) = (await NumberAsync(customer.Usn, 100m), await NumberAsync(customer.Usn, 40m));
        var fee = await NumberAsync(customer.Usn, 11m);
        Assert.Equal(
            $"CreditControl Late fee on invoice {first}",
            await server.QueryAsync<string>("SELECT source || ' ' || description FROM financial_transaction WHERE number = $1", fee)
        );
        Assert.Equal(
            $"{first} Invoice late {fee}, {first} Invoice reminder , {second} Invoice reminder ",
            await server.QueryAsync<string>(
                """
                SELECT string_agg(transaction_number || ' ' || level_name || ' ' || coalesce(late_fee_number, ''), ', '
                ORDER BY transaction_number, level_name) FROM invoice_treatment WHERE account_usn = $1
                """,
                customer.Usn
            )
        );
        var mails = await _help.Mail.ReceiveMailsAsync(3, customer.Usn);
        var reminder = mails[0];
        Assert.Contains($"Subject: Your invoice {first} is overdue", reminder, StringComparison.Ordinal);
        Assert.Contains("$100.00 of it is not paid", reminder, StringComparison.Ordinal);
        Assert.Contains($"Invoice-{first}.pdf", reminder, StringComparison.Ordinal);
    }

    /// <summary>The fee of day 51 is due on day 81.</summary>
    [Fact]
    public async Task A_late_fee_breeds_no_late_fee()
    {
        var customer = await TraderAsync();
        await _help.PlayAsync(
            customer.Usn,
            (0, "invoice 100", "Settled", ""),
            (51, "", "Overdue", "notice-invoice, notice-invoice, dispatch-invoice"),
            (52, "pay 100", "Settled", "")
        );
        await server.ExecuteAsync(
            "UPDATE financial_transaction SET amount = 110, unallocated_amount = 110 WHERE account_usn = $1 AND source = 'CreditControl'",
            customer.Usn
        );
        await _help.PlayAsync(
            customer.Usn,
            (36, "", "Overdue", "notice-invoice"),
            (50, "", "Overdue", "notice-invoice"),
            (90, "", "Overdue", "")
        );
        Assert.Equal(
            1L,
            await server.QueryAsync<long>(
                "SELECT count(*) FROM financial_transaction WHERE account_usn = $1 AND source = 'CreditControl'",
                customer.Usn
            )
        );
    }

    [Fact]
    public async Task The_late_fee_of_an_account_breeds_none_either()
    {
        var customer = await PortalCustomerAsync(server);
        await _help.PlayAsync(
            customer.Usn,
            (0, "invoice 100", "Settled", ""),
            (44, "", "Delinquent", "suspended, notice-reminder, notice-suspended, dispatch-invoice"),
            (45, "pay 100", "Settled", "resumed"),
            (59, "", "Overdue", "notice-reminder"),
            (88, "", "Overdue", "")
        );
        Assert.Equal(11m, await BalanceAsync(server, customer.Usn));
    }

    [Fact]
    public async Task What_is_disputed_planned_to_be_paid_or_on_its_way_is_left_alone_until_it_is_not()
    {
        var customer = await TraderAsync();
        await _help.PlayAsync(
            customer.Usn,
            (0, "invoice 100", "Settled", ""),
            (1, "dispute", "Settled", ""),
            (40, "", "Settled", ""),
            (41, "settle", "Overdue", "notice-invoice")
        );

        var planner = await TraderAsync();
        await _help.DoAsync(planner.Usn, "invoice 100");
        var plan = await _help.RunOnAsync<PaymentPlans, PaymentPlan>(async plans =>
            await plans.CreateAsync(
                new NewPaymentPlan(planner.Usn, [await NumberAsync(planner.Usn, 100m)], 2, _help.Today.AddDays(50)),
                CancellationToken.None
            )
        );
        await _help.PlayAsync(planner.Usn, (45, "", "Settled", ""));
        await _help.RunOnAsync<PaymentPlans>(plans => plans.CancelAsync(plan.Number, CancellationToken.None));
        await _help.PlayAsync(planner.Usn, (1, "", "Overdue", "notice-invoice"));

        var payer = await TraderAsync();
        await server.Administrator.CallAsync(
            "payment",
            "addStoredPaymentDetails",
            P("usn", payer.Usn),
            Details("mastercard", "5105105105105100")
        );
        await _help.RunOnAsync<AutomaticPayments>(payments => payments.ChooseAsync(payer.Usn, 1, CancellationToken.None));
        await _help.PlayAsync(payer.Usn, (0, "invoice 100", "Settled", ""), (40, "", "Settled", ""));
        await server.Administrator.CallAsync(
            "payment",
            "cancelScheduledPayment",
            P("paymentNumber", await NewestPaymentAsync(server, payer.Usn))
        );
        await _help.PlayAsync(payer.Usn, (1, "", "Overdue", "notice-invoice"));
    }

    [Fact]
    public async Task Little_debts_and_credits_that_nobody_has_allocated_leave_an_invoice_alone()
    {
        var customer = await TraderAsync();
        await _help.PlayAsync(customer.Usn, (0, "invoice 100", "Settled", ""), (1, "pay 96", "Settled", ""), (60, "", "Settled", ""));

        var creditor = await TraderAsync();
        await _help.PlayAsync(creditor.Usn, (0, "invoice 30", "Settled", ""), (1, "invoice 100", "Settled", ""));

        // It will settle the older one, and $52 of the other: too little is left for the fee.
        await new Fixture.Money(server, creditor.Usn).AdjustAsync(-82m);
        await _help.PlayAsync(creditor.Usn, (60, "", "Overdue", "dispatch-credit, notice-invoice"));
    }

    [Fact]
    public async Task An_invoice_that_is_owed_again_is_not_charged_for_again()
    {
        var customer = await TraderAsync();
        await _help.PlayAsync(
            customer.Usn,
            (0, "invoice 100", "Settled", ""),
            (51, "", "Overdue", "notice-invoice, notice-invoice, dispatch-invoice"),
            (52, "pay 100", "Settled", "")
        );
        await new Fixture.Money(server, customer.Usn).ReverseAsync(await NewestPaymentAsync(server, customer.Usn), "rreceipt");
        await _help.PlayAsync(customer.Usn, (1, "", "Overdue", ""), (2, "", "Overdue", ""));
        Assert.Equal(111m, await BalanceAsync(server, customer.Usn));
    }

    [Fact]
    public async Task A_notice_about_an_invoice_that_was_paid_meanwhile_is_not_sent()
    {
        var customer = await TraderAsync();
        await _help.DoAsync(customer.Usn, "invoice 100");
        await _help.DoAsync(customer.Usn, "invoice 60");
        server.Clock.Advance(TimeSpan.FromDays(40));
        await _help.RunAsync();
        await _help.DoAsync(customer.Usn, "pay 100");
        await _help.DispatchAsync();
        Assert.Equal("Notice notice-invoice Cancelled, Notice notice-invoice Sent", await _help.ItemsAsync(customer.Usn));
        Assert.Contains(
            $"Subject: Your invoice {await NumberAsync(customer.Usn, 60m)} is overdue",
            Assert.Single(await _help.Mail.ReceiveMailsAsync(1, customer.Usn)),
            StringComparison.Ordinal
        );
    }

    /// <summary>Two invoices of $30 are more than the $50 of which an account is left alone, one is not.</summary>
    [Fact]
    public async Task An_account_that_owes_little_hears_nothing_of_its_invoices()
    {
        await using var changed = await ChangedCatalogue.OfTermsAsync(
            server,
            3,
            terms => terms with { CreditControl = terms.CreditControl with { MinimumAccount = 50m } }
        );
        var customer = await TraderAsync();
        await _help.PlayAsync(
            customer.Usn,
            (0, "invoice 30", "Settled", ""),
            (37, "", "Settled", ""),
            (38, "invoice 30", "Overdue", "notice-invoice")
        );

        var payer = await TraderAsync();
        await _help.DoAsync(payer.Usn, "invoice 31");
        await _help.DoAsync(payer.Usn, "invoice 32");
        server.Clock.Advance(TimeSpan.FromDays(37));
        await _help.RunAsync();
        await _help.DoAsync(payer.Usn, "pay 31");
        await _help.DispatchAsync();
        Assert.Equal("Notice notice-invoice Cancelled, Notice notice-invoice Cancelled", await _help.ItemsAsync(payer.Usn));
    }

    [Fact]
    public async Task A_late_fee_that_was_taken_back_is_neither_sent_nor_charged_again()
    {
        var customer = await TraderAsync();
        await _help.DoAsync(customer.Usn, "invoice 100");
        server.Clock.Advance(TimeSpan.FromDays(51));
        await _help.RunAsync();
        await new Fixture.Money(server, customer.Usn).ReverseAsync(await NumberAsync(customer.Usn, 11m));
        await _help.DispatchAsync();
        const string Items =
            "Notice notice-invoice Sent, Notice notice-invoice Sent, Invoice dispatch-invoice Cancelled, Note dispatch-credit Cancelled";
        Assert.Equal(Items, await _help.ItemsAsync(customer.Usn));
        await _help.PlayAsync(customer.Usn, (1, "", "Overdue", ""), (40, "", "Overdue", ""));
        Assert.Equal(100m, await BalanceAsync(server, customer.Usn));
        Assert.Equal(Items, await _help.ItemsAsync(customer.Usn));
    }

    [Fact]
    public async Task Terms_that_change_to_and_fro_do_nothing_twice()
    {
        var customer = await TraderAsync();
        await _help.PlayAsync(
            customer.Usn,
            (0, "invoice 100", "Settled", ""),
            (51, "", "Overdue", "notice-invoice, notice-invoice, dispatch-invoice"),
            (52, "terms 1", "Overdue", ""),
            (53, "terms 3", "Overdue", ""),
            (54, "terms 326", "Overdue", ""),
            (55, "terms 3", "Overdue", "")
        );
        Assert.Equal(111m, await BalanceAsync(server, customer.Usn));
    }

    [Fact]
    public async Task Amounts_are_in_the_accounts_currency()
    {
        var customer = await TraderAsync();
        await server.ExecuteAsync("UPDATE account SET currency = 'JPY' WHERE usn = $1", customer.Usn);
        await _help.PlayAsync(
            customer.Usn,
            (0, "invoice 100", "Settled", ""),
            (37, "", "Overdue", "notice-invoice"),
            (51, "", "Overdue", "notice-invoice, dispatch-invoice")
        );
        Assert.Equal(
            "JPY 11 1",
            await server.QueryAsync<string>(
                """
                SELECT currency || ' ' || amount || ' ' || gst_amount FROM financial_transaction WHERE account_usn = $1
                    AND source = 'CreditControl'
                """,
                customer.Usn
            )
        );
        var told = (await server.MessagesAsync(customer.Usn)).First(message => message.Type == "CorrespondenceSent");
        Assert.Contains("and ¥100 of it is not paid", System.Xml.Linq.XElement.Parse(told.Body).Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_notice_waits_while_the_account_is_in_dispute_and_is_judged_by_what_is_owed_then()
    {
        var customer = await TraderAsync();
        await _help.DoAsync(customer.Usn, "invoice 100");
        server.Clock.Advance(TimeSpan.FromDays(37));
        await _help.RunAsync();
        await _help.DoAsync(customer.Usn, "dispute");
        await _help.DispatchAsync();
        Assert.Equal("Notice notice-invoice Queued", await _help.ItemsAsync(customer.Usn));
        await _help.DoAsync(customer.Usn, "pay 100");
        await _help.DoAsync(customer.Usn, "settle");
        await _help.DispatchAsync();
        Assert.Equal("Notice notice-invoice Cancelled", await _help.ItemsAsync(customer.Usn));
    }

    [Fact]
    public async Task A_dry_run_shows_what_would_be_done_about_invoices_and_does_nothing()
    {
        var customer = await TraderAsync();
        await _help.DoAsync(customer.Usn, "invoice 100");
        var number = await NumberAsync(customer.Usn, 100m);
        var before = await new Fixture.Money(server, customer.Usn).StateAsync();
        Assert.Contains(
            $"{customer.Usn} Settled -> Overdue; invoice {number} Invoice reminder: notice notice-invoice",
            await _help.PreviewAsync(37)
        );
        Assert.Contains(
            $"{customer.Usn} Settled -> Overdue; invoice {number} Invoice reminder: notice notice-invoice; invoice {number} Invoice "
                + $"late: late fee latefee 10, notice notice-invoice",
            await _help.PreviewAsync(51)
        );
        Assert.Equal(before, await new Fixture.Money(server, customer.Usn).StateAsync());
        Assert.Equal("", await _help.ItemsAsync(customer.Usn));
        Assert.Equal(0L, await server.QueryAsync<long>("SELECT count(*) FROM invoice_treatment WHERE account_usn = $1", customer.Usn));
    }

    [Fact]
    public async Task Runs_at_the_same_time_charge_for_an_invoice_once()
    {
        var customer = await TraderAsync();
        await _help.DoAsync(customer.Usn, "invoice 100");
        server.Clock.Advance(TimeSpan.FromDays(51));
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(_help.RunAsync)));
        Assert.Equal(111m, await BalanceAsync(server, customer.Usn));
        Assert.Equal(
            2L,
            await server.QueryAsync<long>("SELECT count(*) FROM dispatch_item WHERE account_usn = $1 AND kind = 'Notice'", customer.Usn)
        );
    }

    [Fact]
    public async Task A_treatment_that_fails_leaves_nothing_and_is_made_up_for()
    {
        var customer = await TraderAsync();
        await _help.DoAsync(customer.Usn, "invoice 100");
        server.Clock.Advance(TimeSpan.FromDays(51));
        await server.ExecuteAsync("ALTER TABLE invoice_treatment ADD CONSTRAINT broken CHECK (level < 2) NOT VALID");
        try
        {
            Assert.True((await _help.RunAsync()).Failed > 0);
        }
        finally
        {
            await server.ExecuteAsync("ALTER TABLE invoice_treatment DROP CONSTRAINT broken");
        }

        Assert.Equal(100m, await BalanceAsync(server, customer.Usn));
        Assert.Equal("", await _help.ItemsAsync(customer.Usn));
        Assert.Equal(0, (await _help.RunAsync()).Failed);
        Assert.Equal(111m, await BalanceAsync(server, customer.Usn));
    }

    private async Task<OrderedAccount> TraderAsync()
    {
        var customer = await PortalCustomerAsync(server);
        await _help.DoAsync(customer.Usn, "terms 3");
        return customer;
    }

    private Task<string> NumberAsync(string usn, decimal amount) =>
        server.QueryAsync<string>(
            "SELECT number FROM financial_transaction WHERE account_usn = $1 AND amount = $2 AND type = 'Invoice'",
            usn,
            amount
        );
}
