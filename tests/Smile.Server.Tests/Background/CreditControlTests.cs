using System.Xml.Linq;
using Microsoft.Extensions.DependencyInjection;
using Smile.Api.Soap;
using Smile.Catalogue;
using Smile.Cli;
using Smile.Contracts.Faults;
using Smile.CreditControl;
using Smile.Hosting.Background;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Payments;
using Smile.Server.Tests.Fixture;
using Smile.Session;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.PaymentHelp;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Background;

/// <summary>
/// The credit control run, on a clock that is moved by days. Default terms: due after 14 days; Overdue after a day: reminder; Delinquent
/// after 30 days, from $10: a late fee of $10 and GST, suspension, notice. Patient terms (2): three days of grace, nothing below $20 or
/// invoices below $5.
/// </summary>
[Collection(CreditControlServerTests.Name)]
public sealed class CreditControlTests(ServerFixture server) : IAsyncLifetime
{
    private readonly CreditControlHelp _help = new(server);

    public Task InitializeAsync() => _help.InitializeAsync();

    public Task DisposeAsync() => _help.DisposeAsync();

    /// <summary>Terms 4 have a level of another name. In between comes a payment, and a dispute.</summary>
    [Fact]
    public async Task A_payment_or_a_dispute_between_a_change_of_the_terms_and_the_run_loses_no_action()
    {
        var payer = await PortalCustomerAsync(server);
        await _help.PlayAsync(payer.Usn, (0, "invoice 100", "Settled", ""), (20, "", "Overdue", "notice-reminder"));
        await _help.DoAsync(payer.Usn, "terms 4");
        await _help.PlayAsync(payer.Usn, (0, "pay 10", "Overdue", ""), (1, "", "Missed", "notice-final"));

        var customer = await PortalCustomerAsync(server);
        await _help.PlayAsync(customer.Usn, (0, "invoice 100", "Settled", ""), (20, "", "Overdue", "notice-reminder"));
        await _help.DoAsync(customer.Usn, "terms 4");
        await _help.PlayAsync(customer.Usn, (1, "dispute", "Overdue", ""), (2, "settle", "Missed", "notice-final"));
    }

    [Fact]
    public async Task An_account_that_does_not_pay_is_reminded_charged_suspended_and_let_in_again_when_it_pays()
    {
        var customer = await PortalCustomerAsync(server);
        await _help.PlayAsync(
            customer.Usn,
            (0, "invoice 100", "Settled", ""),
            (14, "", "Settled", ""),
            (15, "", "Overdue", "notice-reminder"),
            (16, "", "Overdue", ""),
            (43, "", "Overdue", ""),
            (44, "", "Delinquent", "suspended, notice-suspended, dispatch-invoice"),
            (45, "", "Delinquent", ""),
            (46, "pay 60", "Delinquent", ""),
            (47, "pay 40", "Settled", "resumed"),
            (48, "", "Settled", ""),
            (58, "", "Settled", ""),
            (59, "", "Overdue", "notice-reminder"),
            (60, "pay 11", "Settled", "")
        );
        Assert.Equal(0m, await BalanceAsync(server, customer.Usn));

        // The fee is an invoice like any other: $10 and $1 GST.
        Assert.Equal(
            "11.00 1.00 CreditControl",
            await server.QueryAsync<string>(
                """
                SELECT round(amount, 2) || ' ' || round(gst_amount, 2) || ' ' || source FROM financial_transaction
                WHERE account_usn = $1 AND source = 'CreditControl'
                """,
                customer.Usn
            )
        );

        // The login stayed as it was: whoever cannot look at the account cannot pay.
        var messages = await server.MessagesAsync(customer.Usn);
        Assert.Equal(
            [customer.Subscriptions[1]],
            messages.Where(message => message.Type == "SubscriptionSuspended").Select(message => message.Headers["usn"])
        );
        Assert.Equal(2, messages.Count(message => message.Type == "RatingConfigurationUpdated"));

        var mails = await _help.Mail.ReceiveMailsAsync(3, customer.Usn);
        Assert.Contains(
            mails,
            mail =>
                mail.Contains($"Subject: Your account {customer.Usn} is overdue", StringComparison.Ordinal)
                && mail.Contains("$100.00 on your account", StringComparison.Ordinal)
        );
    }

    /// <summary>
    /// M16. What is left of the invoice is below the level's minimum of $10; the fee that falls overdue does not lift the debt above it.
    /// </summary>
    [Fact]
    public async Task A_late_fee_does_not_bring_about_another()
    {
        var customer = await PortalCustomerAsync(server);
        await _help.PlayAsync(
            customer.Usn,
            (0, "invoice 40", "Settled", ""),
            (15, "", "Overdue", "notice-reminder"),
            (44, "", "Delinquent", "suspended, notice-suspended, dispatch-invoice"),
            (45, "pay 37.5", "Overdue", ""),
            (59, "", "Overdue", ""),
            (88, "", "Overdue", ""),
            (95, "", "Overdue", "")
        );
        Assert.Equal(13.50m, await BalanceAsync(server, customer.Usn));
    }

    /// <summary>
    /// The notice names $100.00. The late fee of $11.00 that came with the suspension is due two weeks later, and overdue when the customer
    /// pays.
    /// </summary>
    [Fact]
    public async Task Who_pays_what_a_notice_of_suspension_names_is_let_in_again_and_not_suspended_for_the_late_fee()
    {
        var customer = await PortalCustomerAsync(server);
        await _help.PlayAsync(
            customer.Usn,
            (0, "invoice 100", "Settled", ""),
            (15, "", "Overdue", "notice-reminder"),
            (44, "", "Delinquent", "suspended, notice-suspended, dispatch-invoice"),
            (60, "", "Delinquent", ""),
            (61, "pay 99.99", "Overdue", ""),
            (62, "pay 0.01", "Overdue", "resumed"),
            (63, "", "Overdue", ""),
            (120, "", "Overdue", ""),
            (121, "pay 11", "Settled", "")
        );
        var number = await server.QueryAsync<string>(
            "SELECT number FROM financial_transaction WHERE account_usn = $1 AND type = 'Invoice' AND source <> 'CreditControl'",
            customer.Usn
        );
        var notice = (await server.MessagesAsync(customer.Usn))
            .Select(message => message.Body)
            .Single(body => body.Contains("notice-suspended", StringComparison.Ordinal));
        var text = XElement.Parse(notice).At("Email/bodyText")!;
        Assert.Contains("$100.00 on your account", text, StringComparison.Ordinal);
        Assert.Matches($"\nInvoice {number}, due on [0-9]+ [A-Z][a-z]+ 20[0-9][0-9]: \\$100\\.00\r?\n", text);
    }

    /// <summary>
    /// The list comes to the sum that the mail names: no invoice that has not reached the first level, and what is no invoice besides.
    /// </summary>
    [Fact]
    public async Task What_a_notice_lists_comes_to_what_it_names()
    {
        await using var changed = await ChangedCatalogue.OfTermsAsync(
            server,
            1,
            terms =>
                terms with
                {
                    TreatmentLevels =
                    [
                        new TreatmentLevel("Late", 7, 0m)
                        {
                            Actions = [new TreatmentAction(TreatmentActionKind.Notice) { Template = "notice-reminder" }],
                        },
                    ],
                }
        );
        var customer = await PortalCustomerAsync(server);
        await _help.InvoicedAsync(customer.Usn, 100m);
        await new Fixture.Money(server, customer.Usn).AdjustAsync(4.76m);
        await _help.PlayAsync(customer.Usn, (5, "invoice 6.46", "Settled", "dispatch-note"), (21, "", "Late", "notice-reminder"));
        var body = (await server.MessagesAsync(customer.Usn)).Last(message => message.Type == "CorrespondenceSent").Body;
        var text = XElement.Parse(body).At("Email/bodyText")!.ReplaceLineEndings("\n");
        Assert.Contains("$104.76 on your account", text, StringComparison.Ordinal);
        Assert.Matches(@"\nInvoice \d+, due on [^:]+: \$100\.00\nOther charges: \$4\.76\n", text);
        Assert.DoesNotContain("6.46", text, StringComparison.Ordinal);
    }

    /// <summary>
    /// What is left after the payment reaches the second level again, whose notice threatens with what has happened already.
    /// </summary>
    [Fact]
    public async Task Who_is_suspended_is_not_told_again_that_this_will_happen()
    {
        await using var changed = await ChangedCatalogue.OfTermsAsync(
            server,
            1,
            terms =>
                terms with
                {
                    TreatmentLevels =
                    [
                        new TreatmentLevel("First", 1, 0m) { Actions = [Notice("notice-reminder")] },
                        new TreatmentLevel("Second", 10, 20m) { Actions = [Notice("notice-final")] },
                        new TreatmentLevel("Third", 20, 50m)
                        {
                            Actions = [new TreatmentAction(TreatmentActionKind.Suspend), Notice("notice-suspended")],
                        },
                    ],
                }
        );
        var customer = await PortalCustomerAsync(server);
        await _help.PlayAsync(
            customer.Usn,
            (0, "invoice 100", "Settled", ""),
            (15, "", "First", "notice-reminder"),
            (24, "", "Second", "notice-final"),
            (34, "", "Third", "suspended, notice-suspended"),
            (35, "pay 90", "First", ""),
            (36, "invoice 45", "First", ""),
            (60, "", "Second", ""),
            (61, "pay 55", "Settled", "resumed"),
            (62, "invoice 45", "Settled", ""),
            (77, "", "First", "notice-reminder"),
            (86, "", "Second", "notice-final")
        );

        static TreatmentAction Notice(string template) => new(TreatmentActionKind.Notice) { Template = template };
    }

    [Fact]
    public async Task Correspondence_is_announced_with_every_header_of_the_guide()
    {
        var customer = await PortalCustomerAsync(server);
        await _help.PlayAsync(customer.Usn, (0, "invoice 100", "Settled", ""), (15, "", "Overdue", "notice-reminder"));
        var message = (await server.MessagesAsync(customer.Usn)).Single(candidate => candidate.Type == "CorrespondenceSent");
        Assert.Equal("SmileTicket", message.Topic);
        Assert.Equal(
            ["accountUsn", "channel", "company", "notificationType", "subscriptionUsn"],
            message.Headers.Keys.Order(StringComparer.Ordinal)
        );
        Assert.Equal(
            (1, customer.Usn, "", "Email"),
            (message.Headers["company"], message.Headers["accountUsn"], message.Headers["subscriptionUsn"], message.Headers["channel"])
        );
        Assert.Equal('5', Guid.Parse((string)message.Headers["notificationType"]).ToString("D")[14]);
        var body = XElement.Parse(message.Body);
        Assert.Equal(
            (
                message.Headers["notificationType"],
                "notice-reminder",
                "joe@example.com",
                "smile@example.com",
                $"Your account {customer.Usn} is overdue",
                "text/plain"
            ),
            (
                body.At("notificationType/notificationTypeId"),
                body.At("notificationType/name"),
                body.At("Email/RecipientList/address"),
                body.At("Email/from"),
                body.At("Email/subject"),
                body.At("Email/bodyContentType")
            )
        );
        Assert.Contains("Dear Joe", body.At("Email/bodyText"), StringComparison.Ordinal);
        var mail = Assert.Single(await _help.Mail.ReceiveMailsAsync(1, customer.Usn));
        Assert.Contains($"Message-ID: {body.At("receiptId")}", mail, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task The_levels_of_patient_terms_are_reached_one_by_one_and_left_in_the_same_way()
    {
        var customer = await PortalCustomerAsync(server);
        await _help.PlayAsync(
            customer.Usn,
            (0, "terms 2", "Settled", ""),
            (0, "invoice 100", "Settled", ""),
            (17, "", "Settled", ""),
            (18, "", "Reminder", ""),
            (30, "invoice 30", "Reminder", ""),
            (31, "", "Final reminder", ""),
            (45, "", "Barred", "suspended, suspended"),
            (61, "", "Barred", ""),
            (62, "pay 100", "Final reminder", "resumed, resumed"),
            (63, "pay 11", "Settled", "")
        );
        Assert.Equal(
            "Notice notice-reminder Sent, Notice notice-final Sent, Notice notice-suspended Sent, Receipt dispatch-receipt Sent, "
                + "Receipt dispatch-receipt Sent",
            await _help.ItemsAsync(customer.Usn)
        );
    }

    [Fact]
    public async Task Levels_that_were_passed_over_are_made_up_for_once()
    {
        var customer = await PortalCustomerAsync(server);
        await _help.PlayAsync(
            customer.Usn,
            (0, "invoice 100", "Settled", ""),
            (60, "", "Delinquent", "suspended, notice-reminder, notice-suspended, dispatch-invoice"),
            (60, "", "Delinquent", ""),
            (61, "", "Delinquent", "")
        );
    }

    [Fact]
    public async Task Small_debts_are_left_alone()
    {
        var customer = await PortalCustomerAsync(server);
        await _help.PlayAsync(
            customer.Usn,
            (0, "terms 2", "Settled", ""),
            (0, "invoice 19.95", "Settled", ""),
            (20, "", "Settled", ""),
            (30, "invoice 4.95", "Reminder", ""),
            (31, "pay 5", "Settled", ""),
            (32, "invoice 4.95", "Final reminder", ""),
            (33, "pay 14.95", "Settled", ""),
            (60, "invoice 4.95", "Settled", ""),
            (61, "invoice 4.95", "Settled", ""),
            (90, "invoice 4.95", "Settled", "")
        );

        // $24.75 is owed by now, and none of the five invoices counts.
        Assert.Equal(24.75m, await BalanceAsync(server, customer.Usn));
        Assert.Equal(
            "Settled",
            (await server.Administrator.CallAsync("account", "getAccountSummary", P("usn", customer.Usn))).At("TreatmentLevel")
        );
    }

    /// <summary>L7. The account is kept in AUD; the level Delinquent has a minimum and a fee of AUD's own.</summary>
    [Fact]
    public async Task Minimums_and_late_fees_are_those_of_the_account_s_currency()
    {
        await using var changed = await ChangedCatalogue.OfTermsAsync(
            server,
            1,
            terms =>
                terms with
                {
                    TreatmentLevels =
                    [
                        .. terms.TreatmentLevels.Select(level =>
                            level with
                            {
                                MinimumAmounts = new Dictionary<string, decimal>
                                {
                                    ["USD"] = 1m,
                                    ["AUD"] = level.Name == "Delinquent" ? 100m : 0m,
                                },
                                Actions =
                                [
                                    .. level.Actions.Select(action =>
                                        action with
                                        {
                                            Amounts = new Dictionary<string, decimal> { ["AUD"] = 20m, ["USD"] = 30m },
                                        }
                                    ),
                                ],
                            }
                        ),
                    ],
                }
        );
        var (little, much) = (await PortalCustomerAsync(server), await PortalCustomerAsync(server));
        await _help.PlayAsync(little.Usn, (0, "invoice 90", "Settled", ""), (44, "", "Overdue", "notice-reminder"));
        await _help.PlayAsync(
            much.Usn,
            (0, "invoice 100", "Settled", ""),
            (44, "", "Delinquent", "suspended, notice-reminder, notice-suspended, dispatch-invoice")
        );
        Assert.Equal(122m, await BalanceAsync(server, much.Usn));
    }

    /// <summary>L7. A payment that waits and names nothing will pay the oldest: 100.00 of 15 January, and then some of the rest.</summary>
    [Theory]
    [InlineData(100, "Overdue")]
    [InlineData(149, "Overdue")]
    [InlineData(150, "Settled")]
    public async Task A_payment_that_waits_and_names_no_invoice_keeps_credit_control_from_the_oldest(int waiting, string level)
    {
        var customer = await PortalCustomerAsync(server);
        await _help.InvoicedAsync(customer.Usn, 100m);
        await _help.InvoicedAsync(customer.Usn, 50m);
        server.Clock.Advance(TimeSpan.FromDays(20));
        await WaitingPaymentAsync(server, customer.Usn, waiting);
        Assert.Equal(
            level,
            (await server.Administrator.CallAsync("account", "getAccountSummary", P("usn", customer.Usn))).At("TreatmentLevel")
        );
        await CancelWaitingAsync(server, customer.Usn);
        Assert.Equal(
            "Overdue",
            (await server.Administrator.CallAsync("account", "getAccountSummary", P("usn", customer.Usn))).At("TreatmentLevel")
        );
    }

    [Fact]
    public async Task A_dispute_keeps_credit_control_away_and_lets_relief_through()
    {
        var customer = await PortalCustomerAsync(server);
        await _help.PlayAsync(
            customer.Usn,
            (0, "invoice 100", "Settled", ""),
            (10, "dispute", "Settled", ""),
            (50, "", "Settled", ""),
            (51, "settle", "Delinquent", "suspended, notice-reminder, notice-suspended, dispatch-invoice"),
            (52, "dispute", "Delinquent", ""),
            (53, "pay 100", "Settled", "resumed")
        );
    }

    [Fact]
    public async Task Invoices_of_a_payment_plan_do_not_count()
    {
        var customer = await PortalCustomerAsync(server);
        await _help.PlayAsync(
            customer.Usn,
            (0, "", "Settled", ""),
            (0, "invoice 90", "Settled", ""),
            (44, "", "Delinquent", "suspended, notice-reminder, notice-suspended, dispatch-invoice")
        );
        var invoice = await server.QueryAsync<string>(
            "SELECT number FROM financial_transaction WHERE account_usn = $1 AND amount = 90",
            customer.Usn
        );
        var plan = await _help.RunOnAsync<PaymentPlans, PaymentPlan>(plans =>
            plans.CreateAsync(new NewPaymentPlan(customer.Usn, [invoice], 9, _help.Today.AddDays(5)), CancellationToken.None)
        );
        await _help.PlayAsync(customer.Usn, (1, "", "Settled", "resumed"), (5, "", "Settled", ""));
        await _help.RunOnAsync<PaymentPlans>(plans => plans.CancelAsync(plan.Number, CancellationToken.None));
        await _help.PlayAsync(customer.Usn, (1, "", "Delinquent", "suspended, notice-reminder, notice-suspended, dispatch-invoice"));
    }

    [Fact]
    public async Task Invoices_that_a_payment_is_scheduled_for_do_not_count()
    {
        var customer = await PortalCustomerAsync(server);
        await server.Administrator.CallAsync(
            "payment",
            "addStoredPaymentDetails",
            P("usn", customer.Usn),
            Details("mastercard", "5105105105105100")
        );
        await _help.RunOnAsync<AutomaticPayments>(payments => payments.ChooseAsync(customer.Usn, 1, CancellationToken.None));
        await _help.PlayAsync(customer.Usn, (0, "invoice 90", "Settled", ""), (40, "", "Settled", ""));
        var payment = await NewestPaymentAsync(server, customer.Usn);
        await server.Administrator.CallAsync("payment", "cancelScheduledPayment", P("paymentNumber", payment));
        await _help.PlayAsync(customer.Usn, (1, "", "Overdue", "notice-reminder"));
    }

    [Fact]
    public async Task A_missed_instalment_ends_what_a_payment_plan_keeps_away_until_it_is_paid()
    {
        var customer = await PortalCustomerAsync(server);
        await _help.DoAsync(customer.Usn, "invoice 90");
        var invoice = await server.QueryAsync<string>(
            "SELECT number FROM financial_transaction WHERE account_usn = $1 AND amount = 90",
            customer.Usn
        );
        await _help.RunOnAsync<PaymentPlans, PaymentPlan>(plans =>
            plans.CreateAsync(new NewPaymentPlan(customer.Usn, [invoice], 3, _help.Today.AddDays(14)), CancellationToken.None)
        );

        // Instalments of $30 in the first half of each month: two are due by day 47.
        await _help.PlayAsync(
            customer.Usn,
            (14, "", "Settled", ""),
            (15, "", "Overdue", "notice-reminder"),
            (16, "pay 30", "Settled", ""),
            (43, "", "Settled", ""),
            (44, "pay 30", "Settled", ""),
            (73, "", "Settled", ""),
            (78, "", "Delinquent", "suspended, notice-reminder, notice-suspended, dispatch-invoice"),
            (79, "pay 30", "Settled", "resumed")
        );
    }

    [Fact]
    public async Task A_payment_of_the_balance_that_is_scheduled_keeps_credit_control_away_until_it_has_failed_for_good()
    {
        var customer = await PortalCustomerAsync(server);
        await server.Administrator.CallAsync("payment", "addStoredPaymentDetails", P("usn", customer.Usn), Details("visa", Card(9001)));
        await _help.RunOnAsync<AutomaticPayments>(payments => payments.ChooseAsync(customer.Usn, 2, CancellationToken.None));

        // Tried on the due date, three days later and five days after that.
        await _help.PlayAsync(
            customer.Usn,
            (0, "invoice 90", "Settled", ""),
            (14, "work", "Settled", ""),
            (15, "work", "Settled", ""),
            (18, "work", "Settled", ""),
            (21, "", "Settled", ""),
            (23, "work", "Overdue", "dispatch-note, notice-reminder")
        );
        Assert.Equal("Declined", await StatusAsync(server, await NewestPaymentAsync(server, customer.Usn)));
    }

    /// <summary>Of the $4 that $96 leave, the terms say nothing: they leave alone what is less than $5.</summary>
    [Theory]
    [InlineData("90", "Reminder")]
    [InlineData("96", "Settled")]
    public async Task What_a_payment_on_its_way_will_pay_does_not_count_and_the_rest_does(string amount, string level)
    {
        var customer = await PortalCustomerAsync(server);
        await _help.PlayAsync(customer.Usn, (0, "terms 2", "Settled", ""), (0, "invoice 100", "Settled", ""));
        var invoice = await server.QueryAsync<string>("SELECT number FROM financial_transaction WHERE account_usn = $1", customer.Usn);
        server.Clock.Advance(TimeSpan.FromDays(20));
        await server.Administrator.CallAsync(
            "payment",
            "processPayment",
            P("usn", customer.Usn),
            Request("amex", amount, null, Card(9003)),
            AllocateTo((invoice, amount))
        );
        Assert.Equal("Waiting", await StatusAsync(server, await NewestPaymentAsync(server, customer.Usn)));
        Assert.Equal(
            level,
            (await server.Administrator.CallAsync("account", "getAccountSummary", P("usn", customer.Usn))).At("TreatmentLevel")
        );
    }

    [Fact]
    public async Task What_a_person_has_suspended_only_a_person_resumes()
    {
        var customer = await PortalCustomerAsync(server);
        var service = customer.Subscriptions[1];
        await _help.PlayAsync(
            customer.Usn,
            (0, "invoice 100", "Settled", ""),
            (1, $"suspend {service}", "Settled", "suspended"),
            (44, "", "Delinquent", "notice-reminder, notice-suspended, dispatch-invoice"),
            (45, "pay 100", "Settled", ""),
            (46, $"resume {service}", "Settled", "resumed")
        );

        // And what a person resumes is not resumed again.
        var other = await PortalCustomerAsync(server);
        await _help.PlayAsync(
            other.Usn,
            (0, "invoice 100", "Settled", ""),
            (44, "", "Delinquent", "suspended, notice-reminder, notice-suspended, dispatch-invoice"),
            (45, $"resume {other.Subscriptions[1]}", "Delinquent", "resumed"),
            (46, $"suspend {other.Subscriptions[1]}", "Delinquent", "suspended"),
            (47, "pay 100", "Settled", "")
        );
    }

    [Fact]
    public async Task A_dated_suspension_outlasts_that_of_credit_control()
    {
        var customer = await PortalCustomerAsync(server);
        var from = server.Clock.GetUtcNow().AddDays(45);
        await server.Administrator.CallAsync(
            "subscription",
            "suspend",
            P("usn", customer.Subscriptions[1]),
            P("fromTimestamp", from.ToString("yyyy-MM-ddTHH:mm:sszzz", System.Globalization.CultureInfo.InvariantCulture))
        );
        await _help.PlayAsync(
            customer.Usn,
            (0, "invoice 100", "Settled", ""),
            (44, "", "Delinquent", "suspended, notice-reminder, notice-suspended, dispatch-invoice")
        );
        server.Clock.Advance(TimeSpan.FromDays(2));
        await server.CarryOutDueWorkAsync();
        await _help.PlayAsync(customer.Usn, (0, "pay 100", "Settled", ""));
        Assert.Equal(
            "Suspended",
            await server.QueryAsync<string>("SELECT suspend_status FROM subscription WHERE usn = $1", customer.Subscriptions[1])
        );
    }

    [Fact]
    public async Task A_subscription_that_leaves_the_account_is_resumed_where_nothing_is_owed()
    {
        var customer = await PortalCustomerAsync(server);
        await _help.PlayAsync(
            customer.Usn,
            (0, "invoice 100", "Settled", ""),
            (44, "", "Delinquent", "suspended, notice-reminder, notice-suspended, dispatch-invoice")
        );
        var target = await PortalCustomerAsync(server);
        await server.Administrator.CallAsync(
            "subscription",
            "migrateSubscription",
            P("usn", customer.Subscriptions[1]),
            P("toAccountUsn", target.Usn)
        );
        await _help.PlayAsync(target.Usn, (1, "", "Settled", "resumed"), (2, "", "Settled", ""));
        Assert.Equal(
            "Active",
            await server.QueryAsync<string>("SELECT suspend_status FROM subscription WHERE usn = $1", customer.Subscriptions[1])
        );
    }

    [Fact]
    public async Task Other_terms_bring_the_actions_of_the_new_level_only()
    {
        var customer = await PortalCustomerAsync(server);
        await _help.PlayAsync(
            customer.Usn,
            (0, "invoice 100", "Settled", ""),
            (44, "", "Delinquent", "suspended, notice-reminder, notice-suspended, dispatch-invoice"),
            (45, "terms 2", "Barred", "suspended"),
            (46, "", "Barred", ""),
            (47, "pay 100", "Settled", "resumed, resumed")
        );
        Assert.Equal(
            "Notice notice-reminder Sent, Notice notice-suspended Sent, Invoice dispatch-invoice Sent, Notice notice-suspended Sent, "
                + "Receipt dispatch-receipt Sent",
            await _help.ItemsAsync(customer.Usn)
        );
    }

    [Fact]
    public async Task A_payment_lifts_the_suspension_at_once()
    {
        var customer = await PortalCustomerAsync(server);
        await _help.PlayAsync(
            customer.Usn,
            (0, "invoice 100", "Settled", ""),
            (44, "", "Delinquent", "suspended, notice-reminder, notice-suspended, dispatch-invoice")
        );

        // Without a run: through the due work that the payment puts on the calendar.
        await _help.DoAsync(customer.Usn, "pay 99");
        Assert.Equal(("Overdue", ""), (await _help.LevelAsync(customer.Usn), await _help.NewsAsync(customer.Usn)));
        await _help.DoAsync(customer.Usn, "pay 1");
        Assert.Equal(("Settled", "resumed"), (await _help.LevelAsync(customer.Usn), await _help.NewsAsync(customer.Usn)));
        Assert.Equal(
            0L,
            await server.QueryAsync<long>("SELECT count(*) FROM due_work WHERE account_usn = $1 AND done IS NULL", customer.Usn)
        );
        Assert.False(await server.QueryAsync<bool>("SELECT suspended_by_credit_control FROM account WHERE usn = $1", customer.Usn));
    }

    [Fact]
    public async Task A_run_leaves_the_account_that_fails_with_the_reason_and_goes_on()
    {
        var broken = await PortalCustomerAsync(server);
        var sound = await PortalCustomerAsync(server);
        await _help.DoAsync(broken.Usn, "invoice 100");
        await _help.DoAsync(sound.Usn, "invoice 100");
        server.Clock.Advance(TimeSpan.FromDays(15));
        await _help.DoAsync(broken.Usn, "terms 999");
        var before = await new Fixture.Money(server, broken.Usn).StateAsync();
        var first = await _help.RunAsync();
        Assert.Equal(1, first.Failed);
        Assert.Contains(first.Reports, report => report.StartsWith($"{broken.Usn} FAILED: ", StringComparison.Ordinal));
        Assert.Contains($"{sound.Usn} Settled -> Overdue: notice notice-reminder with invoices", first.Reports);
        Assert.Equal(before, await new Fixture.Money(server, broken.Usn).StateAsync());
        Assert.Equal(
            1,
            await server.QueryAsync<int>(
                "SELECT failures FROM credit_control_state WHERE account_usn = $1 AND last_error IS NOT NULL AND last_run IS NULL",
                broken.Usn
            )
        );

        // A second run of the day treats that one alone.
        await _help.DoAsync(broken.Usn, "terms 1");
        var second = await _help.RunAsync();
        Assert.Equal((1, 0), (second.Treated, second.Failed));
        Assert.Equal([$"{broken.Usn} Settled -> Overdue: notice notice-reminder with invoices"], second.Reports);
        Assert.Equal(0, (await _help.RunAsync()).Treated);
        Assert.Equal(
            0,
            await server.QueryAsync<int>(
                "SELECT failures FROM credit_control_state WHERE account_usn = $1 AND last_error IS NULL",
                broken.Usn
            )
        );
        Assert.Equal(0, await server.QueryAsync<int>("SELECT failed FROM credit_control_day WHERE day = $1", _help.Today));
    }

    [Fact]
    public async Task Runs_at_the_same_time_do_nothing_twice()
    {
        var customers = new List<OrderedAccount>();
        for (var count = 0; count < 6; count++)
        {
            customers.Add(await PortalCustomerAsync(server));
            await _help.DoAsync(customers[^1].Usn, "invoice 100");
        }

        server.Clock.Advance(TimeSpan.FromDays(44));
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(_help.RunAsync)));
        foreach (var customer in customers)
        {
            Assert.Equal(111m, await BalanceAsync(server, customer.Usn));
            Assert.Equal(
                "Notice notice-reminder Queued, Notice notice-suspended Queued, Invoice dispatch-invoice Queued",
                await _help.ItemsAsync(customer.Usn)
            );
        }
    }

    [Fact]
    public async Task A_dry_run_says_what_would_be_done_and_does_nothing()
    {
        var customer = await PortalCustomerAsync(server);
        await _help.DoAsync(customer.Usn, "invoice 100");
        var before = await new Fixture.Money(server, customer.Usn).StateAsync();
        Assert.DoesNotContain(await _help.PreviewAsync(14), report => report.StartsWith(customer.Usn, StringComparison.Ordinal));
        Assert.Contains($"{customer.Usn} Settled -> Overdue: notice notice-reminder with invoices", await _help.PreviewAsync(15));
        Assert.Contains(
            $"{customer.Usn} Settled -> Delinquent: notice notice-reminder with invoices, late fee latefee 10, suspend, notice "
                + $"notice-suspended",
            await _help.PreviewAsync(44)
        );
        Assert.Equal(before, await new Fixture.Money(server, customer.Usn).StateAsync());
        Assert.Equal("Settled", await _help.LevelAsync(customer.Usn));

        var runner = server.Services.GetRequiredService<CreditControlRunner>();
        using var output = new StringWriter();
        await Assert.ThrowsAsync<CommandException>(() =>
            CreditControlCommand.RunAsync(server.Stage, runner, _help.Today.AddDays(1), dryRun: false, output, CancellationToken.None)
        );
        Assert.Equal(
            0,
            await CreditControlCommand.RunAsync(server.Stage, runner, _help.Today.AddDays(15), dryRun: true, output, CancellationToken.None)
        );
        Assert.Contains($"{customer.Usn} Settled -> Overdue", output.ToString(), StringComparison.Ordinal);
        Assert.Matches(
            $"{server.Stage.Catalogue.Company(1).Name}, {_help.Today.AddDays(15):yyyy-MM-dd}:"
                + " something would be done for [1-9][0-9]* of the accounts\r?\n",
            output.ToString()
        );
    }

    /// <summary>The command has its own services: what it does is what the server does.</summary>
    [Fact]
    public async Task The_command_runs_without_a_server()
    {
        var customer = await PortalCustomerAsync(server);
        await _help.DoAsync(customer.Usn, "invoice 100");
        server.Clock.Advance(TimeSpan.FromDays(44));
        await using var services = CommandSupport.UseCases();
        using var output = new StringWriter();
        Assert.Equal(
            0,
            await CreditControlCommand.RunAsync(
                server.Stage,
                services.GetRequiredService<CreditControlRunner>(),
                null,
                dryRun: false,
                output,
                CancellationToken.None
            )
        );
        Assert.Contains($"{customer.Usn} Settled -> Delinquent", output.ToString(), StringComparison.Ordinal);
        Assert.Matches(
            $"{server.Stage.Catalogue.Company(1).Name}, {_help.Today:yyyy-MM-dd}: [1-9][0-9]* accounts? treated, 0 failed\r?\n",
            output.ToString()
        );
        Assert.Equal(111m, await BalanceAsync(server, customer.Usn));
    }

    [Fact]
    public async Task The_server_runs_it_once_a_day_from_its_hour_on()
    {
        var customer = await PortalCustomerAsync(server);
        await _help.DoAsync(customer.Usn, "invoice 100");
        var service = server.Services.GetRequiredService<CreditControlService>();
        var zone = server.Stage.Catalogue.Zone("Australia/Sydney");
        var dawn = zone.StartOf(_help.Today.AddDays(15)).AddHours(6);
        server.Settings.CreditControlHour = 6;
        try
        {
            server.Clock.MoveTo(dawn.AddSeconds(-1));
            await service.RunOnceAsync(server.Stage, CancellationToken.None);
            Assert.Equal("Settled", await _help.LevelAsync(customer.Usn));
            server.Clock.MoveTo(dawn);
            await service.RunOnceAsync(server.Stage, CancellationToken.None);
            Assert.Equal("Overdue", await _help.LevelAsync(customer.Usn));
            var finished = await server.QueryAsync<DateTime>("SELECT finished FROM credit_control_day WHERE day = $1", _help.Today);
            server.Clock.Advance(TimeSpan.FromHours(3));
            await service.RunOnceAsync(server.Stage, CancellationToken.None);
            Assert.Equal(
                finished,
                await server.QueryAsync<DateTime>("SELECT finished FROM credit_control_day WHERE day = $1", _help.Today)
            );
        }
        finally
        {
            server.Settings.CreditControlHour = null;
        }
    }

    [Fact]
    public async Task An_account_out_of_reach_is_not_there()
    {
        var customer = await PortalCustomerAsync(server);
        await _help.DoAsync(customer.Usn, "invoice 100");
        var before = await new Fixture.Money(server, customer.Usn).StateAsync();
        var stranger = new Caller(
            new Usn("1"),
            new Usn("2"),
            AllAccounts: false,
            ViewPassword: false,
            OrderAllPackages: false,
            new HashSet<int>()
        );
        await using var scope = server.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<StageSessionHolder>().Use(server.Stage, stranger);
        var treatment = scope.ServiceProvider.GetRequiredService<TreatAccount>();
        var refused = await Assert.ThrowsAsync<SmileException>(() =>
            treatment.PreviewAsync(new Usn(customer.Usn), null, CancellationToken.None)
        );
        Assert.Equal(Fault.NoSuchItemException, refused.Fault);
        await Assert.ThrowsAsync<SmileException>(() =>
            treatment.ExecuteAsync(new Usn(customer.Usn), _help.Today, null, CancellationToken.None)
        );
        Assert.Equal(before, await new Fixture.Money(server, customer.Usn).StateAsync());
    }
}
