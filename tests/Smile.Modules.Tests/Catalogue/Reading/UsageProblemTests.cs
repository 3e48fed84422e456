using Smile.Catalogue;

namespace Smile.Modules.Tests.Catalogue.Reading;

/// <summary>What is found wrong in what usage is charged by, and what holds where it leaves something out.</summary>
public sealed class UsageProblemTests
{
    private const string Services = """
        itemDescriptions: [{ code: calls, description: Calls }]
        services:
          - id: 30
            name: Mobile
            usageChargeTypes: [{ id: 1, name: Flagfall, measure: Flagfall }, { id: 2, name: Timed }]
          - { id: 31, name: Other }
        features: [{ id: 5, name: Barred, service: 30 }, { id: 6, name: Foreign, service: 31 }]
        tariffTypes: [{ id: 7, name: Local, service: 30 }, { id: 8, name: Foreign, service: 31 }]
        usageAlertGroups: [{ id: 3, company: 1, name: Data, thresholds: [50, 100] }]
        calendars: [{ code: peak, defaultBand: low, entries: [{ weekdays: [Monday], hours: 08:00-20:00, band: high }] }]
        """;

    [Theory]
    [InlineData("id: 1, chargeType: 3, itemCode: calls, rate: 1", "chargeType", "There is no charge type of the service 30: 3.")]
    [InlineData("id: 1, chargeType: 2, itemCode: cals, rate: 1", "itemCode", "There is no item description cals. Did you mean 'calls'?")]
    [InlineData("id: 1, chargeType: 2, itemCode: calls", "rate", "A charging rule has either a rate of its own, or a tariff, or")]
    [InlineData("id: 1, chargeType: 2, itemCode: calls, rate: 1, tariff: Rate", "rate", "A charging rule has either a rate of its own")]
    [InlineData("id: 1, chargeType: 2, itemCode: calls, tariff: Rates", "tariff", "Expected one of Rate, Flagfall, but this is 'Rates'.")]
    [InlineData("id: 1, chargeType: 2, itemCode: calls, tariff: Rate, per: 60", "per", "It goes with a rate of the rule's own.")]
    [InlineData("id: 1, chargeType: 2, itemCode: calls, rate: -1", "rate", "'-1' is out of range")]
    [InlineData("id: 1, chargeType: 2, itemCode: calls, rate: 1, per: 0", "per", "'0' is out of range")]
    [InlineData("id: 1, chargeType: 2, itemCode: calls, rate: 1, decimals: 9", "decimals", "'9' is out of range: 0 to 8.")]
    [InlineData("id: 1, chargeType: 2, itemCode: calls, rate: 1, valuePool: 4", "valuePool", "There is no value pool of the plan: 4.")]
    [InlineData("id: 1, chargeType: 2, itemCode: calls, rate: 1, usageAlertGroup: 4", "usageAlertGroup", "There is no usage alert group")]
    [InlineData("id: 1, chargeType: 2, itemCode: calls, rate: 1, features: [6]", "features[0]", "6 belongs to another service.")]
    [InlineData("id: 1, chargeType: 2, itemCode: calls, rate: 1, tariffTypes: [8]", "tariffTypes[0]", "8 belongs to another service.")]
    [InlineData("id: 1, chargeType: 2, itemCode: calls, rate: 1, tariffType: 9", "tariffType", "There is no tariff type 9.")]
    [InlineData("id: 1, chargeType: 2, itemCode: calls, rate: 1, option: packs", "option", "There is no option packs.")]
    [InlineData("id: 1, chargeType: 2, itemCode: calls, rate: 1, calendar: peak", "band", "Name a band of the calendar, too.")]
    [InlineData("id: 1, chargeType: 2, itemCode: calls, rate: 1, band: high", "band", "Name the calendar that has the band, too.")]
    [InlineData("id: 1, chargeType: 2, itemCode: calls, rate: 1, calendar: peak, band: hi", "band", "The calendar peak has no band hi.")]
    [InlineData("id: 1, chargeType: 2, itemCode: calls, rate: 1, calendar: peek, band: high", "calendar", "There is no calendar peek.")]
    [InlineData("id: 1, chargeType: 2, itemCode: calls, rate: 1, hours: 20:00-08:00", "hours", "'20:00-08:00' are no hours of one day")]
    [InlineData("id: 1, chargeType: 2, itemCode: calls, rate: 1, hours: 08:00-24:01", "hours", "'08:00-24:01' are no hours of one day")]
    [InlineData("id: 1, chargeType: 2, itemCode: calls, rate: 1, weekdays: [Mon]", "weekdays[0]", "Expected one of Sunday, Monday")]
    [InlineData("id: 1, chargeType: 2, itemCode: calls, rate: 1, from: 2026-02-02, to: 2026-02-01", "to", "A rule holds to the day from")]
    [InlineData("id: 1, chargeType: 2, itemCode: calls, rate: 1, callTypes: [Telex]", "callTypes[0]", "Expected one of Voice")]
    [InlineData("id: 1, chargeType: 2, itemCode: calls, rate: 1, role: Third", "role", "Expected one of Caller, Called")]
    [InlineData("id: 1, chargeType: 2, itemCode: calls, rate: 1, maximumUnits: -1", "maximumUnits", "'-1' is out of range")]
    public void A_charging_rule_is_checked(string rule, string key, string expected) =>
        Tells($"plans: [{{ id: 9, code: P, service: 30, chargingRules: [{{ {rule} }}] }}]", $"plans[0].chargingRules[0].{key}", expected);

    [Theory]
    [InlineData("chargeType: 3, quantity: 5", "chargeType", "There is no charge type of the service 30: 3.")]
    [InlineData("chargeType: 2", "quantity", "A block without a quantity needs a validity: it would never end.")]
    [InlineData("chargeType: 2, quantity: 0", "quantity", "'0' is out of range")]
    [InlineData("chargeType: 2, quantity: 5, validity: { count: 0 }", "validity.count", "'0' is out of range")]
    [InlineData(
        "chargeType: 2, quantity: 5, validity: { unit: Weeks, count: 1 }",
        "validity.unit",
        "Expected one of RatingPeriods, Months"
    )]
    [InlineData("chargeType: 2, quantity: 5, plans: [Q]", "plans[0]", "There is no plan Q.")]
    [InlineData("chargeType: 2, quantity: 5, plans: [F]", "plans[0]", "F belongs to another service.")]
    [InlineData("chargeType: 2, quantity: 5, chargingRules: [2]", "chargingRules[0]", "No charging rule 2 of the block's plans has its")]
    [InlineData("chargeType: 1, quantity: 5, chargingRules: [1]", "chargingRules[0]", "No charging rule 1 of the block's plans has its")]
    [InlineData("chargeType: 2, quantity: 5, thresholds: [80, 50]", "thresholds", "Thresholds are percentages in ascending order.")]
    [InlineData("chargeType: 2, validity: { count: 1 }, thresholds: [50]", "thresholds", "Thresholds are percentages of a quantity")]
    public void A_prepaid_block_is_checked(string block, string key, string expected) =>
        Tells(
            "plans: [{ id: 9, code: P, service: 30, chargingRules: [{ id: 1, chargeType: 2, itemCode: calls, rate: 1 }] }, "
                + $"{{ id: 10, code: F, service: 31 }}]\nprepaidBlocks: [{{ code: b, name: B, service: 30, {block} }}]",
            $"prepaidBlocks[0].{key}",
            expected
        );

    [Fact]
    public void A_code_is_of_one_prepaid_block() =>
        Tells(
            "prepaidBlocks: [{ code: b, name: B, service: 30, chargeType: 2, quantity: 1 }, "
                + "{ code: b, name: C, service: 30, chargeType: 1, quantity: 1 }]",
            "prepaidBlocks[1].code",
            "prepaid block code 'b' is already used"
        );

    [Theory]
    [InlineData("defaultBand: low", "code", "The key 'code' is missing.")]
    [InlineData("code: c", "defaultBand", "The key 'defaultBand' is missing.")]
    [InlineData(
        "code: c, defaultBand: b, entries: [{ hours: 08:00-09:00, band: b }]",
        "entries[0].weekdays",
        "An entry is for weekdays, for"
    )]
    [InlineData(
        "code: c, defaultBand: b, entries: [{ weekdays: [Monday], date: 2026-01-01, band: b }]",
        "entries[0].weekdays",
        "An entry is for weekdays, for"
    )]
    [InlineData(
        "code: c, defaultBand: b, entries: [{ weekdays: [Monday, Friday], hours: 08:00-20:00, band: x }, "
            + "{ weekdays: [Friday], hours: 19:00-21:00, band: y }]",
        "entries[1].hours",
        "They overlap those of an entry for the same days"
    )]
    [InlineData(
        "code: c, defaultBand: b, entries: [{ date: 2026-01-01, band: x }, { date: 2026-01-01, hours: 19:00-21:00, band: y }]",
        "entries[1].hours",
        "They overlap those of an entry for the same days"
    )]
    [InlineData(
        "code: c, defaultBand: b, entries: [{ onHolidays: true, band: x }, { onHolidays: true, hours: 19:00-21:00, band: y }]",
        "entries[1].hours",
        "They overlap those of an entry for the same days"
    )]
    public void A_calendar_is_checked(string calendar, string key, string expected) =>
        Tells($"calendars: [{{ {calendar} }}]", $"calendars[0].{key}", expected);

    [Theory]
    [InlineData(
        "spendLimits: [{ id: 1, service: 30, name: L, limit: 5 }]",
        "spendLimits[0].tariffTypes",
        "A spend limit needs at least one"
    )]
    [InlineData(
        "spendLimits: [{ id: 1, service: 30, name: L, limit: -5, tariffTypes: [7] }]",
        "spendLimits[0].limit",
        "'-5' is out of range"
    )]
    [InlineData(
        "spendLimits: [{ id: 1, service: 30, name: L, limit: 5, tariffTypes: [8] }]",
        "spendLimits[0].tariffTypes[0]",
        "8 belongs to"
    )]
    [InlineData(
        "spendLimits: [{ id: 1, service: 30, name: L, limit: 5, tariffTypes: [7], thresholds: [80, 50] }]",
        "spendLimits[0].thresholds",
        "Thresholds are percentages in ascending order."
    )]
    [InlineData(
        "spendLimits: [{ id: 1, service: 30, name: L, limit: 5, tariffTypes: [7], firstEnd: 2026-02-02, lastEnd: 2026-02-01 }]",
        "spendLimits[0].lastEnd",
        "The limit holds to the rating periods that end on firstEnd, or later."
    )]
    [InlineData("plans: [{ id: 9, code: P, service: 30, creditLimit: -1 }]", "plans[0].creditLimit", "'-1' is out of range")]
    [InlineData("plans: [{ id: 9, code: P, service: 30, creditLimit: 1.005 }]", "plans[0].creditLimit", "")]
    [InlineData(
        "plans: [{ id: 9, code: P, service: 30, creditLimit: 1, creditLimitFeatures: [6] }]",
        "plans[0].creditLimitFeatures[0]",
        "6 belongs to another service."
    )]
    [InlineData(
        "plans: [{ id: 9, code: P, service: 30, creditLimitFeatures: [5] }]",
        "plans[0].creditLimitFeatures",
        "It is for a credit limit: give creditLimit, too."
    )]
    [InlineData(
        "plans: [{ id: 9, code: P, service: 30, creditLimit: 1, creditLimitNotice: notice-reminder }]",
        "plans[0].creditLimitNotice",
        "The template of a notice of usage has a name that begins with usage-"
    )]
    [InlineData(
        "accountTerms: [{ id: 9, name: T, creditLimit: 1, creditLimitFeatures: [5, 6, 7] }]",
        "accountTerms[0].creditLimitFeatures[2]",
        "There is no feature 7."
    )]
    [InlineData(
        "accountTerms: [{ id: 9, name: T, creditLimitOkayNotice: usage-credit-okay }]",
        "accountTerms[0].creditLimitOkayNotice",
        ""
    )]
    [InlineData("usageAlertGroups: [{ id: 9, company: 2, name: G }]", "usageAlertGroups[0].company", "There is no company 2.")]
    [InlineData("usageAlertGroups: [{ id: 3, company: 1, name: G }]", "usageAlertGroups[0].id", "")]
    [InlineData("tariffTypes: [{ id: 7, name: Again, service: 30 }]", "tariffTypes[0].id", "")]
    [InlineData(
        "services: [{ id: 32, name: S, usageChargeTypes: [{ id: 1, name: A }, { id: 1, name: B, measure: Pages }] }]",
        "services[0].usageChargeTypes[1].id",
        "The service already has a charge type 1."
    )]
    [InlineData(
        "services: [{ id: 32, name: S, usageChargeTypes: [{ id: 1, name: A }, { id: 2, name: B }] }]",
        "services[0].usageChargeTypes[1].measure",
        "A has this measure already"
    )]
    [InlineData(
        "plans: [{ id: 9, code: P, service: 30, valuePools: [{ id: 1, name: A, valueIncTax: 1 }, { id: 1, name: B, valueIncTax: 1 }] }]",
        "plans[0].valuePools[1].id",
        ""
    )]
    [InlineData(
        "plans: [{ id: 9, code: P, service: 30, valuePools: [{ id: 1, name: A, valueIncTax: 1, rollOverMost: 5 }] }]",
        "plans[0].valuePools[0].rollOverMost",
        "It limits what rolls over: say in how many rollOverPeriods that can be used."
    )]
    [InlineData(
        "plans: [{ id: 9, code: P, service: 30, valuePools: [{ id: 1, name: A, valueIncTax: 1, rollOverPeriods: 1, sharedAs: all }] }]",
        "plans[0].valuePools[0].sharedAs",
        "What subscriptions share does not roll over: leave out one of rollOverPeriods and sharedAs."
    )]
    [InlineData(
        "plans: [{ id: 9, code: P, service: 30, valuePools: [{ id: 1, name: A, valueIncTax: 1, rollOverPeriods: 13 }] }]",
        "plans[0].valuePools[0].rollOverPeriods",
        ""
    )]
    [InlineData(
        "plans: [{ id: 9, code: P, service: 30, usageAlertGroups: [{ group: 3, limit: 1 }, { group: 3, limit: 2 }] }]",
        "plans[0].usageAlertGroups[1].group",
        "The plan already includes usage alert group 3."
    )]
    [InlineData(
        "plans: [{ id: 9, code: P, service: 30, usageAlertGroups: [{ group: 4, limit: 1 }] }]",
        "plans[0].usageAlertGroups[0].group",
        "There is no usage alert group 4."
    )]
    [InlineData(
        "plans: [{ id: 9, code: P, service: 30, minimumSessionCharge: -1 }]",
        "plans[0].minimumSessionCharge",
        "'-1' is out of range"
    )]
    public void What_is_watched_is_checked(string text, string path, string expected) => Tells(text, path, expected);

    [Fact]
    public void A_rule_that_says_little_charges_what_was_used_at_any_time()
    {
        var content = CatalogueText.Content(
            CatalogueText.Base,
            Services,
            "plans: [{ id: 9, code: P, service: 30, chargingRules: [{ id: 1, chargeType: 2, itemCode: calls, rate: 0.5 }] }]"
        );
        var rule = content.Plans.Single(plan => plan.Code == "P").ChargingRules.Single();

        Assert.Equal(
            (RateSource.Fixed(0.5m), 6, RateRounding.HalfUp, false),
            (rule.Source, rule.Decimals, rule.Rounding, rule.AllowsOverride)
        );
        Assert.Equal((HoursOfDay.All, null, null), (rule.Constraints.Hours, rule.Constraints.Role, rule.Constraints.MaximumUnits));
        Assert.Empty(rule.Constraints.Weekdays);
        Assert.Equal(
            [UsageMeasure.Flagfall, UsageMeasure.Time],
            content.Services.Single(service => service.Id == 30).UsageChargeTypes.Select(type => type.Measure)
        );
    }

    [Fact]
    public void A_catalogue_with_usage_is_stored_and_read_back_as_it_was()
    {
        var content = ExampleCatalogue.Content;
        var restored = CatalogueJson.Read(CatalogueJson.Write(content));

        Assert.True(CatalogueDifference.Between(content, restored).IsEmpty);
        Assert.Equal(
            content.Plans.Single(plan => plan.Code == "mobile-plus").ChargingRules[7].Source,
            restored.Plans.Single(plan => plan.Code == "mobile-plus").ChargingRules[7].Source
        );
        Assert.Equal(content.Calendars.Single().Holidays, restored.Calendars.Single().Holidays);
    }

    private static void Tells(string text, string path, string expected)
    {
        var problem = CatalogueText.Read(CatalogueText.Base, Services, text).Problems.First(each => each.Path == path);
        Assert.StartsWith(expected, problem.Message, StringComparison.Ordinal);
    }
}
