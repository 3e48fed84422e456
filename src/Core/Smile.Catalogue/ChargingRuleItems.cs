namespace Smile.Catalogue;

/// <summary>How an amount is rounded to decimals (guide, line 8825).</summary>
public enum RateRounding
{
    /// <summary>Not at all, but for the digits that amounts are kept with.</summary>
    None,
    Up,
    Down,
    HalfUp,
    HalfEven,
}

/// <summary>Which part of a tariff a charging rule charges.</summary>
public enum TariffPart
{
    Rate,
    Flagfall,
}

/// <summary>Where the price of usage comes from (guide, line 8665; reference 30).</summary>
public enum RateSourceKind
{
    /// <summary>A price of the rule's own.</summary>
    Fixed,

    /// <summary>The rate of the destination's tariff.</summary>
    TariffRate,

    /// <summary>The flagfall of the destination's tariff.</summary>
    TariffFlagfall,

    /// <summary>What the wholesaler charged, with a markup.</summary>
    Wholesale,
}

/// <summary>The price that a charging rule charges.</summary>
/// <param name="Rate">Price without tax of so many units; of <see cref="RateSourceKind.Fixed"/>.</param>
/// <param name="UnitQuantity">How many units the rate is for.</param>
/// <param name="FirstIncrement">Units that are charged at least; 0 for what was used.</param>
/// <param name="NextIncrement">Units that are charged together after those; 0 for what was used.</param>
/// <param name="Percent">Of the wholesaler's price without tax, 100 for that price itself; of <see cref="RateSourceKind.Wholesale"/>.
/// </param>
public sealed record RateSource(
    RateSourceKind Kind,
    decimal Rate,
    decimal UnitQuantity,
    decimal FirstIncrement,
    decimal NextIncrement,
    decimal Percent
)
{
    public static RateSource TariffRate { get; } = new(RateSourceKind.TariffRate, 0m, 1m, 0m, 0m, 100m);

    public static RateSource TariffFlagfall { get; } = new(RateSourceKind.TariffFlagfall, 0m, 1m, 0m, 0m, 100m);

    public static RateSource Fixed(decimal rate, decimal unitQuantity = 1m, decimal first = 0m, decimal next = 0m) =>
        new(RateSourceKind.Fixed, rate, unitQuantity, first, next, 100m);

    public static RateSource Wholesale(decimal percent) => new(RateSourceKind.Wholesale, 0m, 1m, 0m, 0m, percent);
}

/// <summary>A rule by which usage is charged (guide, lines 8650 to 8715). Rules are tried in the order that the plan has them in.</summary>
/// <param name="ChargeType">The component of usage that it charges: one of its service.</param>
/// <param name="ItemCode">What its lines on invoices are for.</param>
public sealed record ChargingRuleItem(int Id, int ChargeType, string ItemCode, RateSource Source, RuleConstraints Constraints)
{
    /// <summary>The value pool that it spends while there is something left; null for none.</summary>
    public int? ValuePool { get; init; }

    /// <summary>The usage alert group that its units count into; null for none.</summary>
    public int? UsageAlertGroup { get; init; }

    /// <summary>Features that are applied to the subscription once the rule charges something.</summary>
    public IReadOnlyList<int> AppliesFeatures { get; init; } = [];

    /// <summary>Whether prepaid blocks pay for its units though they cost nothing, as on a plan that has nothing but prepaid.</summary>
    public bool UsesPrepaid { get; init; }

    /// <summary>Whether plan schedule items may override it.</summary>
    public bool AllowsOverride { get; init; }

    /// <summary>Decimals of the charge of a record, where the price is not a tariff's (reference 30).</summary>
    public int Decimals { get; init; }

    public RateRounding Rounding { get; init; }

    /// <summary>The type of tariff that its charges count as, where no tariff says; null for none.</summary>
    public int? TariffType { get; init; }

    public string? DisplayRate { get; init; }

    /// <summary>The text of its lines on invoices; the item's where null.</summary>
    public string? Description { get; init; }
}

/// <summary>What must hold for a charging rule to apply. What is null or empty is no constraint.</summary>
public sealed record RuleConstraints
{
    public static RuleConstraints None { get; } = new();

    public IReadOnlyList<DayOfWeek> Weekdays { get; init; } = [];

    /// <summary>First day, on the clocks of the subscription.</summary>
    public DateOnly? From { get; init; }

    /// <summary>Last day.</summary>
    public DateOnly? To { get; init; }

    public HoursOfDay Hours { get; init; } = HoursOfDay.All;

    /// <summary>The calendar whose band must be <see cref="Band"/>.</summary>
    public string? Calendar { get; init; }

    public string? Band { get; init; }

    /// <summary>Code of an option that must be chosen.</summary>
    public string? PlanOption { get; init; }

    /// <summary>Units of a rating period, after which the rule is exhausted.</summary>
    public decimal? MaximumUnits { get; init; }

    /// <summary>
    /// Units for each day of the rating period on which the plan holds, times the quantity of <see cref="PlanOption"/>, after which the
    /// rule is exhausted.
    /// </summary>
    public decimal? MaximumUnitsPerDayOptionMultiplier { get; init; }

    /// <summary>Units of a session, after which the rule is exhausted for it.</summary>
    public decimal? MaximumUnitsPerSession { get; init; }

    /// <summary>Seconds of a session, after which the rule does not apply to it.</summary>
    public decimal? MaximumSessionLengthSeconds { get; init; }

    public IReadOnlyList<CallType> CallTypes { get; init; } = [];

    public UsageRole? Role { get; init; }

    /// <summary>The types of tariffs that it charges.</summary>
    public IReadOnlyList<int> TariffTypes { get; init; } = [];
}
