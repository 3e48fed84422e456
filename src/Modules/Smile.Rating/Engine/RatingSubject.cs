using Smile.Catalogue;
using Smile.Kernel;
using Smile.Rating.Tariffs;

namespace Smile.Rating.Engine;

/// <summary>A span in which a subscription has a plan, of one plan schedule type.</summary>
/// <param name="Id">The plan schedule item.</param>
/// <param name="Start">From when on; the item may be older than the rating period.</param>
/// <param name="End">Until when, which no longer belongs to it.</param>
/// <param name="Options">How many times each option is taken, by its code.</param>
public sealed record PlanStint(
    long Id,
    int ScheduleType,
    Plan Plan,
    DateTimeOffset Start,
    DateTimeOffset End,
    IReadOnlyDictionary<string, decimal> Options
)
{
    public IReadOnlyList<TariffOverride> TariffOverrides { get; init; } = [];

    public IReadOnlyList<ChargingRuleOverride> RuleOverrides { get; init; } = [];
}

/// <summary>What a plan schedule item puts in place of a charging rule's own (guide, line 8829). What is null stays.</summary>
public sealed record ChargingRuleOverride(int Rule)
{
    public decimal? Rate { get; init; }

    public decimal? RetailMarkup { get; init; }

    public decimal? MaximumUnits { get; init; }

    public decimal? MaximumUnitsPerSession { get; init; }
}

/// <summary>A spend limit as it holds for a subscription in a rating period.</summary>
/// <param name="Limit">Tax included.</param>
public sealed record EffectiveSpendLimit(int Id, decimal Limit, IReadOnlyList<int> TariffTypes, IReadOnlyList<decimal> Thresholds);

/// <summary>Everything about a subscription that the rating of one of its rating periods depends on, besides its usage.</summary>
public sealed record RatingSubject
{
    /// <summary>The version of the catalogue that it is of.</summary>
    public int CatalogueVersion { get; init; }

    public required BillingTimeZone Zone { get; init; }

    public required DayRange Period { get; init; }

    /// <summary>The first instant of the period; null for the beginning of its first day.</summary>
    public DateTimeOffset? BeginsAt { get; init; }

    /// <summary>The first instant after the period; null for the end of its last day.</summary>
    public DateTimeOffset? EndsAt { get; init; }

    public DateTimeOffset Begins => BeginsAt ?? Zone.StartOf(Period.From);

    public DateTimeOffset Ends => EndsAt ?? Zone.StartOf(Period.To.AddDays(1));

    public required int Company { get; init; }

    public required Currency Currency { get; init; }

    /// <summary>In any order; those of one plan schedule type do not overlap.</summary>
    public required IReadOnlyList<PlanStint> Stints { get; init; }

    /// <summary>The components of usage of its service.</summary>
    public required IReadOnlyList<UsageChargeType> ChargeTypes { get; init; }

    public required TariffBook Tariffs { get; init; }

    /// <summary>The GST that its account pays.</summary>
    public required GstSchedule Tax { get; init; }

    public IReadOnlyList<TariffCalendar> Calendars { get; init; } = [];

    public IReadOnlyList<EffectiveSpendLimit> SpendLimits { get; init; } = [];

    public IReadOnlyList<UsageAlertGroupItem> UsageAlertGroups { get; init; } = [];

    /// <summary>What value pools have of earlier rating periods.</summary>
    public IReadOnlyList<RolledPool> RolledOver { get; init; } = [];

    /// <summary>The prepaid blocks that it had in the rating period.</summary>
    public IReadOnlyList<PrepaidBlock> PrepaidBlocks { get; init; } = [];

    /// <summary>Whether what is left of a value pool is for later rating periods.</summary>
    public bool RollsOver => Stints.Any(stint => stint.Plan.ValuePools.Any(pool => pool.RollOverPeriods > 0));

    /// <summary>Whether what a period has come to changes what later ones begin with.</summary>
    public bool CarriesOver => RollsOver || PrepaidBlocks.Count > 0;

    /// <summary>Whether a value pool of the period is one with those of other subscriptions of the account.</summary>
    public bool Shares => StintsOfPeriod.Any(stint => stint.Plan.Shares);

    /// <summary>Those that have some of the period.</summary>
    internal IEnumerable<PlanStint> StintsOfPeriod => Stints.Where(stint => stint.Start < Ends && stint.End > Begins);

    internal IReadOnlyList<RolledValue> RolledInto(long planScheduleItem, int pool) =>
        RolledOver.FirstOrDefault(each => each.PlanScheduleItem == planScheduleItem && each.Pool == pool)?.Values ?? [];

    /// <summary>What is known of the days of its plans; of several that are rated together the same one.</summary>
    public ChargingDays Days { get; init; } = new();
}
