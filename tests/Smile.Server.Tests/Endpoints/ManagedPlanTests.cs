using System.Globalization;
using System.Xml.Linq;
using Microsoft.Extensions.DependencyInjection;
using Smile.Billing;
using Smile.Catalogue;
using Smile.Contracts;
using Smile.Hosting.Billing;
using Smile.Kernel;
using Smile.Server.Tests.Fixture;
using Smile.Storage;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;
using Money = Smile.Server.Tests.Fixture.Money;

namespace Smile.Server.Tests.Endpoints;

/// <summary>
/// The seven operations of the managed plans endpoint. Subscriptions begin on the 1st of December 2014; it is the 17th, as in print.
/// </summary>
[Collection(ManagedPlanServerTests.Name)]
public sealed class ManagedPlanTests(ServerFixture server) : IDisposable
{
    private const string Endpoint = "subscription/plan";
    private const string NoSuchItem = "NoSuchItemException";
    private const string InvalidRequest = "InvalidRequestException";
    private const string Unavailable = "PlanChangeUnavailableException";
    private const string Failed = "PlanChangeException";
    private const int Printed = 305;
    private const int Voice = 304;

    private static readonly DateTimeOffset First = new(2014, 12, 1, 9, 0, 0, TimeSpan.FromHours(11));
    private static readonly DateTimeOffset Today = new(2014, 12, 17, 11, 30, 0, TimeSpan.FromHours(11));

    private readonly CatalogueSnapshot _catalogue = server.Stage.Catalogue;

    private SoapCaller Api => server.Administrator;

    public void Dispose() => server.Stage.Catalogue = _catalogue;

    /// <summary>The guide's examples (lines 11372, 11449).</summary>
    [Fact]
    public async Task The_guides_group_is_read_in_every_way()
    {
        const string plans =
            "<ManagedPlanChoices><ManagedPlan><ManagedPlanChoiceId>321</ManagedPlanChoiceId>"
            + "<DisplayName>test.managedPlan.managedPlan1</DisplayName><Description>test.managedPlan.managedPlan1</Description>"
            + "<Position>1</Position>"
            + "<ManagedPlanGroupRef><ManagedPlanGroupId>321</ManagedPlanGroupId><Name>test.managedPlan</Name></ManagedPlanGroupRef>"
            + "<ManagedPlanOptions/></ManagedPlan>"
            + "<ManagedPlan><ManagedPlanChoiceId>322</ManagedPlanChoiceId><DisplayName>test.managedPlan.managedPlan2</DisplayName>"
            + "<Description>test.managedPlan.managedPlan2</Description><Position>2</Position>"
            + "<ManagedPlanGroupRef><ManagedPlanGroupId>321</ManagedPlanGroupId><Name>test.managedPlan</Name></ManagedPlanGroupRef>"
            + "<ManagedPlanOptions/></ManagedPlan></ManagedPlanChoices>";
        const string group =
            "<ManagedPlanGroup><ManagedPlanGroupId>321</ManagedPlanGroupId><Name>test.managedPlan</Name><SID>628</SID>"
            + "<UpgradeTiming>CurrentPeriod</UpgradeTiming><CrossgradeTiming>Immediately</CrossgradeTiming>"
            + "<DowngradeTiming>NextPeriod</DowngradeTiming><PrePaymentRequiredFor>None</PrePaymentRequiredFor>"
            + plans
            + "</ManagedPlanGroup>";
        var (_, usn) = await CustomerAsync(Printed, 1);
        Assert.Equal(Plain(Document(group)), Plain(await Api.CallAsync(Endpoint, "getCurrentManagedPlanGroup", P("usn", usn))));
        Assert.Equal(Plain(Document(group)), Plain(await Api.CallAsync(Endpoint, "getManagedPlanGroup", P("managedPlanGroupId", "321"))));
        Assert.Equal(
            Plain(Document($"<ManagedPlanGroupList>{group}</ManagedPlanGroupList>")),
            Plain(await Api.CallAsync(Endpoint, "getManagedPlanGroups", P("sid", 628)))
        );

        var spendWise = (await Api.CallAsync(Endpoint, "getManagedPlanGroups", P("sid", 414))).AllAt("ManagedPlanGroup").ToList();
        Assert.Equal(
            ["340 EndUsers", "350 None"],
            spendWise.Select(each => $"{each.At("ManagedPlanGroupId")} {each.At("PrePaymentRequiredFor")}")
        );
        var office = spendWise[1].AllAt("ManagedPlanChoices/ManagedPlan").Last();
        Assert.Equal(("2", "true"), (office.Field("extensions"), office.Field("recording")));
        Assert.Empty((await Api.CallAsync(Endpoint, "getManagedPlanGroups", P("sid", 15))).AllAt("ManagedPlanGroup"));
    }

    /// <summary>
    /// The guide's example (line 11531): 1.20 for the subscription's own plan from today, 0.10 for the other from the 1st.
    /// </summary>
    [Fact]
    public async Task The_guides_quotes_come_out_to_the_cent()
    {
        var (account, usn) = await CustomerAsync(Printed, 1);
        var state = await StateAsync(account);
        var quotes = (await Api.CallAsync(Endpoint, "getManagedPlanChoices", P("usn", usn))).AllAt("ManagedPlanQuote").ToList();
        Assert.Equal(
            ["321 2014-12-17+11:00 Crossgrade Quote 1.20 0.11 $1.20", "322 2014-12-01+11:00 Upgrade Quote 0.10 0.01 $0.10"],
            quotes.Select(quote =>
                $"{quote.At("ManagedPlan/ManagedPlanChoiceId")} {quote.At("EffectiveDate")} {quote.At("Direction")} "
                + $"{quote.At("Quote/transactionType")} {quote.At("Quote/amount")} {quote.At("Quote/gstAmount")} "
                + quote.AllAt("Quote/formattedAmount").Single().Attribute("formatted")!.Value
            )
        );
        Assert.Equal(
            ["0 004692 1.10 0.11 Invoice item description", "1 round -0.01 0 Rounding adjustment", "2 gst 0.11 0 Includes 10% GST"],
            Lines(quotes[0].AllAt("Quote").Single())
        );
        Assert.Equal(
            ["0 004691 0.10 0.01 Invoice item description", "1 round -0.01 0 Rounding adjustment", "2 gst 0.01 0 Includes 10% GST"],
            Lines(quotes[1].AllAt("Quote").Single())
        );
        var items = quotes.SelectMany(quote => quote.AllAt("Quote/transactionItem")).ToList();
        Assert.All(
            items,
            item =>
                Assert.Equal(
                    (usn, "2014-12-17+11:00", "2014-12-17+11:00", "1"),
                    (item.At("usn"), item.At("chargeFrom"), item.At("chargeTo"), item.At("quantity")![..1])
                )
        );
        Assert.Equal(2, quotes.Select(quote => quote.At("Quote/quoteNumber")).Distinct().Count());
        Assert.Equal(
            ("2014-12-17+11:00", "2014-12-17+11:00", account),
            (quotes[0].At("Quote/transactionDate"), quotes[0].At("Quote/openDate"), quotes[0].At("Quote/usn"))
        );
        Assert.Equal(state, await StateAsync(account));
    }

    /// <summary>The guide's examples (lines 11892, 11763, 11785).</summary>
    [Fact]
    public async Task The_guides_upgrade_is_made_from_the_start_of_the_period()
    {
        var (account, usn) = await CustomerAsync(Printed, 1);
        Assert.Equal(["2014-12-01T00:00:00.000+11:00 321"], await ScheduleAsync(usn));
        var announced = (await server.MessagesAsync(account)).Count;
        var response = await ChangeAsync(Api, usn, 322);
        Assert.Equal(
            ("tp6282", "1", "2014-12-01T00:00:00.000+11:00"),
            (
                response.At("PlanScheduleItem/PlanCode"),
                response.At("PlanScheduleItem/PlanScheduleType"),
                response.At("PlanScheduleItem/Start")
            )
        );
        Assert.Empty(response.AllAt("PlanScheduleItem/Options/Object").Single().Elements());
        Assert.Equal(
            await server.QueryAsync<long>(
                "SELECT id FROM plan_schedule_item WHERE subscription_usn = $1 AND managed_plan_choice_id = 322",
                usn
            ),
            long.Parse(response.At("PlanScheduleItem/PlanScheduleItem")!, CultureInfo.InvariantCulture)
        );
        var invoice = response.AllAt("Invoice").Single();
        Assert.Equal(
            ["0 004691 0.10 0.01 Invoice item description", "1 round -0.01 0 Rounding adjustment", "2 gst 0.01 0 Includes 10% GST"],
            Lines(invoice)
        );
        Assert.Equal(
            ("Invoice", "0.10", "2014-12-17+11:00"),
            (invoice.At("transactionType"), invoice.At("amount"), invoice.At("closeDate"))
        );
        Assert.Null(response.At("PaymentResponse"));
        Assert.Equal(["2014-12-01T00:00:00.000+11:00 322"], await ScheduleAsync(usn));
        Assert.Equal("0.10", await new Money(server, account).BalanceAsync());
        var messages = (await server.MessagesAsync(account)).Skip(announced).ToList();
        Assert.Equal(
            ["SubscriptionPlanChanged", "RatingConfigurationUpdated", "TransactionClosed"],
            messages.Select(message => message.Type)
        );
        Assert.Equal("tp6282", XElement.Parse(messages[0].Body).At("PlanScheduleItem/PlanCode"));
        Assert.Equal(
            new DateTimeOffset(2014, 12, 1, 0, 0, 0, TimeSpan.FromHours(11)).ToUnixTimeMilliseconds(),
            Convert.ToInt64(messages[1].Headers["timestamp"], CultureInfo.InvariantCulture)
        );

        // And to itself, as the first quote says.
        var crossgrade = await ChangeAsync(Api, usn, 322);
        Assert.Equal(("1.20", "2014-12-17T11:30:00.000+11:00"), (crossgrade.At("Invoice/amount"), crossgrade.At("PlanScheduleItem/Start")));
        Assert.Equal(["2014-12-17T11:30:00.000+11:00 322"], await ScheduleAsync(usn));
    }

    /// <summary>
    /// A downgrade is paid for now and made with the next period; what it takes back of what was billed ahead is taken back now.
    /// </summary>
    [Fact]
    public async Task A_downgrade_waits_for_the_next_period()
    {
        var (account, usn) = await CustomerAsync(Voice, 2);
        Assert.Equal("66.00", await new Money(server, account).BalanceAsync());
        var announced = (await server.MessagesAsync(account)).Count;
        var response = await ChangeAsync(Api, usn, 341);
        Assert.Equal(
            ("standard", "2015-01-01T00:00:00.000+11:00"),
            (response.At("PlanScheduleItem/PlanCode"), response.At("PlanScheduleItem/Start"))
        );
        Assert.Equal(
            [
                "0 004691 10.00 1 Invoice item description",
                "1 031641 -30.00 -3 Retraction for VOIP recurring charge",
                "2 gst -2.00 0 Includes 10% GST",
            ],
            Lines(response.AllAt("Invoice").Single())
        );
        Assert.Equal(["2014-12-01T00:00:00.000+11:00 342", "2015-01-01T00:00:00.000+11:00 341"], await ScheduleAsync(usn));
        Assert.DoesNotContain(
            "SubscriptionPlanChanged",
            (await server.MessagesAsync(account)).Skip(announced).Select(message => message.Type)
        );

        // An upgrade in between takes the place of what was planned.
        Assert.Equal(["341 Downgrade 2015-01-01", "342 Crossgrade 2014-12-17", "343 Upgrade 2014-12-01"], await OffersAsync(usn));
        await ChangeAsync(Api, usn, 342);
        Assert.Equal(["2014-12-17T11:30:00.000+11:00 342"], await ScheduleAsync(usn));
        Assert.Equal("66.00", (await BilledAsync(account, usn)).ToString("0.00", CultureInfo.InvariantCulture));

        // Once the period is there, the plan is announced.
        await ChangeAsync(Api, usn, 341);
        server.Clock.MoveTo(new DateTimeOffset(2015, 1, 1, 0, 0, 1, TimeSpan.FromHours(11)));
        await server.CarryOutDueWorkAsync();
        Assert.Contains(
            "<PlanCode>standard<",
            (await server.MessagesAsync(account)).Last(message => message.Type == "SubscriptionPlanChanged").Body,
            StringComparison.Ordinal
        );
        Assert.Equal(["2015-01-01T00:00:00.000+11:00 341"], await ScheduleAsync(usn));
    }

    /// <summary>Every quote is the invoice that it becomes, whatever it charges and takes back; charges that are rolled up too.</summary>
    [Theory]
    [InlineData(2, 340, 341, false, "10.00 -30.00 -2.00")]
    [InlineData(2, 340, 342, false, "")]
    [InlineData(2, 340, 343, false, "60.00 60.00 2.00 2.00 -30.00 -30.00 6.40")]
    [InlineData(1, 340, 342, false, "30.00 30.00 6.00")]
    [InlineData(2, 350, 352, false, "29.03 60.00 1.94 4.00 2.42 5.00 -14.52 -30.00 5.78")]
    [InlineData(2, 340, 343, true, "64.00 6.40")]
    public async Task A_quote_is_the_invoice_that_it_becomes(int plan, int group, int choice, bool isRolledUp, string amounts)
    {
        var (account, usn) = await CustomerAsync(Voice, plan);
        if (group == 350)
        {
            await ChangeGroupAsync(usn, 350, 351, "CurrentPeriod");
        }

        if (isRolledUp)
        {
            await Api.CallAsync(
                "account/invoicegrouping",
                "createInvoiceGrouping",
                Document(
                    $"""
                    <NewInvoiceGrouping><Account>{account}</Account>
                    <InvoiceGroupingConfiguration key='58ac9ef6-bad2-4584-b5c2-3eb2639cd5ed'/>
                    <RollupToSubscription>{account}</RollupToSubscription>
                    <ActiveFrom>2014-12-01+11:00</ActiveFrom><Subscriptions><Subscription>{usn}</Subscription></Subscriptions>
                    </NewInvoiceGrouping>
                    """
                )
            );
        }

        var quote = (await Api.CallAsync(Endpoint, "getManagedPlanChoices", P("usn", usn)))
            .AllAt("ManagedPlanQuote")
            .Single(each => each.At("ManagedPlan/ManagedPlanChoiceId") == $"{choice}");
        var response = await ChangeAsync(Api, usn, choice);
        Assert.Equal(amounts, string.Join(' ', quote.AllAt("Quote/transactionItem/amount").Select(amount => amount.Value)));
        Assert.Equal(quote.AllAt("Quote/transactionItem").Select(WithoutId), response.AllAt("Invoice/transactionItem").Select(WithoutId));
        Assert.Equal(
            (quote.At("Quote/amount"), quote.At("Quote/gstAmount")),
            (response.At("Invoice/amount"), response.At("Invoice/gstAmount"))
        );
        Assert.Equal(quote.At("EffectiveDate")![..10], response.At("PlanScheduleItem/Start")![..10]);
        Assert.Equal(
            0L,
            await server.QueryAsync<long>(
                "SELECT count(*) FROM financial_transaction WHERE number = $1",
                quote.At("Quote/quoteNumber") ?? ""
            )
        );
    }

    [Fact]
    public async Task What_a_change_has_charged_the_next_bill_does_not_charge_again()
    {
        var (account, usn) = await CustomerAsync(Voice, 2);
        await ChangeAsync(Api, usn, 343);
        var before = await BilledAsync(account, usn);
        server.Clock.MoveTo(new DateTimeOffset(2015, 2, 1, 6, 0, 0, TimeSpan.FromHours(11)));
        await server
            .Services.GetRequiredService<BillingRunner>()
            .RunAsync(
                server.Stage,
                new BillingRequest(new DateOnly(2015, 1, 31), BillApproval.Automatic, new Usn(account)),
                new Usn("tests"),
                null,
                CancellationToken.None
            );

        // December and January are charged; February, in advance, is what the bills add: 60 and 2 for an extension.
        Assert.Equal(62m, (await BilledAsync(account, usn) - before) / 1.1m);
    }

    [Fact]
    public async Task Customers_pay_beforehand_where_the_group_says_so()
    {
        var (account, usn) = await CustomerAsync(Voice, 2);
        using var customer = await server.AddUserOfAccountAsync(account);
        var state = await StateAsync(account);
        var refusal = await RefusedAsync(customer, InvalidRequest, "changePlan", Change(usn, 343));
        Assert.Contains("send a PaymentRequest for $70.40", refusal.Message, StringComparison.Ordinal);
        refusal = await RefusedAsync(
            customer,
            InvalidRequest,
            "changePlan",
            Change(usn, 343, PaymentHelp.Request("amex", "70.00", null, PaymentHelp.GoodCard))
        );
        Assert.Contains("comes to $70.40. Use getManagedPlanChoices()", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(state, await StateAsync(account));

        // A decline changes nothing but that it is told.
        var declined = await customer.CallAsync(
            Endpoint,
            "changePlan",
            Change(usn, 343, PaymentHelp.Request("amex", "70.40", null, PaymentHelp.Card(9001)))
        );
        Assert.Equal(
            ("Declined", null, null),
            (declined.At("PaymentResponse/Payment/Status"), declined.At("PlanScheduleItem"), declined.At("Invoice"))
        );
        Assert.Equal(["2014-12-01T00:00:00.000+11:00 342"], await ScheduleAsync(usn));
        Assert.Equal("66.00", await new Money(server, account).BalanceAsync());

        var paid = await customer.CallAsync(
            Endpoint,
            "changePlan",
            Change(usn, 343, PaymentHelp.Request("amex", "70.40", null, PaymentHelp.GoodCard))
        );
        Assert.Equal(
            ("Accepted", "voice-60", "70.40", "0.00"),
            (
                paid.At("PaymentResponse/Payment/Status"),
                paid.At("PlanScheduleItem/PlanCode"),
                paid.At("Invoice/amount"),
                paid.At("Invoice/unallocatedAmount")
            )
        );
        Assert.Equal(
            (paid.At("Invoice/transactionNumber"), "70.40"),
            (
                paid.At("PaymentResponse/Allocation/AllocateTo/TransactionNumber"),
                paid.At("PaymentResponse/Allocation/AllocateTo/AllocateAmount")
            )
        );
        Assert.Equal(["2014-12-01T00:00:00.000+11:00 343"], await ScheduleAsync(usn));
        Assert.Equal("66.00", await new Money(server, account).BalanceAsync());

        // Less costs no payment: there is nothing to be paid before.
        refusal = await RefusedAsync(
            customer,
            InvalidRequest,
            "changePlan",
            Change(usn, 341, PaymentHelp.Request("amex", "1.00", null, PaymentHelp.GoodCard))
        );
        Assert.Contains("Nothing is to be paid", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("standard", (await customer.CallAsync(Endpoint, "changePlan", Change(usn, 341))).At("PlanScheduleItem/PlanCode"));
    }

    [Fact]
    public async Task A_payment_that_is_not_certain_yet_changes_nothing_and_is_not_asked_for_twice()
    {
        var (account, usn) = await CustomerAsync(Voice, 1);
        using var customer = await server.AddUserOfAccountAsync(account);
        var pending = await customer.CallAsync(
            Endpoint,
            "changePlan",
            Change(usn, 342, PaymentHelp.Request("amex", "66.00", null, PaymentHelp.Card(9003)))
        );
        Assert.NotEqual("Accepted", pending.At("PaymentResponse/Payment/Status"));
        Assert.Equal(["2014-12-01T00:00:00.000+11:00 341"], await ScheduleAsync(usn));
        server.Clock.MoveTo(Today.AddDays(2));
        await server.CarryOutDueWorkAsync();
        Assert.Equal("-66.00", await new Money(server, account).BalanceAsync());
        var response = await customer.CallAsync(Endpoint, "changePlan", Change(usn, 342));
        Assert.Equal(
            ("voice-30", "66.00", "0.00"),
            (response.At("PlanScheduleItem/PlanCode"), response.At("Invoice/amount"), response.At("Invoice/unallocatedAmount"))
        );
        Assert.Equal("0.00", await new Money(server, account).BalanceAsync());
    }

    /// <summary>The subscription is suspended while the gateway is asked.</summary>
    [Fact]
    public async Task A_payment_whose_change_is_refused_meanwhile_is_not_lost()
    {
        var (account, usn) = await CustomerAsync(Voice, 1);
        using var customer = await server.AddUserOfAccountAsync(account);
        var isSuspended = 0;
        server.SandboxHook = (_, charge) =>
            charge.AccountUsn == account && Interlocked.Exchange(ref isSuspended, 1) == 0
                ? Api.CallAsync("subscription", "suspend", P("usn", usn))
                : Task.CompletedTask;
        try
        {
            var refusal = await RefusedAsync(
                customer,
                Unavailable,
                "changePlan",
                Change(usn, 342, PaymentHelp.Request("amex", "66.00", null, PaymentHelp.GoodCard))
            );
            Assert.Contains("was accepted and stands to the account's credit", refusal.Message, StringComparison.Ordinal);
        }
        finally
        {
            server.SandboxHook = null;
        }

        Assert.Equal("-66.00", await new Money(server, account).BalanceAsync());
        await Api.CallAsync("subscription", "resume", P("usn", usn), P("fromTimestamp", "2014-12-17T00:00:00Z"));
        Assert.Equal("0.00", (await customer.CallAsync(Endpoint, "changePlan", Change(usn, 342))).At("Invoice/unallocatedAmount"));
    }

    /// <summary>Whoever acts for all accounts need not pay beforehand; a payment goes to the invoice, and the change stands.</summary>
    [Theory]
    [InlineData(true, "Accepted", "0.00")]
    [InlineData(false, "Declined", "66.00")]
    public async Task An_operator_may_pay_the_change_with_it(bool isGood, string status, string unallocated)
    {
        var (account, usn) = await CustomerAsync(Voice, 1);
        var response = await ChangeAsync(
            Api,
            usn,
            342,
            PaymentHelp.Request("amex", "66.00", null, isGood ? PaymentHelp.GoodCard : PaymentHelp.Card(9001))
        );
        Assert.Equal((status, "voice-30"), (response.At("PaymentResponse/Payment/Status"), response.At("PlanScheduleItem/PlanCode")));
        Assert.Equal(unallocated, await new Money(server, account).UnallocatedAsync(response.At("Invoice/transactionNumber")!));
        Assert.Equal(["2014-12-01T00:00:00.000+11:00 342"], await ScheduleAsync(usn));
    }

    [Fact]
    public async Task Options_go_before_those_of_the_choice()
    {
        var (account, usn) = await CustomerAsync(Voice, 1);
        var state = await StateAsync(account);
        foreach (
            var options in new[]
            {
                "<Integer name='extensions'>10</Integer>",
                "<Integer name='speed'>1</Integer>",
                "<Boolean name='extensions'>true</Boolean>",
                "<String name='recording'>true</String>",
                "<Integer name='extensions'>0</Integer>",
            }
        )
        {
            await RefusedAsync(Api, InvalidRequest, "changePlan", [.. Change(usn, 343), Options(options)]);
        }

        Assert.Equal(state, await StateAsync(account));
        var response = await Api.CallAsync(
            Endpoint,
            "changePlan",
            [.. Change(usn, 343), Options("<Integer name='extensions'>4</Integer><Boolean name='recording'>true</Boolean>")]
        );
        Assert.Equal(("4", "true"), (response.Field("extensions"), response.Field("recording")));
        Assert.Equal(
            ["60.00", "60.00", "8.00", "8.00", "5.00", "5.00", "14.60"],
            response.AllAt("Invoice/transactionItem/amount").Select(amount => amount.Value)
        );
    }

    [Theory]
    [InlineData("CurrentPeriod", "2014-12-01T00:00:00.000+11:00")]
    [InlineData("Immediately", "2014-12-17T11:30:00.000+11:00")]
    [InlineData("NextPeriod", "2015-01-01T00:00:00.000+11:00")]
    public async Task A_group_is_changed_without_charges(string timing, string start)
    {
        var (account, usn) = await CustomerAsync(Voice, 2);
        var announced = (await server.MessagesAsync(account)).Count;
        await ChangeGroupAsync(usn, 350, 352, timing, "<Integer name='extensions'>5</Integer>");
        Assert.Equal($"{start} 352", (await ScheduleAsync(usn)).Last());
        Assert.Equal(
            timing == "NextPeriod" ? "340" : "350",
            (await Api.CallAsync(Endpoint, "getCurrentManagedPlanGroup", P("usn", usn))).At("ManagedPlanGroupId")
        );
        Assert.Equal("66.00", await new Money(server, account).BalanceAsync());
        var schedules = await Api.CallAsync("subscription", "getPlanSchedules", P("usn", usn));
        var item = schedules.AllAt("PlanSchedule/PlanScheduleItem").Last();
        Assert.Equal(("voice-60", "5", "true"), (item.At("PlanCode"), item.Field("extensions"), item.Field("recording")));
        Assert.Equal(
            timing == "NextPeriod" ? ["RatingConfigurationUpdated"] : ["SubscriptionPlanChanged", "RatingConfigurationUpdated"],
            (await server.MessagesAsync(account)).Skip(announced).Select(message => message.Type)
        );
    }

    [Fact]
    public async Task Changing_the_group_is_refused_as_the_guide_lists_and_then_nothing_changes()
    {
        var (account, usn) = await CustomerAsync(Voice, 2);
        var (otherAccount, otherUsn) = await CustomerAsync(Voice, 2);
        using var other = await server.AddUserOfAccountAsync(otherAccount);
        var state = await StateAsync(account);
        foreach (
            var (who, group, choice, options, fault) in new[]
            {
                ("4711", "350", "351", "", NoSuchItem),
                (account, "350", "351", "", NoSuchItem),
                (usn, "999", "351", "", NoSuchItem),
                (usn, "x", "351", "", NoSuchItem),
                (usn, "350", "999", "", NoSuchItem),
                (usn, "350", "343", "", InvalidRequest),
                (usn, "321", "322", "", InvalidRequest),
                (usn, "340", "343", "", InvalidRequest),
                (usn, "350", "352", "<Integer name='extensions'>99</Integer>", InvalidRequest),
            }
        )
        {
            await RefusedAsync(Api, fault, "changeManagedPlanGroup", Group(who, group, choice, "Immediately", options));
        }

        await RefusedAsync(other, NoSuchItem, "changeManagedPlanGroup", Group(usn, "350", "351", "Immediately"));
        Assert.NotEqual(200, (await Api.RefusedAsync(Endpoint, "changeManagedPlanGroup", Group(usn, "350", "351", "Tomorrow"))).StatusCode);
        Assert.Equal(state, await StateAsync(account));

        // A suspended one, and a choice that is not offered yet.
        await Api.CallAsync("subscription", "suspend", P("usn", otherUsn));
        await RefusedAsync(Api, InvalidRequest, "changeManagedPlanGroup", Group(otherUsn, "350", "351", "Immediately"));
        With(catalogue => Changed(catalogue, 350, group => group with { ValidFrom = new DateOnly(2014, 12, 18) }));
        await RefusedAsync(Api, InvalidRequest, "changeManagedPlanGroup", Group(usn, "350", "351", "Immediately"));
        Assert.Equal(state, await StateAsync(account));
    }

    [Fact]
    public async Task Reading_is_refused_as_the_guide_lists()
    {
        var (account, usn) = await CustomerAsync(Voice, 2);
        using var other = await server.AddUserOfAccountAsync((await CustomerAsync(Printed, 1)).Account);
        foreach (var operation in new[] { "getCurrentManagedPlanGroup", "getManagedPlanChoices", "getPlanSchedule" })
        {
            await RefusedAsync(Api, NoSuchItem, operation, P("usn", "4711"));
            await RefusedAsync(Api, NoSuchItem, operation, P("usn", account));
            await RefusedAsync(other, NoSuchItem, operation, P("usn", usn));
        }

        foreach (var group in new[] { "999", "x", "" })
        {
            await RefusedAsync(Api, NoSuchItem, "getManagedPlanGroup", P("managedPlanGroupId", group));
        }

        await RefusedAsync(Api, NoSuchItem, "getManagedPlanGroups", P("sid", 4711));

        // In no group: null, and no changes.
        var unmanaged = (await PortalCustomerAsync(server)).Subscriptions[1];
        Assert.Null(await Api.CallAsync(Endpoint, "getCurrentManagedPlanGroup", P("usn", unmanaged)));
        await RefusedAsync(Api, Unavailable, "getManagedPlanChoices", P("usn", unmanaged));
        await RefusedAsync(Api, Unavailable, "getPlanSchedule", P("usn", unmanaged));
        await RefusedAsync(Api, Unavailable, "changePlan", Change(unmanaged, 322));

        // A plan ahead that no group has.
        With(catalogue =>
            Changed(catalogue, 340, group => group with { Choices = [.. group.Choices.Where(choice => choice.Plan != "standard")] })
        );
        await Api.CallAsync(
            "subscription",
            "changePlan",
            P("usn", usn),
            Document("<PlanScheduleItem><PlanCode>standard</PlanCode><Start>2015-06-01T00:00:00+10:00</Start></PlanScheduleItem>")
        );
        Assert.Contains(
            "From 2015-06-01 on",
            (await RefusedAsync(Api, Failed, "getPlanSchedule", P("usn", usn))).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Changing_the_plan_is_refused_as_the_guide_lists_and_then_nothing_changes()
    {
        var (account, usn) = await CustomerAsync(Voice, 2);
        using var other = await server.AddUserOfAccountAsync((await CustomerAsync(Printed, 1)).Account);
        var state = await StateAsync(account);
        await RefusedAsync(Api, NoSuchItem, "changePlan", Change("4711", 343));
        await RefusedAsync(Api, InvalidRequest, "changePlan", Change(account, 343));
        await RefusedAsync(other, NoSuchItem, "changePlan", Change(account, 343));
        await RefusedAsync(other, NoSuchItem, "changePlan", Change(usn, 343));
        await RefusedAsync(Api, NoSuchItem, "changePlan", Change(usn, 999));
        await RefusedAsync(Api, NoSuchItem, "changePlan", P("usn", usn), P("managedPlanChoiceId", "gold"));
        await RefusedAsync(Api, InvalidRequest, "changePlan", Change(usn, 351));
        await RefusedAsync(Api, Unavailable, "changePlan", Change(usn, 344));

        // Another currency than the charges'.
        await server.ExecuteAsync("UPDATE account SET currency = 'USD' WHERE usn = $1", account);
        await RefusedAsync(Api, Failed, "changePlan", Change(usn, 341));
        await RefusedAsync(Api, Failed, "getManagedPlanChoices", P("usn", usn));
        await server.ExecuteAsync("UPDATE account SET currency = 'AUD' WHERE usn = $1", account);

        // Books that are closed today, and a plan that belongs to others.
        await server.ExecuteAsync(
            "INSERT INTO debtor_close_date (company_id, closed_through, changed_by) VALUES (1, '2014-12-17', 'test')"
        );
        await RefusedAsync(Api, Failed, "changePlan", Change(usn, 343));
        await server.ExecuteAsync("DELETE FROM debtor_close_date");
        With(catalogue =>
            catalogue with
            {
                Plans = [.. catalogue.Plans.Select(plan => plan.Code == "voice-60" ? plan with { Accounts = [new Usn("4711")] } : plan)],
            }
        );
        await RefusedAsync(Api, Unavailable, "changePlan", Change(usn, 343));
        Assert.Equal(["341 Downgrade 2015-01-01", "342 Crossgrade 2014-12-17"], await OffersAsync(usn));
        using var own = await server.AddUserOfAccountAsync(account);
        Assert.Equal(
            ["341", "342"],
            (await own.CallAsync(Endpoint, "getManagedPlanGroup", P("managedPlanGroupId", "340")))
                .AllAt("ManagedPlanChoices/ManagedPlan/ManagedPlanChoiceId")
                .Select(id => id.Value)
        );

        // The group is over, and the subscription suspended.
        With(catalogue => Changed(catalogue, 340, group => group with { ValidTo = new DateOnly(2014, 12, 16) }));
        await server.ExecuteAsync("UPDATE plan_schedule_item SET managed_plan_choice_id = 342 WHERE subscription_usn = $1", usn);
        await RefusedAsync(Api, Unavailable, "changePlan", Change(usn, 343));
        await RefusedAsync(Api, Unavailable, "getManagedPlanChoices", P("usn", usn));
        server.Stage.Catalogue = _catalogue;
        Assert.Equal(state, await StateAsync(account));
        await Api.CallAsync("subscription", "suspend", P("usn", usn));
        await RefusedAsync(Api, Unavailable, "changePlan", Change(usn, 343));
        await RefusedAsync(Api, Unavailable, "getManagedPlanChoices", P("usn", usn));
    }

    [Theory]
    [InlineData(AllowedPlanChanges.All, "341 342 343")]
    [InlineData(AllowedPlanChanges.UpgradesAndCrossgrades, "342 343")]
    [InlineData(AllowedPlanChanges.Upgrades, "343")]
    [InlineData(AllowedPlanChanges.None, "")]
    public async Task A_contract_allows_what_it_says(AllowedPlanChanges allowed, string choices)
    {
        var (account, usn) = await CustomerAsync(Voice, 2);
        await UnderContractAsync(usn, allowed);
        var state = await StateAsync(account);
        if (choices.Length == 0)
        {
            await RefusedAsync(Api, Unavailable, "getManagedPlanChoices", P("usn", usn));
        }
        else
        {
            Assert.Equal(choices, string.Join(' ', (await OffersAsync(usn)).Select(offer => offer[..3])));
        }

        foreach (
            var forbidden in Enumerable
                .Range(341, 3)
                .Where(choice => !choices.Contains(choice.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal))
        )
        {
            Assert.Contains(
                "under contract",
                (await RefusedAsync(Api, Unavailable, "changePlan", Change(usn, forbidden))).Message,
                StringComparison.Ordinal
            );
        }

        if (allowed != AllowedPlanChanges.All)
        {
            await RefusedAsync(Api, InvalidRequest, "changeManagedPlanGroup", Group(usn, "350", "352", "CurrentPeriod"));
        }

        Assert.Equal(state, await StateAsync(account));

        // The plan may still not be changed in other ways, and a contract goes with a managed change.
        Assert.Equal(
            "ChangePlanException",
            (
                await Api.RefusedAsync(
                    "subscription",
                    "changePlan",
                    P("usn", usn),
                    Document("<PlanScheduleItem><PlanCode>standard</PlanCode><Start>2014-12-17T12:00:00+11:00</Start></PlanScheduleItem>")
                )
            ).Element
        );
        if (choices.Length > 0)
        {
            var item = (await ChangeAsync(Api, usn, 343)).At("PlanScheduleItem/PlanScheduleItem");
            Assert.Equal(
                item,
                (await Api.CallAsync("contract", "getCurrentSubscriptionContract", P("usn", usn))).At("ContractedPlanScheduleItem")
            );
        }
    }

    [Fact]
    public async Task A_subscription_is_in_the_group_of_the_choice_that_it_has_taken_or_of_its_plan()
    {
        // Its plan is in both groups: the first one has it, until a choice of the other is taken.
        var (_, usn) = await CustomerAsync(Voice, 2);
        Assert.Equal("340", (await Api.CallAsync(Endpoint, "getCurrentManagedPlanGroup", P("usn", usn))).At("ManagedPlanGroupId"));
        await ChangeGroupAsync(usn, 350, 351, "Immediately");

        server.Clock.Advance(TimeSpan.FromMinutes(1));

        // Another way of changing plans leaves it in the group, where that has the plan; by its options it is a choice.
        await Api.CallAsync(
            "subscription",
            "changePlan",
            P("usn", usn),
            Document(
                "<PlanScheduleItem><PlanCode>voice-60</PlanCode><Start>2014-12-17T11:31:00+11:00</Start><Options><Object><Integer "
                    + "name='extensions'>2</Integer></Object></Options></PlanScheduleItem>"
            )
        );
        Assert.Equal("350", (await Api.CallAsync(Endpoint, "getCurrentManagedPlanGroup", P("usn", usn))).At("ManagedPlanGroupId"));
        Assert.Equal(["2014-12-17T11:31:00.000+11:00 352"], await ScheduleAsync(usn));
        await Api.CallAsync(
            "subscription",
            "changePlan",
            P("usn", usn),
            Document("<PlanScheduleItem><PlanCode>standard</PlanCode><Start>2014-12-17T11:31:00+11:00</Start></PlanScheduleItem>")
        );
        Assert.Equal(["2014-12-17T11:31:00.000+11:00 341"], await ScheduleAsync(usn));
    }

    [Fact]
    public async Task A_choice_that_somebody_has_taken_stays_in_the_catalogue()
    {
        var (_, usn) = await CustomerAsync(Voice, 2);
        await ChangeAsync(Api, usn, 343);
        var catalogue = ServerFixture.ReadCatalogue();
        var lacking = Changed(catalogue, 340, group => group with { Choices = [.. group.Choices.Where(choice => choice.Id != 343)] });
        var refusal = await Assert.ThrowsAsync<CatalogueInUseException>(() =>
            CatalogueStore.ApplyAsync(server.Stage.Store.Source, lacking, "test", CancellationToken.None)
        );
        Assert.Contains("in use: managed_plan_choice 343", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>An account whose periods begin on the 1st, with a subscription from that day on.</summary>
    private async Task<(string Account, string Usn)> CustomerAsync(int package, int plan)
    {
        server.Clock.MoveTo(First);
        var account = (await PortalCustomerAsync(server)).Usn;
        var username = server.Unique("managed");
        var order = await Api.CallAsync(
            "order",
            "orderSubscription",
            P("usn", account),
            Order(package, plan, Text("username", username), account)
        );
        server.Clock.MoveTo(Today);
        return (account, Read(order, username).Subscriptions[0]);
    }

    private async Task UnderContractAsync(string usn, AllowedPlanChanges allowed)
    {
        With(catalogue =>
            catalogue with
            {
                Contracts =
                [
                    .. catalogue.Contracts.Select(contract =>
                        contract.Id == 464
                            ? contract with
                            {
                                AllowedManagedPlanChanges = allowed,
                                Plans = [new PlanContractItem(558, "voice-30", "Contract", false)],
                            }
                            : contract
                    ),
                ],
            }
        );
        await Api.CallAsync(
            "contract",
            "addSubscriptionContract",
            P("usn", usn),
            P("contractId", 464),
            P("startDate", "2014-12-01T00:00:00+11:00")
        );
    }

    /// <summary>Another catalogue, until the test is over.</summary>
    private void With(Func<CatalogueContent, CatalogueContent> change) =>
        server.Stage.Catalogue = new CatalogueSnapshot(_catalogue.Version, change(server.Stage.Catalogue.Content));

    private static CatalogueContent Changed(CatalogueContent catalogue, int group, Func<ManagedPlanGroup, ManagedPlanGroup> change) =>
        catalogue with
        {
            ManagedPlanGroups = [.. catalogue.ManagedPlanGroups.Select(each => each.Id == group ? change(each) : each)],
        };

    private static XElement[] Change(string usn, int choice, XElement? payment = null) =>
        [P("usn", usn), P("managedPlanChoiceId", choice), .. payment is null ? Array.Empty<XElement>() : [payment]];

    private static XElement Options(string options) => Document($"<PlanOptions>{options}</PlanOptions>");

    private static XElement[] Group(string usn, string group, string choice, string timing, string options = "") =>
        [
            P("usn", usn),
            P("managedPlanGroupId", group),
            P("managedPlanChoiceId", choice),
            Document($"<ManagedPlanChangeTiming>{timing}</ManagedPlanChangeTiming>"),
            .. options.Length == 0 ? Array.Empty<XElement>() : [Options(options)],
        ];

    private static Task<XElement?> ChangeAsync(SoapCaller caller, string usn, int choice, XElement? payment = null) =>
        caller.CallAsync(Endpoint, "changePlan", Change(usn, choice, payment));

    private Task ChangeGroupAsync(string usn, int group, int choice, string timing, string options = "") =>
        Api.CallAsync(Endpoint, "changeManagedPlanGroup", Group(usn, $"{group}", $"{choice}", timing, options));

    private static async Task<SoapFault> RefusedAsync(SoapCaller caller, string fault, string operation, params XElement[] parameters)
    {
        var refused = await caller.RefusedAsync(Endpoint, operation, parameters);
        Assert.True(
            fault == refused.Element,
            $"{operation}({string.Join(' ', parameters.Select(parameter => parameter.Value))}): {refused}"
        );
        return refused;
    }

    private async Task<IReadOnlyList<string>> ScheduleAsync(string usn) =>
        [
            .. (await Api.CallAsync(Endpoint, "getPlanSchedule", P("usn", usn)))
                .AllAt("ManagedPlanScheduleItem")
                .Select(item => $"{item.At("Start")} {item.At("ManagedPlan/ManagedPlanChoiceId")}"),
        ];

    private async Task<IReadOnlyList<string>> OffersAsync(string usn) =>
        [
            .. (await Api.CallAsync(Endpoint, "getManagedPlanChoices", P("usn", usn)))
                .AllAt("ManagedPlanQuote")
                .Select(quote =>
                    $"{quote.At("ManagedPlan/ManagedPlanChoiceId")} {quote.At("Direction")} {quote.At("EffectiveDate")![..10]}"
                ),
        ];

    private static IEnumerable<string> Lines(XElement transaction) =>
        transaction
            .AllAt("transactionItem")
            .Select(item =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{item.At("lineNumber")} {item.At("itemCode")} {item.At("amount")} "
                        + $"{decimal.Parse(item.At("gstAmount")!, CultureInfo.InvariantCulture):0.##} {item.At("description")}"
                )
            );

    /// <summary>What was invoiced for a subscription, with GST and without rounding and fees.</summary>
    private Task<decimal> BilledAsync(string account, string usn) =>
        server.QueryAsync<decimal>(
            """
            SELECT coalesce(sum(amount + gst_amount), 0) FROM transaction_item WHERE account_usn = $1 AND usn = $2
                AND charge_source IS NOT NULL
            """,
            account,
            usn
        );

    private async Task<string> StateAsync(string account) =>
        await new Money(server, account).StateAsync()
        + await server.QueryAsync<string>(
            """
            SELECT (SELECT string_agg(concat_ws(' ', item.id, plan_code, start), ',' ORDER BY item.id) FROM plan_schedule_item item
            JOIN subscription ON usn = subscription_usn WHERE account_usn = $1)
                || (SELECT count(*) FROM payment WHERE account_usn = $1) || '/' || (SELECT count(*) FROM due_work WHERE account_usn = $1)
                || coalesce((SELECT string_agg(contract::text, ',') FROM subscription_contract contract
                    JOIN subscription ON usn = subscription_usn WHERE account_usn = $1), '')
            """,
            account
        );

    /// <summary>A charge has its id when it is raised.</summary>
    private static string WithoutId(XElement item)
    {
        item.AllAt("chargeId").ToList().ForEach(id => id.Remove());
        return Plain(item);
    }

    private static IEnumerable<XAttribute> Attributes(XElement element) =>
        element.Attributes().Where(attribute => !attribute.IsNamespaceDeclaration);

    /// <summary>A document without prefixes and declarations, to compare.</summary>
    private static string Plain(XElement? element) =>
        element is null
            ? ""
            : $"<{element.Name.LocalName}{string.Concat(Attributes(element).Select(each => $" {each.Name.LocalName}={each.Value}"))}>"
                + (element.HasElements ? string.Concat(element.Elements().Select(Plain)) : element.Value)
                + "</>";
}

/// <summary>It is December 2014 here, as in print.</summary>
[CollectionDefinition(Name)]
public sealed class ManagedPlanServerTests : ICollectionFixture<ServerFixture>
{
    public const string Name = "managed plans";
}
