namespace Smile.Catalogue.Reading;

/// <summary>Reads the charging rules of a plan.</summary>
/// <param name="plan">With everything that rules refer to.</param>
internal sealed class ChargingRuleSections(CatalogueDraft draft, Plan plan)
{
    public const int UnitDecimals = 3;
    public const decimal LargestQuantity = 1_000_000_000_000_000m;

    private const int MarkupDecimals = 2;
    private const decimal LargestMarkup = 10_000m;
    private const int MostDecimals = UsageSections.PriceDecimals;
    private static readonly string[] Sources = ["rate", "tariff", "retailMarkup"];
    private static readonly string[] OfRate = ["per", "firstIncrement", "nextIncrement"];

    public IReadOnlyList<ChargingRuleItem> Rules(MappingReader at) => at.List("chargingRules", Rule);

    private ChargingRuleItem Rule(MappingReader at)
    {
        var rule = new ChargingRuleItem(
            at.Integer("id", 1, int.MaxValue),
            ChargeTypeOf(at, draft, plan.Service),
            ChargeSections.ItemCode(at, draft),
            Source(at),
            Constraints(at)
        )
        {
            ValuePool = OfPlan(at, "valuePool", "value pool", plan.ValuePools.Select(pool => pool.Id)),
            UsageAlertGroup = OfPlan(at, "usageAlertGroup", "usage alert group", plan.UsageAlertGroups.Select(group => group.Group)),
            AppliesFeatures = UsageSections.FeaturesOf(at, draft, plan.Service),
            UsesPrepaid = at.Flag("usesPrepaid", CatalogueDefaults.UsesPrepaid),
            AllowsOverride = at.Flag("allowOverride", CatalogueDefaults.AllowsRuleOverride),
            Decimals = at.Integer("decimals", 0, MostDecimals, CatalogueDefaults.RuleDecimals),
            Rounding = at.Choice("rounding", CatalogueDefaults.RuleRounding),
            TariffType = CountsAs(at),
            DisplayRate = at.OptionalText("displayRate"),
            Description = at.OptionalText("description"),
        };
        draft.Unique(at, "charging rule", "id", rule.Id);
        return rule;
    }

    /// <summary>A component of usage of a service.</summary>
    public static int ChargeTypeOf(MappingReader at, CatalogueDraft draft, int service)
    {
        var id = at.Integer("chargeType", 0, int.MaxValue);
        var types = draft.Services.Find(service)?.UsageChargeTypes ?? [];
        return at.Reference(
            "chargeType",
            id,
            types.Any(type => type.Id == id),
            $"charge type of the service {service}:",
            types.Select(type => type.Id)
        );
    }

    private static RateSource Source(MappingReader at)
    {
        var rate = UsageSections.OptionalPrice(at, "rate");
        var source = RateSource.Fixed(
            rate ?? 0m,
            at.Decimal("per", 0.001m, LargestQuantity, UnitDecimals, CatalogueDefaults.RatedUnits),
            at.Decimal("firstIncrement", 0m, LargestQuantity, UnitDecimals, CatalogueDefaults.Increment),
            at.Decimal("nextIncrement", 0m, LargestQuantity, UnitDecimals, CatalogueDefaults.Increment)
        );
        var tariff = at.OptionalChoice<TariffPart>("tariff");
        var markup = at.OptionalDecimal("retailMarkup", 0m, LargestMarkup, MarkupDecimals);
        if (Sources.Count(at.Has) != 1)
        {
            at.Problem("rate", "A charging rule has either a rate of its own, or a tariff, or a retailMarkup on the wholesaler's price.");
        }

        foreach (var key in OfRate.Where(key => at.Has(key) && !at.Has("rate")))
        {
            at.Problem(key, "It goes with a rate of the rule's own.");
        }

        return markup is { } percent ? RateSource.Wholesale(percent)
            : tariff == TariffPart.Flagfall ? RateSource.TariffFlagfall
            : tariff == TariffPart.Rate ? RateSource.TariffRate
            : source;
    }

    private RuleConstraints Constraints(MappingReader at)
    {
        var band = CalendarSections.Band(at, draft);
        var constraints = new RuleConstraints
        {
            Weekdays = at.Choices<DayOfWeek>("weekdays", []),
            From = at.OptionalDate("from"),
            To = at.OptionalDate("to"),
            Hours = CalendarSections.Hours(at, "hours"),
            Calendar = band?.Calendar,
            Band = band?.Band,
            PlanOption = Option(at),
            MaximumUnits = Units(at, "maximumUnits"),
            MaximumUnitsPerDayOptionMultiplier = Units(at, "maximumUnitsPerDayOptionMultiplier"),
            MaximumUnitsPerSession = Units(at, "maximumUnitsPerSession"),
            MaximumSessionLengthSeconds = at.OptionalInteger("maximumSessionLengthSeconds", 1, int.MaxValue),
            CallTypes = at.Choices<CallType>("callTypes", []),
            Role = at.OptionalChoice<UsageRole>("role"),
            TariffTypes = UsageSections.TariffTypesOf(at, draft, plan.Service),
        };
        if (constraints.To < constraints.From)
        {
            at.Problem("to", "A rule holds to the day from which it does, or later.");
        }

        return constraints;
    }

    private string? Option(MappingReader at)
    {
        var code = at.OptionalCode("option", CompanySections.LongestCode);
        return code is null
            ? null
            : at.Reference(
                "option",
                code,
                plan.Options.Any(option => option.Code == code),
                "option",
                plan.Options.Select(option => option.Code)
            );
    }

    private int? CountsAs(MappingReader at) =>
        at.OptionalInteger("tariffType", 1, int.MaxValue) is { } type ? draft.TariffTypes.Refer(at, "tariffType", type) : null;

    private static decimal? Units(MappingReader at, string key) => at.OptionalDecimal(key, 0m, LargestQuantity, UnitDecimals);

    private static int? OfPlan(MappingReader at, string key, string what, IEnumerable<int> known) =>
        at.OptionalInteger(key, 1, int.MaxValue) is { } id
            ? at.Reference(key, id, known.Contains(id), $"{what} of the plan:", known)
            : null;
}
