using System.Globalization;
using System.Xml.Linq;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.SoapCaller;
using Money = Smile.Server.Tests.Fixture.Money;

namespace Smile.Server.Tests.Billing;

/// <summary>changePlan(), proposePlanChange() and commitPlanChange(), and the plans that there are to change to.</summary>
[Collection(BillingTests.Name)]
public sealed class PlanChangeTests(BillingServer billing)
{
    private const string Endpoint = "subscription/planchange";
    private const string NoSuchItem = "NoSuchItemException";
    private const string InvalidRequest = "InvalidRequestException";
    private const string OfferExpired = "OfferExpiredException";
    private const string ChangePlan = "ChangePlanException";

    private SoapCaller Api => billing.Server.Administrator;

    /// <summary>L6. As print shows it (line 8722): what the item puts in place of its plan's charges. The plan's charge is 31.00.</summary>
    [Fact]
    public async Task L6_a_change_of_plan_overrides_recurring_charges_of_the_plan()
    {
        var scenario = new BillingScenario(billing);
        await scenario.PlayAsync("2015-05-01 account cycle 31\n2015-05-01 order a month uninvoiced");
        var subscription = scenario.Subscription("a");
        const string overrides =
            "<Rate currency='AUD' formatted='$34.00'>34</Rate><Comment>This is override invoice comment</Comment>"
            + "<ChargeQuantity>19</ChargeQuantity>"
            + "<Description>overrides description</Description><Frequency type='Rating Periods'>1</Frequency><WhenToCharge>In "
            + "Advance</WhenToCharge><AdvancePeriods>2</AdvancePeriods>";
        await ChangeAsync(Overriding($"<RecurringCharge id='501'>{overrides}</RecurringCharge>"));

        var item = await billing.Server.QueryAsync<long>(
            "SELECT max(id) FROM plan_schedule_item WHERE subscription_usn = $1",
            subscription
        );
        var description = await Api.CallAsync(
            "subscription",
            "getPlanChargeDescription",
            P("usn", subscription),
            P("planScheduleItem", item)
        );
        Assert.Equal("31.00000", description.At("PlanConfiguration/RecurringCharges/RecurringCharge/LineItemDescription/Rate"));
        var shown = description.AllAt("PlanScheduleItemOverrides/RecurringCharges/RecurringCharge").Single();
        Assert.Equal(("501", "$34.00"), (shown.Attribute("id")!.Value, shown.AllAt("Rate").Single().Attribute("formatted")!.Value));
        Assert.Equal(
            "Rate 34.00000, Comment This is override invoice comment, ChargeQuantity 19, Description overrides description, Frequency "
                + "1, WhenToCharge In Advance, AdvancePeriods 2",
            string.Join(", ", shown.Elements().Select(element => $"{element.Name.LocalName} {element.Value}"))
        );

        // The next change has the plan's prices again.
        await ChangeAsync("");
        item = await billing.Server.QueryAsync<long>("SELECT max(id) FROM plan_schedule_item WHERE subscription_usn = $1", subscription);
        Assert.Empty(
            (await Api.CallAsync("subscription", "getPlanChargeDescription", P("usn", subscription), P("planScheduleItem", item))).AllAt(
                "PlanScheduleItemOverrides/RecurringCharges/RecurringCharge"
            )
        );

        foreach (
            var (charges, named) in new[]
            {
                ("<RecurringCharge><ChargeQuantity>1</ChargeQuantity></RecurringCharge>", "id"),
                ("<RecurringCharge id='223'><ChargeQuantity>1</ChargeQuantity></RecurringCharge>", "id=223"),
                ("<RecurringCharge id='501'/><RecurringCharge id='501'/>", "id=501"),
                ("<RecurringCharge id='501'><ChargeQuantity>-1</ChargeQuantity></RecurringCharge>", "ChargeQuantity=-1"),
                ("<RecurringCharge id='501'><Rate currency='USD'>1</Rate></RecurringCharge>", "currency=USD"),
                ("<RecurringCharge id='501'><Frequency type='Fortnights'>1</Frequency></RecurringCharge>", "Frequency=Fortnights"),
                ("<RecurringCharge id='501'><WhenToCharge>Whenever</WhenToCharge></RecurringCharge>", "WhenToCharge=Whenever"),
                (
                    "<RecurringCharge id='501'><WhenToCharge>In Arrears</WhenToCharge><AdvancePeriods>1</AdvancePeriods></RecurringCharge>",
                    "AdvancePeriods=1"
                ),
                ("<RecurringCharge id='501'><AdvancePeriods>0</AdvancePeriods></RecurringCharge>", "AdvancePeriods=0"),
                ($"<RecurringCharge id='501'><Comment>{new string('x', 201)}</Comment></RecurringCharge>", "Comment"),
                ("<RecurringCharge id='501'><ValidTo>2030-01-01</ValidTo></RecurringCharge>", "ValidTo"),
            }
        )
        {
            var refused = await RefusedAsync(Api, Overriding(charges));
            Assert.True(refused.Element == ChangePlan && refused.Message.Contains(named, StringComparison.Ordinal), refused.ToString());
        }

        // Prices of one's own are for who may choose amounts.
        using var owner = await billing.Server.AddCustomerAsync(scenario.Account);
        Assert.Contains(
            "permission 'money'",
            (await RefusedAsync(owner, Overriding("<RecurringCharge id='501'/>"))).Message,
            StringComparison.Ordinal
        );
        Assert.Equal(
            item,
            await billing.Server.QueryAsync<long>("SELECT max(id) FROM plan_schedule_item WHERE subscription_usn = $1", subscription)
        );

        // Nor does a customer take back by himself what was invoiced: his changes begin today or later.
        var yesterday = await owner.RefusedAsync(
            "subscription",
            "changePlan",
            P("usn", subscription),
            Beginning(billing.Server.Clock.GetUtcNow().AddDays(-1))
        );
        Assert.Contains("before today needs the permission 'money'", yesterday.Message, StringComparison.Ordinal);
        Assert.Equal(
            item,
            await billing.Server.QueryAsync<long>("SELECT max(id) FROM plan_schedule_item WHERE subscription_usn = $1", subscription)
        );
        await owner.CallAsync("subscription", "changePlan", P("usn", subscription), Beginning(billing.Server.Clock.GetUtcNow()));

        XElement Beginning(DateTimeOffset start) =>
            Document($"<PlanScheduleItem><PlanCode>gold</PlanCode><Start>{start:yyyy-MM-ddTHH:mm:ssZ}</Start></PlanScheduleItem>");

        string Overriding(string charges) =>
            $"<PlanScheduleItemOverrides><RecurringCharges>{charges}</RecurringCharges></PlanScheduleItemOverrides>";

        XElement Month(string more) =>
            Document(
                $"<PlanScheduleItem><PlanCode>month</PlanCode><PlanScheduleType>1</PlanScheduleType>"
                    + $"<Start>2015-05-01T00:00:00+10:00</Start>{more}</PlanScheduleItem>"
            );

        Task ChangeAsync(string more) => Api.CallAsync("subscription", "changePlan", P("usn", subscription), Month(more));

        Task<SoapFault> RefusedAsync(SoapCaller caller, string more) =>
            caller.RefusedAsync("subscription", "changePlan", P("usn", subscription), Month(more));
    }

    /// <summary>The guide's example (lines 9152 to 9575): half of April has another plan, charged once.</summary>
    [Fact]
    public async Task The_guides_offer_is_committed_with_the_guides_edits()
    {
        var (scenario, account, usn) = await InAprilAsync();
        var offer = await Api.CallAsync(Endpoint, "proposePlanChange", P("usn", usn), Document(GuidesProposal));
        Assert.Equal(usn, offer.At("USN"));
        Assert.True(Guid.TryParse(offer.At("PlanChangeProposal/OfferId"), out var offerId) && offerId.ToString()[14] == '3');
        Assert.Equal(
            ("2014-04-16+10:00", "2014-04-30+10:00"),
            (offer.At("NewInvoiceRequest/effectiveDate"), offer.At("NewInvoiceRequest/dueDate"))
        );
        Assert.Equal(
            [
                "001336 Plan 2 (16/04/2014 - 30/04/2014) 1 2014-04-16+10:00 2014-05-01+10:00 7.49 true 0.75",
                "001337 Option 1 (16/04/2014 - 30/04/2014) 2 2014-04-16+10:00 2014-05-01+10:00 1.00 true 0.10",
                "001335 Retraction for Plan 1 (16/04/2014 - 30/04/2014) 1 2014-04-16+10:00 2014-05-01+10:00 -4.99 true -0.50",
            ],
            offer
                .AllAt("NewInvoiceRequest/ChargeRequest")
                .Select(charge =>
                    $"{charge.At("itemCode")} {charge.At("description")} "
                    + $"{decimal.Parse(charge.At("quantity")!, CultureInfo.InvariantCulture):0} {charge.At("startDate")} "
                    + $"{charge.At("endDate")} {charge.At("amount")} {charge.At("chargeGst")} {charge.At("gst/amount")}"
                )
        );
        var retracted = offer.AllAt("NewInvoiceRequest/ChargeRequest/retractChargeId").Single().Value;
        Assert.Equal(
            "9.9800",
            await billing.Server.QueryAsync<string>(
                "SELECT amount::numeric(10, 4)::text FROM transaction_item WHERE charge_id = $1",
                Guid.Parse(retracted)
            )
        );

        // As the guide has it: no new plan, the option dearer and on the account, less taken back, and a charge of the caller's own.
        var edited = new XElement(offer!);
        edited.AllAt("NewInvoiceRequest/effectiveDate").Single().Value = "2014-04-15+10:00";
        edited.AllAt("NewInvoiceRequest/ChargeRequest").First().Remove();
        var (option, back) = (
            edited.AllAt("NewInvoiceRequest/ChargeRequest").First(),
            edited.AllAt("NewInvoiceRequest/ChargeRequest").Last()
        );
        option.AllAt("USN").Single().Value = account;
        option.AllAt("amount").Single().Value = "1.50";
        option.AllAt("gst/amount").Single().Value = "0.15";
        back.AllAt("amount").Single().Value = "-3.99";
        back.AddAfterSelf(
            Document(
                $"<ChargeRequest><USN>{usn}</USN><itemCode>001335</itemCode><description>New charge</description>"
                    + $"<quantity>1</quantity><startDate>2014-04-16+10:00</startDate><endDate>2014-05-01+10:00</endDate>"
                    + $"<amount>10.00</amount><chargeGst>true</chargeGst><gst><amount>2.00</amount></gst></ChargeRequest>"
            )
        );
        var invoice = (await Api.CallAsync(Endpoint, "commitPlanChange", P("usn", usn), edited)).AllAt("Invoice").Single();
        Assert.Equal(
            ("Invoice", "9.15", "1.65", "2014-04-15+10:00", "2014-04-30+10:00", "Manual", "9.15"),
            (
                invoice.At("transactionType"),
                invoice.At("amount"),
                invoice.At("gstAmount"),
                invoice.At("transactionDate"),
                invoice.At("dueDate"),
                invoice.At("transactionSource"),
                invoice.At("unallocatedAmount")
            )
        );
        Assert.Equal(
            [
                $"{account} 0 001337 Option 1 (16/04/2014 - 30/04/2014) 2014-04-16+10:00 2014-05-01+10:00 1.50 0.150000",
                $"{usn} 1 001335 Retraction for Plan 1 (16/04/2014 - 30/04/2014) 2014-04-16+10:00 2014-05-01+10:00 -3.99 -0.500000",
                $"{usn} 2 001335 New charge 2014-04-16+10:00 2014-05-01+10:00 10.00 2.000000",
                $"{account} 3 round Rounding adjustment 2014-04-15+10:00 2014-04-15+10:00 -0.01 0.000000",
                $"{account} 4 gst Includes 10% GST 2014-04-15+10:00 2014-04-15+10:00 0.15 0.000000",
                $"{usn} 5 gst Includes 10% GST 2014-04-15+10:00 2014-04-15+10:00 1.50 0.000000",
            ],
            invoice
                .AllAt("transactionItem")
                .Select(item =>
                    $"{item.At("usn")} {item.At("lineNumber")} {item.At("itemCode")} {item.At("description")} {item.At("chargeFrom")} "
                    + $"{item.At("chargeTo")} {item.At("amount")} {item.At("gstAmount")}"
                )
        );

        // What was left out is deferred, and nothing is charged again by the bill of April.
        Assert.Equal(
            ["7.49"],
            (await Api.CallAsync("account", "getDeferredCharges", P("usn", account)))
                .AllAt("TransactionItem/amount")
                .Select(amount => amount.Value)
        );
        await scenario.NewsAsync();
        Assert.Equal(
            "001336 2014-05-01..05-31 14.98, 2 001337 2014-05-01..05-31 2.00, 001336 2014-04-16..04-30 7.49, round -0.02, gst 2.45 = 26.90",
            await scenario.PlayStepAsync("2014-05-01 bill")
        );
        var schedule = await Api.CallAsync("subscription", "getPlanSchedules", P("usn", usn));
        Assert.Equal(["plan1", "plan2"], schedule.AllAt("PlanSchedule/PlanScheduleItem/PlanCode").Select(code => code.Value));

        // Print gives no offset: it is the time of day here.
        Assert.StartsWith(
            "2014-04-16T00:00:00",
            schedule.AllAt("PlanSchedule/PlanScheduleItem/Start").Last().Value,
            StringComparison.Ordinal
        );
        await RefusedAsync(Api, OfferExpired, "commitPlanChange", P("usn", usn), edited);
    }

    /// <summary>GST that is taken out is calculated; a charge at 0 is cancelled (guide, line 9340).</summary>
    [Fact]
    public async Task Charges_without_gst_are_taxed_and_those_at_zero_are_cancelled()
    {
        var (scenario, account, usn) = await InAprilAsync();
        var offer = (await Api.CallAsync(Endpoint, "proposePlanChange", P("usn", usn), Document(GuidesProposal)))!;
        var charges = offer.AllAt("NewInvoiceRequest/ChargeRequest").ToList();
        charges[0].AllAt("gst").Single().Remove();
        charges[1].AllAt("amount").Single().Value = "0";
        charges[1].AllAt("gst/amount").Single().Value = "0";
        var invoice = await Api.CallAsync(Endpoint, "commitPlanChange", P("usn", usn), offer);
        Assert.Equal(("2.75", "0.25"), (invoice.At("Invoice/amount"), invoice.At("Invoice/gstAmount")));
        Assert.Empty((await Api.CallAsync("account", "getDeferredCharges", P("usn", account))).AllAt("TransactionItem"));
        await scenario.NewsAsync();
        Assert.Equal(
            "001336 2014-05-01..05-31 14.98, 2 001337 2014-05-01..05-31 2.00, round 0.02, gst 1.70 = 18.70",
            await scenario.PlayStepAsync("2014-05-01 bill")
        );
    }

    [Theory]
    [InlineData("change a plan2 op1=1 from 2014-04-20")]
    [InlineData("suspend a")]
    [InlineData("cancel a")]
    [InlineData("bill")]
    public async Task An_offer_expires_with(string what)
    {
        var (scenario, account, usn) = await InAprilAsync();
        var offer = (await Api.CallAsync(Endpoint, "proposePlanChange", P("usn", usn), Document(GuidesProposal)))!;
        await scenario.PlayStepAsync("2014-05-01 " + what);
        var state = await StateAsync(account);
        await RefusedAsync(Api, OfferExpired, "commitPlanChange", P("usn", usn), offer);
        Assert.Equal(state, await StateAsync(account));
    }

    [Fact]
    public async Task Before_the_first_bill_a_change_costs_nothing_at_once()
    {
        var scenario = new BillingScenario(billing);
        await scenario.PlayAsync("2014-03-01 account cycle 31\n2014-03-01 order a plan1 uninvoiced");
        var usn = scenario.Subscription("a");
        var offer = (
            await Api.CallAsync(Endpoint, "proposePlanChange", P("usn", usn), Document(Proposal("plan2", "2014-03-16T00:00:00+11:00")))
        )!;
        Assert.Empty(offer.AllAt("NewInvoiceRequest"));
        Assert.Empty((await Api.CallAsync(Endpoint, "commitPlanChange", P("usn", usn), offer)).AllAt("Invoice"));
        Assert.Equal(
            "001335 2014-03-01..03-15 4.83, 001336 2014-03-16..03-31 7.73, 001336 2014-04-01..04-30 14.98, round 0.01, gst 2.75 = 30.30",
            await scenario.PlayStepAsync("2014-04-01 bill")
        );
    }

    [Fact]
    public async Task An_offer_is_refused_as_the_guide_lists_and_nothing_changes()
    {
        var (_, account, usn) = await InAprilAsync();
        var state = await StateAsync(account);
        foreach (
            var (who, proposal, fault) in new[]
            {
                ("4711", GuidesProposal, NoSuchItem),
                (account, GuidesProposal, NoSuchItem),
                (usn, Proposal("nothing", Half), NoSuchItem),
                (usn, Proposal("adsl-test", Half), NoSuchItem),
                (usn, Proposal("private", Half), NoSuchItem),
                (usn, Proposal("plan2", null), InvalidRequest),
                (usn, Proposal("plan2", Half, "<PlanScheduleType>3</PlanScheduleType>"), InvalidRequest),
                (usn, Proposal("plan2", Half, options: "<Integer name='op1'>6</Integer>"), InvalidRequest),
                (usn, Proposal("plan2", Half, options: "<Integer name='op2'>1</Integer>"), InvalidRequest),
                (usn, Proposal("plan2", Half, options: "<Boolean name='op1'>true</Boolean>"), InvalidRequest),
                (usn, Proposal("plan2", "2014-02-28T00:00:00+11:00"), InvalidRequest),
            }
        )
        {
            await RefusedAsync(Api, fault, "proposePlanChange", P("usn", who), Document(proposal));
        }

        using var other = await ForeignerAsync();
        await RefusedAsync(other, NoSuchItem, "proposePlanChange", P("usn", usn), Document(GuidesProposal));
        Assert.Equal(state, await StateAsync(account));
    }

    [Fact]
    public async Task A_commitment_is_refused_as_the_guide_lists_and_nothing_changes()
    {
        var (scenario, account, usn) = await InAprilAsync();
        await scenario.PlayStepAsync("2014-04-16 order b plan1");
        var offer = (await Api.CallAsync(Endpoint, "proposePlanChange", P("usn", usn), Document(GuidesProposal)))!;
        var state = await StateAsync(account);
        await RefusedAsync(Api, InvalidRequest, "commitPlanChange", P("usn", scenario.Subscription("b")), offer);
        foreach (
            var (path, value, fault) in new[]
            {
                ("USN", "4711", InvalidRequest),
                ("PlanChangeProposal/OfferId", "", InvalidRequest),
                ("PlanChangeProposal/OfferId", "yesterday's", OfferExpired),
                ("PlanChangeProposal/PlanScheduleItem/Start", "2014-04-17T00:00:00+10:00", OfferExpired),
                ("PlanChangeProposal/PlanScheduleItem/PlanCode", "month", InvalidRequest),
                ("PlanChangeProposal/PlanScheduleItem/PlanCode", "nothing", NoSuchItem),
                ("NewInvoiceRequest/ChargeRequest/itemCode", "nothing", NoSuchItem),
                ("NewInvoiceRequest/ChargeRequest/USN", "4711", NoSuchItem),
                ("NewInvoiceRequest/ChargeRequest/amount", "1000000000001", InvalidRequest),
                ("NewInvoiceRequest/dueDate", "2001-01-01", InvalidRequest),
            }
        )
        {
            var bad = new XElement(offer);
            bad.AllAt(path).First().Value = value;
            await RefusedAsync(Api, fault, "commitPlanChange", P("usn", usn), bad);
        }

        var unknown = new XElement(offer);
        unknown.AllAt("USN").Single().Value = "4711";
        await RefusedAsync(Api, NoSuchItem, "commitPlanChange", P("usn", "4711"), unknown);
        using var other = await ForeignerAsync();
        await RefusedAsync(other, NoSuchItem, "commitPlanChange", P("usn", usn), offer);
        Assert.Equal(state, await StateAsync(account));
    }

    [Fact]
    public async Task Of_commitments_at_the_same_time_one_is_made()
    {
        var (_, account, usn) = await InAprilAsync();
        var before = decimal.Parse(await new Money(billing.Server, account).BalanceAsync(), CultureInfo.InvariantCulture);
        var offer = (await Api.CallAsync(Endpoint, "proposePlanChange", P("usn", usn), Document(GuidesProposal)))!;
        var outcomes = await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(async _ =>
                {
                    using var answer = await Api.OpenAsync(Endpoint, "commitPlanChange", P("usn", usn), new XElement(offer));
                    var text = await answer.Content.ReadAsStringAsync();
                    return answer.IsSuccessStatusCode ? "changed"
                        : text.Contains(OfferExpired, StringComparison.Ordinal) ? OfferExpired
                        : text;
                })
        );
        Assert.Equal([OfferExpired, OfferExpired, OfferExpired, "changed"], outcomes.Order(StringComparer.Ordinal));
        Assert.Equal(before + 3.85m, decimal.Parse(await new Money(billing.Server, account).BalanceAsync(), CultureInfo.InvariantCulture));
    }

    /// <summary>Guide, lines 8765 to 8880.</summary>
    [Fact]
    public async Task A_plan_is_changed_by_the_rules_and_else_nothing_changes()
    {
        var (scenario, account, usn) = await InAprilAsync();
        await scenario.PlayStepAsync("2014-04-16 order bound month");
        await scenario.PlayStepAsync("2014-04-16 contract bound 901 2014-05-01");
        await scenario.PlayStepAsync("2014-04-16 order still month approved");
        await scenario.PlayStepAsync("2014-04-16 order paused month");
        await scenario.PlayStepAsync("2014-04-16 suspend paused");
        await scenario.PlayStepAsync("2014-04-16 order ending month");
        await scenario.PlayStepAsync("2014-04-16 cancel ending 2014-04-25 00:00");
        await scenario.PlayStepAsync("2014-04-16 order closed month");
        await scenario.PlayStepAsync("2014-04-16 cancel closed");
        var state = await StateAsync(account);
        foreach (
            var (who, item) in new[]
            {
                ("4711", Item("plan2", Half)),
                (account, Item("plan2", Half)),
                (usn, Item("nothing", Half)),
                (usn, Item("adsl-test", Half)),
                (usn, Item("private", Half)),
                (usn, Item("plan2", null)),
                (usn, Item("plan2", Half, "<PlanScheduleType>2</PlanScheduleType>")),
                (usn, Item("plan2", Half, options: "<Integer name='op1'>-1</Integer>")),
                (usn, Item("plan2", Half, options: "<Integer name='op9'>1</Integer>")),
                (usn, Item("plan2", "2014-02-28T23:59:59+11:00")),
                (usn, Item("plan2", "2034-01-01T00:00:00+11:00")),
                (scenario.Subscription("bound"), Item("gold", "2014-07-31T12:00:00+10:00")),
                (scenario.Subscription("still"), Item("gold", Half)),
                (scenario.Subscription("paused"), Item("gold", Half)),
                (scenario.Subscription("ending"), Item("gold", "2014-04-25T00:00:00+10:00")),
                (scenario.Subscription("closed"), Item("gold", Half)),
            }
        )
        {
            var refused = await Api.RefusedAsync("subscription", "changePlan", P("usn", who), Document(item));
            Assert.True(refused.Element == ChangePlan, $"{item}: {refused}");
        }

        using var other = await ForeignerAsync();
        Assert.Equal(
            ChangePlan,
            (await other.RefusedAsync("subscription", "changePlan", P("usn", usn), Document(Item("plan2", Half)))).Element
        );
        Assert.Equal(state, await StateAsync(account));

        // Before it closes and behind the contract, plans may change; a later change gives way to an earlier one.
        await scenario.PlayStepAsync("2014-04-16 change ending gold from 2014-04-20");
        await scenario.PlayStepAsync("2014-04-16 change bound gold from 2014-08-01");
        await scenario.PlayStepAsync("2014-04-16 change a month from 2014-06-01");
        await scenario.PlayStepAsync("2014-04-16 change a gold from 2014-05-20");
        Assert.Equal("gold ", await PlansAsync(scenario.Subscription("ending"), 2));
        Assert.Equal("plan1 gold", await PlansAsync(usn, 0));
    }

    /// <summary>Guide, line 22958.</summary>
    [Fact]
    public async Task A_plan_that_begins_later_is_announced_when_it_begins()
    {
        var (scenario, account, usn) = await InAprilAsync();
        await scenario.PlayStepAsync("2014-04-16 change a month from 2014-04-25 12:30");
        await scenario.PlayStepAsync("2014-04-16 change a gold from 2014-04-20");
        await scenario.PlayStepAsync("2014-04-19 change a plan2 from 2014-04-22");
        Assert.DoesNotContain(await billing.Server.MessagesAsync(account), message => message.Type == "SubscriptionPlanChanged");
        await scenario.PlayStepAsync("2014-04-21 23:59 show balance");
        var announced = (await billing.Server.MessagesAsync(account)).Where(message => message.Type == "SubscriptionPlanChanged").ToList();
        Assert.Equal(["gold"], announced.Select(message => XElement.Parse(message.Body).At("PlanScheduleItem/PlanCode")));
        await scenario.PlayStepAsync("2014-04-30 show balance");
        announced = [.. (await billing.Server.MessagesAsync(account)).Where(message => message.Type == "SubscriptionPlanChanged")];
        Assert.Equal(
            ["gold 2014-04-20T00:00:00.000+10:00", "plan2 2014-04-22T00:00:00.000+10:00"],
            announced
                .Select(message => XElement.Parse(message.Body))
                .Select(body => $"{body.At("PlanScheduleItem/PlanCode")} {body.At("PlanScheduleItem/Start")}")
        );
        Assert.All(announced, message => Assert.Equal((501, usn), (message.Headers["sid"], message.Headers["usn"])));
    }

    /// <summary>Guide, lines 8901 and 9008.</summary>
    [Fact]
    public async Task Published_plans_and_those_of_the_account_are_listed_by_day()
    {
        var (scenario, account, usn) = await InAprilAsync();
        var all = (await PlansAsync("getSubscriptionPlans", P("usn", usn))).ToList();
        Assert.Contains("plan2", all);
        Assert.DoesNotContain(all, code => code is "withheld" or "summer" or "private" or "own" or "adsl-test");
        Assert.Equal(all, await PlansAsync("getServicePlans", P("sid", 501)));
        foreach (
            var (day, isListed) in new[]
            {
                ("2015-11-30", false),
                ("2015-12-01+11:00", true),
                ("2016-02-29T23:59:59+11:00", true),
                ("2016-03-01", false),
            }
        )
        {
            Assert.Equal(isListed, (await PlansAsync("getSubscriptionPlans", P("usn", usn), P("timestamp", day))).Contains("summer"));
            Assert.Equal(isListed, (await PlansAsync("getServicePlans", P("sid", 501), P("timestamp", day))).Contains("summer"));
        }

        await billing.OfferToAsync("private", account);
        Assert.Contains("private", await PlansAsync("getSubscriptionPlans", P("usn", usn)));
        Assert.Contains("private", await PlansAsync("getServicePlans", P("sid", 501), P("usn", account)));
        Assert.DoesNotContain("private", await PlansAsync("getServicePlans", P("sid", 501)));
        await scenario.PlayStepAsync("2014-04-16 change a private");
        Assert.Equal("plan1 private", await PlansAsync(usn, 0));

        var plan = (await Api.CallAsync(Endpoint, "getSubscriptionPlans", P("usn", usn)))
            .AllAt("PlanConfiguration")
            .Single(each => each.At("Plan") == "plan2");
        Assert.Equal(
            ("plan2", "1", "001336", "op1"),
            (
                plan.At("PlanName"),
                plan.At("Company"),
                plan.At("RecurringCharges/RecurringCharge/LineItemDescription/ItemCode"),
                plan.AllAt("PlanOptions/PlanOption").Single().Attribute("option")!.Value
            )
        );
        await RefusedAsync(Api, NoSuchItem, "getSubscriptionPlans", P("usn", "4711"));
        await RefusedAsync(Api, NoSuchItem, "getSubscriptionPlans", P("usn", account));
        await RefusedAsync(Api, InvalidRequest, "getSubscriptionPlans", P("usn", ""));
        await RefusedAsync(Api, NoSuchItem, "getServicePlans", P("sid", 4711));
        await RefusedAsync(Api, NoSuchItem, "getServicePlans", P("sid", 501), P("usn", "4711"));
        using var other = await ForeignerAsync();
        await RefusedAsync(other, NoSuchItem, "getSubscriptionPlans", P("usn", usn));
        await RefusedAsync(other, NoSuchItem, "getServicePlans", P("sid", 501), P("usn", account));
    }

    private const string Half = "2014-04-16T00:00:00+10:00";

    private static readonly string GuidesProposal = Proposal(
        "plan2",
        "2014-04-16T00:00:00",
        "<PlanScheduleType>1</PlanScheduleType>",
        "<Integer name='op1'>2</Integer>"
    );

    private static string Proposal(string plan, string? start, string type = "", string options = "") =>
        $"<PlanChangeProposal>{Item(plan, start, type, options)}</PlanChangeProposal>";

    private static string Item(string plan, string? start, string type = "", string options = "") =>
        $"<PlanScheduleItem><PlanCode>{plan}</PlanCode>{type}{(start is null ? "" : $"<Start>{start}</Start>")}"
        + $"{(options.Length == 0 ? "" : $"<Options><Object>{options}</Object></Options>")}</PlanScheduleItem>";

    /// <summary>On plan1, which is billed to the end of April, on the 16th.</summary>
    private async Task<(BillingScenario Scenario, string Account, string Usn)> InAprilAsync()
    {
        var scenario = new BillingScenario(billing);
        await scenario.PlayAsync(
            """
            2014-03-01 account cycle 31
            2014-03-01 order a plan1 uninvoiced
            2014-04-01 bill
            2014-04-16 show balance
            """
        );
        return (scenario, scenario.Account, scenario.Subscription("a"));
    }

    private async Task<SoapCaller> ForeignerAsync()
    {
        var scenario = new BillingScenario(billing);
        await scenario.PlayStepAsync("2014-04-16 account");
        return await billing.Server.AddUserOfAccountAsync(scenario.Account);
    }

    private async Task<IEnumerable<string>> PlansAsync(string operation, params XElement[] parameters) =>
        (await Api.CallAsync(Endpoint, operation, parameters)).AllAt("PlanConfiguration/Plan").Select(plan => plan.Value);

    /// <summary>The plans of a subscription's schedule in the order of time, less some of the first.</summary>
    private Task<string> PlansAsync(string usn, int skip) =>
        billing.Server.QueryAsync<string>(
            """
            SELECT string_agg(coalesce(plan_code, ''), ' ' ORDER BY start, id)
            FROM (SELECT * FROM plan_schedule_item WHERE subscription_usn = $1 ORDER BY start, id OFFSET $2) AS item
            """,
            usn,
            Math.Max(0, skip - 1)
        );

    private static async Task RefusedAsync(SoapCaller caller, string fault, string operation, params XElement[] parameters)
    {
        var refused = await caller.RefusedAsync(Endpoint, operation, parameters);
        Assert.True(
            fault == refused.Element,
            $"{operation}({string.Join(' ', parameters.Select(parameter => parameter.Value))}): {refused}"
        );
    }

    /// <summary>The account's money and messages, and its subscriptions' plans.</summary>
    private async Task<string> StateAsync(string account) =>
        await new Money(billing.Server, account).StateAsync()
        + await billing.Server.QueryAsync<string>(
            """
            SELECT coalesce(string_agg(item::text, ',' ORDER BY id), '') FROM plan_schedule_item item
            WHERE subscription_usn IN (SELECT usn FROM subscription WHERE account_usn = $1)
            """,
            account
        );
}
