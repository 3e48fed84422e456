using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Endpoints;

/// <summary>Plan schedules, what plans charge, and recurring charges beside them.</summary>
[Collection(ServerTests.Name)]
public sealed class PlanTests(ServerFixture server)
{
    private SoapCaller Api => server.Administrator;

    /// <summary>The guide's example (line 8399): Silver from the 1st of January, Gold from July, with an option.</summary>
    [Fact]
    public async Task The_plan_schedule_lists_plans_in_the_order_of_time()
    {
        var subscription = await SilverThenGoldAsync();
        var schedules = await Api.CallAsync("subscription", "getPlanSchedules", P("usn", subscription));
        Assert.Equal(["1", "3"], schedules.AllAt("PlanSchedule/PlanScheduleType").Select(type => type.Value));
        Assert.Equal(
            ["Silver 2015-02-01T00:00:00.000+11:00 true", "Gold 2015-07-01T00:00:00.000+10:00 ", "Value1 2015-02-01T00:00:00.000+11:00 "],
            schedules
                .AllAt("PlanSchedule/PlanScheduleItem")
                .Select(item => $"{item.At("PlanCode")} {item.At("Start")} {item.Field("staticIp")}")
        );

        foreach (
            var (when, plans) in new[]
            {
                ("2014-01-01T00:00:00+11:00", ""),
                ("2015-06-30T23:59:59+10:00", "Silver Value1"),
                ("2015-07-01T00:00:00+10:00", "Gold Value1"),
            }
        )
        {
            var at = await Api.CallAsync("subscription", "getPlanScheduleItemsAt", P("usn", subscription), P("timestamp", when));
            Assert.Equal(plans, string.Join(' ', at.AllAt("PlanScheduleItem/PlanCode").Select(code => code.Value)));
        }

        Assert.Equal("NoSuchItemException", (await Api.RefusedAsync("subscription", "getPlanSchedules", P("usn", "999"))).Element);
        Assert.Equal(
            "NoSuchItemException",
            (
                await Api.RefusedAsync("subscription", "getPlanScheduleItemsAt", P("usn", "999"), P("timestamp", "2015-01-01T00:00:00Z"))
            ).Element
        );
        Assert.Equal(500, (await Api.RefusedAsync("subscription", "getPlanScheduleItemsAt", P("usn", subscription))).StatusCode);
        using var other = await server.AddUserOfAccountAsync((await PortalCustomerAsync(server)).Usn);
        Assert.Equal("NoSuchItemException", (await other.RefusedAsync("subscription", "getPlanSchedules", P("usn", subscription))).Element);
        Assert.Equal(
            "NoSuchItemException",
            (
                await other.RefusedAsync(
                    "subscription",
                    "getPlanScheduleItemsAt",
                    P("usn", subscription),
                    P("timestamp", "2015-01-01T00:00:00Z")
                )
            ).Element
        );
    }

    /// <summary>The guide's example (line 8576).</summary>
    [Fact]
    public async Task A_plan_schedule_item_shows_what_it_charges()
    {
        var subscription = await SilverThenGoldAsync();
        var schedules = await Api.CallAsync("subscription", "getPlanSchedules", P("usn", subscription));
        var item = schedules.AllAt("PlanSchedule/PlanScheduleItem").First().At("PlanScheduleItem")!;
        var description = await Api.CallAsync(
            "subscription",
            "getPlanChargeDescription",
            P("usn", subscription),
            P("planScheduleItem", item)
        );
        Assert.Equal(("Silver", item), (description.At("PlanScheduleItem/PlanCode"), description.At("PlanScheduleItem/PlanScheduleItem")));
        var charge = description.AllAt("PlanConfiguration/RecurringCharges/RecurringCharge").Single();
        Assert.Equal(
            ("223", "Rating Periods"),
            (charge.Attribute("id")!.Value, charge.AllAt("Frequency").Single().Attribute("type")!.Value)
        );
        Assert.Equal(
            ("1", "1", "In Advance", "1", "Pro-Rata", "1", "031640", "true", "100.00000", "$100.00 excludes GST", "2013-05-10+10:00"),
            (
                charge.At("ChargeQuantity"),
                charge.At("Frequency"),
                charge.At("WhenToCharge"),
                charge.At("AdvancePeriods"),
                charge.At("ProRataAction"),
                charge.At("MinProRataDays"),
                charge.At("LineItemDescription/ItemCode"),
                charge.At("LineItemDescription/ChargeGst"),
                charge.At("LineItemDescription/Rate"),
                charge.At("LineItemDescription/DisplayRate"),
                charge.At("ValidFrom")
            )
        );
        var options = description.AllAt("PlanConfiguration/PlanOptions/PlanOption").ToList();
        Assert.Equal(
            ["option1 NUMERIC 1 100", "staticIp BOOLEAN  "],
            options.Select(option =>
                $"{option.Attribute("option")!.Value} {option.At("DisplayType")} {option.At("MinimumQuantity")} "
                + $"{option.At("MaximumQuantity")}"
            )
        );
        Assert.Equal("Addresses", options[1].At("Group"));

        var account = await server.QueryAsync<string>("SELECT account_usn FROM subscription WHERE usn = $1", subscription);
        Assert.Equal(
            "Silver",
            (await Api.CallAsync("subscription", "getPlanChargeDescription", P("usn", account), P("planScheduleItem", item))).At(
                "PlanScheduleItem/PlanCode"
            )
        );
        var other = await PortalCustomerAsync(server);
        Assert.Equal(
            "NoSuchItemException",
            (await Api.RefusedAsync("subscription", "getPlanChargeDescription", P("usn", "999"), P("planScheduleItem", item))).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (
                await Api.RefusedAsync("subscription", "getPlanChargeDescription", P("usn", subscription), P("planScheduleItem", 999999999))
            ).Element
        );
        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync("subscription", "getPlanChargeDescription", P("usn", other.Usn), P("planScheduleItem", item))).Element
        );
        using var own = await server.AddUserOfAccountAsync(other.Usn);
        Assert.Equal(
            "NoSuchItemException",
            (await own.RefusedAsync("subscription", "getPlanChargeDescription", P("usn", other.Usn), P("planScheduleItem", item))).Element
        );
    }

    [Fact]
    public async Task A_plans_configuration_is_read_by_its_code()
    {
        var plan = await Api.CallAsync("service", "getPlanConfiguration", P("company", 1), P("plan", "adsl-test"));
        var charge = plan.AllAt("RecurringCharges/RecurringCharge").Single();
        Assert.Equal(
            ("635", "27.27273", "$30.00", "Invoicing Periods"),
            (
                charge.Attribute("id")!.Value,
                charge.At("LineItemDescription/Rate"),
                charge.At("LineItemDescription/DisplayRate"),
                charge.AllAt("Frequency").Single().Attribute("type")!.Value
            )
        );

        // O17. As print has it (line 18848): a category and fields, though there are none, and a name without places for days.
        var item = charge.AllAt("LineItemDescription").Single();
        Assert.Equal(
            ("1", "unknown", "Uncategorised Transaction", true),
            (
                item.At("ReportingCategory/Company"),
                item.At("ReportingCategory/ReportingCode"),
                item.At("ReportingCategory/Name"),
                item.AllAt("Object").Single().IsEmpty
            )
        );
        var options = (await Api.CallAsync("service", "getPlanConfiguration", P("company", 1), P("plan", "Silver"))).AllAt(
            "PlanOptions/PlanOption/RecurringCharges/RecurringCharge/LineItemDescription/Name"
        );
        Assert.Contains("Static IP address", options.Select(name => name.Value));
        Assert.DoesNotContain(options, name => name.Value.Contains('{', StringComparison.Ordinal));
        Assert.Equal(
            "NoSuchItemException",
            (await Api.RefusedAsync("service", "getPlanConfiguration", P("company", 1), P("plan", "nothing"))).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (await Api.RefusedAsync("service", "getPlanConfiguration", P("company", 99), P("plan", "adsl-test"))).Element
        );
    }

    /// <summary>The guide's example of charging rules and value pools (lines 18867 to 19142).</summary>
    [Fact]
    public async Task A_plans_configuration_has_its_charging_rules()
    {
        var plan = await Api.CallAsync("service", "getPlanConfiguration", P("company", 1), P("plan", "test.planChange.overrideTariffs"));
        var rules = plan.AllAt("ChargingRules/ChargingRule").ToList();
        Assert.Equal(
            [
                "1118 866 Flagfall 2581 002000 0 100.00",
                "1119 867 Timed 2582 002001 0 0 per 1 Second",
                "1122 868 Pages 2585 002004 1 1 per 1 Page",
                "1120 869 bytes in 2583 002002 1 1 per 1 Bytes",
                "1121 870 bytes out 2584 002003 1 1 per 1 Bytes",
                "1123 871 rate 2586 002005 1 1 per 1 Bytes/s",
                "1124 872 bytes sent rate 2587 002006 1 1 per 1 Bytes/s",
                "1125 873 bytes received rate 2588 002007 1 1 per 1 Bytes/s",
            ],
            rules.Select(rule =>
                $"{rule.Attribute("id")!.Value} {Key(rule, "ChargeType")} "
                + rule.At("ChargeType")!["test.planChange.overrideTariffs ".Length..]
                + $" {rule.AllAt("LineItemDescription").Single().Attribute("id")!.Value} {rule.At("LineItemDescription/ItemCode")}"
                + $" {Whole(rule.At("LineItemDescription/Rate"))} "
                + (
                    rule.At("RateSource/RetailMarkup")
                    ?? $"{Whole(rule.At("RateSource/FixedCharge/Rate"))} per "
                        + rule.AllAt("RateSource/FixedCharge/PerUnit").Single().Attribute("unitQuantity")!.Value
                        + $" {rule.At("RateSource/FixedCharge/PerUnit")}"
                )
            )
        );
        Assert.All(
            rules,
            rule =>
                Assert.Equal(
                    ("true", "807", "test.planChange.overrideTariffs", "false", 1),
                    (
                        rule.AllAt("Constraints/DaysOfWeek").Single().Attribute("all")!.Value,
                        Key(rule, "IncludedValuePoolRef"),
                        rule.At("IncludedValuePoolRef"),
                        rule.At("AllowOverride"),
                        rule.AllAt("PrepaidRules").Count()
                    )
                )
        );
        Assert.Equal(
            ["805 Cap 0.00 $0.00", "807 test.planChange.overrideTariffs 0.00 $0.00"],
            plan.AllAt("IncludedValuePools/IncludedValuePool")
                .Select(pool =>
                    $"{pool.Attribute("id")!.Value} {pool.At("Name")} {pool.At("ValueIncTax")} "
                    + pool.AllAt("ValueIncTax").Single().Attribute("formatted")!.Value
                )
        );

        static string Key(System.Xml.Linq.XElement rule, string element) => rule.AllAt(element).Single().Attribute("key")!.Value;

        static string Whole(string? amount) =>
            decimal.Parse(amount!, System.Globalization.CultureInfo.InvariantCulture)
                .ToString("0.####", System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>The guide's examples (lines 18536, 18577, 18468, 18305).</summary>
    [Fact]
    public async Task Recurring_charges_are_added_read_and_updated()
    {
        var customer = await PortalCustomerAsync(server);
        var added = await Api.CallAsync(
            "recurringcharge",
            "addSimpleRecurringCharges",
            P("usn", customer.Usn),
            Charges(
                """
                <RecurringCharge><ChargeQuantity>2</ChargeQuantity><Frequency type='Rating Periods'>1</Frequency>
                <WhenToCharge>In Advance</WhenToCharge><AdvancePeriods>1</AdvancePeriods><ProRataAction>Pro-Rata</ProRataAction>
                <MinProRataDays>0</MinProRataDays><LineItemDescription><ItemCode>consult</ItemCode>
                <Name>Consulting and support services</Name><UnitSize>1</UnitSize><ChargeGst>true</ChargeGst>
                <Rate formatted='$200.00' currency='AUD'>200</Rate><DisplayRate>$100/hr</DisplayRate></LineItemDescription>
                <ValidFrom>2014-09-01+10:00</ValidFrom></RecurringCharge>
                <Rate formatted='$200.00' currency='AUD'>200</Rate><DisplayRate>$100/hr</DisplayRate>
                """
            )
        );
        Assert.Equal(customer.Usn, added.At("USN"));
        var charge = added.AllAt("SimpleRecurringCharge/RecurringCharge").Single();
        var id = charge.Attribute("id")!.Value;
        Assert.Equal(
            (
                "2",
                "1",
                "In Advance",
                "Pro-Rata",
                "0",
                "consult",
                "Consulting and support services",
                "200.00000",
                "$100/hr",
                "2014-09-01+10:00",
                "200.00000"
            ),
            (
                charge.At("ChargeQuantity"),
                charge.At("Frequency"),
                charge.At("WhenToCharge"),
                charge.At("ProRataAction"),
                charge.At("MinProRataDays"),
                charge.At("LineItemDescription/ItemCode"),
                charge.At("LineItemDescription/Name"),
                charge.At("LineItemDescription/Rate"),
                charge.At("LineItemDescription/DisplayRate"),
                charge.At("ValidFrom"),
                added.At("SimpleRecurringCharge/Rate")
            )
        );

        await Api.CallAsync(
            "recurringcharge",
            "updateSimpleRecurringCharges",
            P("usn", customer.Usn),
            Charges($"<RecurringCharge id='{id}'><Frequency type='Days'>30</Frequency></RecurringCharge><DisplayRate>$150/hr</DisplayRate>")
        );
        var updated = await Api.CallAsync("recurringcharge", "getSimpleRecurringCharge", P("userAutoChargeId", id));
        Assert.Equal(
            ("30", "Days", "$150/hr", "200.00000", "2"),
            (
                updated.At("SimpleRecurringCharge/RecurringCharge/Frequency"),
                updated.AllAt("SimpleRecurringCharge/RecurringCharge/Frequency").Single().Attribute("type")!.Value,
                updated.At("SimpleRecurringCharge/DisplayRate"),
                updated.At("SimpleRecurringCharge/Rate"),
                updated.At("SimpleRecurringCharge/RecurringCharge/ChargeQuantity")
            )
        );

        // A subscription has its own.
        await Api.CallAsync(
            "recurringcharge",
            "addSimpleRecurringCharges",
            P("usn", customer.Subscriptions[0]),
            Charges("<RecurringCharge><LineItemDescription><ItemCode>consult</ItemCode></LineItemDescription></RecurringCharge>")
        );
        Assert.Single(
            (await Api.CallAsync("recurringcharge", "getSimpleRecurringCharges", P("usn", customer.Usn))).AllAt("SimpleRecurringCharge")
        );
        Assert.Equal(
            "90.90909",
            (await Api.CallAsync("recurringcharge", "getSimpleRecurringCharges", P("usn", customer.Subscriptions[0]))).At(
                "SimpleRecurringCharge/Rate"
            )
        );
        Assert.Empty(
            (await Api.CallAsync("recurringcharge", "getSimpleRecurringCharges", P("usn", customer.Subscriptions[1]))).AllAt(
                "SimpleRecurringCharge"
            )
        );
    }

    [Fact]
    public async Task Recurring_charges_are_refused_as_the_guide_lists()
    {
        var customer = await PortalCustomerAsync(server);
        var other = await PortalCustomerAsync(server);
        var added = await Api.CallAsync(
            "recurringcharge",
            "addSimpleRecurringCharges",
            P("usn", customer.Usn),
            Charges("<RecurringCharge><LineItemDescription><ItemCode>consult</ItemCode></LineItemDescription></RecurringCharge>")
        );
        var id = added.AllAt("SimpleRecurringCharge/RecurringCharge").Single().Attribute("id")!.Value;
        const string consult = "<LineItemDescription><ItemCode>consult</ItemCode></LineItemDescription>";
        foreach (
            var (usn, charge, fault) in new[]
            {
                ("999", $"<RecurringCharge>{consult}</RecurringCharge>", "NoSuchItemException"),
                (
                    customer.Usn,
                    "<RecurringCharge><LineItemDescription><ItemCode>nothing</ItemCode></LineItemDescription></RecurringCharge>",
                    "NoSuchItemException"
                ),
                (
                    customer.Usn,
                    $"<RecurringCharge><Frequency type='Fortnights'>1</Frequency>{consult}</RecurringCharge>",
                    "RecurringChargeException"
                ),
                (
                    customer.Usn,
                    $"<RecurringCharge><Frequency type='Days'>0</Frequency>{consult}</RecurringCharge>",
                    "RecurringChargeException"
                ),
                (
                    customer.Usn,
                    $"<RecurringCharge><WhenToCharge>Whenever</WhenToCharge>{consult}</RecurringCharge>",
                    "RecurringChargeException"
                ),
                (
                    customer.Usn,
                    $"<RecurringCharge><ProRataAction>Perhaps</ProRataAction>{consult}</RecurringCharge>",
                    "RecurringChargeException"
                ),
                (
                    customer.Usn,
                    $"<RecurringCharge><ChargeQuantity>-1</ChargeQuantity>{consult}</RecurringCharge>",
                    "RecurringChargeException"
                ),
                (
                    customer.Usn,
                    $"<RecurringCharge>{consult}<ValidFrom>2015-02-01</ValidFrom><ValidTo>2015-01-01</ValidTo></RecurringCharge>",
                    "RecurringChargeException"
                ),
                (customer.Usn, $"<RecurringCharge>{consult}</RecurringCharge><Rate currency='USD'>1</Rate>", "RecurringChargeException"),
                (
                    customer.Usn,
                    "<RecurringCharge><LineItemDescription><ItemCode>cst</ItemCode></LineItemDescription></RecurringCharge>",
                    "RecurringChargeException"
                ),
            }
        )
        {
            var refused = await Api.RefusedAsync("recurringcharge", "addSimpleRecurringCharges", P("usn", usn), Charges(charge));
            Assert.True(fault == refused.Element, refused.ToString());
        }

        Assert.Equal("RecurringChargeException", (await UpdateRefusedAsync(other.Usn, $"<RecurringCharge id='{id}'/>")).Element);
        Assert.Equal("RecurringChargeException", (await UpdateRefusedAsync(customer.Usn, "<RecurringCharge id='999999'/>")).Element);
        Assert.Equal(
            "RecurringChargeException",
            (
                await UpdateRefusedAsync(
                    customer.Usn,
                    $"<RecurringCharge id='{id}'><ProRataAction>Perhaps</ProRataAction></RecurringCharge>"
                )
            ).Element
        );
        Assert.Equal("NoSuchItemException", (await UpdateRefusedAsync("999", $"<RecurringCharge id='{id}'/>")).Element);
        foreach (var unknown in new[] { "999999", "x", "" })
        {
            Assert.Equal(
                "NoSuchItemException",
                (await Api.RefusedAsync("recurringcharge", "getSimpleRecurringCharge", P("userAutoChargeId", unknown))).Element
            );
        }

        Assert.Equal(
            "NoSuchItemException",
            (await Api.RefusedAsync("recurringcharge", "getSimpleRecurringCharges", P("usn", "999"))).Element
        );
        using var own = await server.AddUserOfAccountAsync(other.Usn);
        Assert.Equal(
            "NoSuchItemException",
            (await own.RefusedAsync("recurringcharge", "getSimpleRecurringCharge", P("userAutoChargeId", id))).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (await own.RefusedAsync("recurringcharge", "getSimpleRecurringCharges", P("usn", customer.Usn))).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (
                await own.RefusedAsync(
                    "recurringcharge",
                    "addSimpleRecurringCharges",
                    P("usn", customer.Usn),
                    Charges($"<RecurringCharge>{consult}</RecurringCharge>")
                )
            ).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (
                await own.RefusedAsync(
                    "recurringcharge",
                    "updateSimpleRecurringCharges",
                    P("usn", customer.Usn),
                    Charges($"<RecurringCharge id='{id}'/>")
                )
            ).Element
        );
        Assert.Equal(1, await server.QueryAsync<long>("SELECT count(*) FROM recurring_charge WHERE account_usn = $1", customer.Usn));

        // Cancelled before today, it cannot be changed any more (line 18505).
        await server.ExecuteAsync(
            "UPDATE recurring_charge SET valid_from = '2014-01-01', valid_to = '2014-12-31' WHERE id = $1",
            int.Parse(id, System.Globalization.CultureInfo.InvariantCulture)
        );
        Assert.Equal("InvalidRequestException", (await UpdateRefusedAsync(customer.Usn, $"<RecurringCharge id='{id}'/>")).Element);
    }

    private static System.Xml.Linq.XElement Charges(string charge) =>
        Document($"<NewSimpleRecurringCharges><SimpleRecurringCharge>{charge}</SimpleRecurringCharge></NewSimpleRecurringCharges>");

    private Task<SoapFault> UpdateRefusedAsync(string usn, string charge) =>
        Api.RefusedAsync("recurringcharge", "updateSimpleRecurringCharges", P("usn", usn), Charges(charge));

    private async Task<string> SilverThenGoldAsync()
    {
        var subscription = (await AdslWithVoipAsync(server)).Subscriptions[0];
        await server.ExecuteAsync("DELETE FROM plan_schedule_item WHERE subscription_usn = $1", subscription);
        await server.ExecuteAsync(
            """
            UPDATE subscription SET created = '2015-02-01T00:00:00+11:00' WHERE usn = $1;
            """,
            subscription
        );
        await server.ExecuteAsync(
            """
            INSERT INTO plan_schedule_item (subscription_usn, plan_schedule_type, plan_code, start, options, charge_overrides,
                changed_by) VALUES
                ($1, 1, 'Gold', '2015-07-01T00:00:00+10:00', '[]', '[]', 'test'),
                ($1, 1, 'Silver', '2015-02-01T00:00:00+11:00', '[{"n": "staticIp", "k": "Boolean", "v": "true"}]', '[]', 'test'),
                ($1, 3, 'Value1', '2015-02-01T00:00:00+11:00', '[]', '[]', 'test')
            """,
            subscription
        );
        return subscription;
    }
}
