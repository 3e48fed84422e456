using Smile.Catalogue;

namespace Smile.Rating.Engine;

/// <summary>A charging rule of a plan as it holds in one span of a subscription, overridden and with its meters.</summary>
internal sealed class ChargingRule
{
    public ChargingRule(ChargingRuleItem item, UsageMeasure measure, ChargingRuleOverride? replaced, decimal? maximumUnits)
    {
        Item = item;
        Measure = measure;
        Source = item.Source with { Rate = replaced?.Rate ?? item.Source.Rate, Percent = replaced?.RetailMarkup ?? item.Source.Percent };
        MaximumUnitsPerSession = replaced?.MaximumUnitsPerSession ?? item.Constraints.MaximumUnitsPerSession;
        Units = new Meter(maximumUnits);
    }

    public ChargingRuleItem Item { get; }

    /// <summary>What of usage it charges.</summary>
    public UsageMeasure Measure { get; }

    public RateSource Source { get; }

    /// <summary>Units of the span, with what the rule has at most.</summary>
    public Meter Units { get; }

    /// <summary>When it last charged what no prepaid block has paid for, in seconds since 1970; kept where there are blocks.</summary>
    public Meter LastCharge { get; } = new(null);

    public decimal? MaximumUnitsPerSession { get; }

    /// <summary>The pool that it spends; null for none.</summary>
    public Meter? Pool { get; init; }

    /// <summary>The usage alert group that its units count into; null for none.</summary>
    public Meter? AlertGroup { get; init; }

    /// <summary>
    /// Whether the features of the rule are applied: it has charged something, and no prepaid block was given since that pays for it.
    /// </summary>
    /// <param name="given">The start of the latest block that pays for what it charges; null for none.</param>
    public bool AppliesFeatures(DateTimeOffset? given) =>
        given is { } start ? LastCharge.Used > 0m && LastCharge.Used >= Instants.UnixSeconds(start) : Units.Used > 0m;

    public bool NeedsSession => MaximumUnitsPerSession is not null || Item.Constraints.MaximumSessionLengthSeconds is not null;

    public bool ChargesTariff => Source.Kind is RateSourceKind.TariffRate or RateSourceKind.TariffFlagfall;

    /// <summary>Whether the rule is for usage like this at all, whatever its time and whatever is used up.</summary>
    public bool IsFor(UsageToRate usage) =>
        (Item.Constraints.Role is null || Item.Constraints.Role == usage.Role)
        && (Item.Constraints.CallTypes.Count == 0 || Item.Constraints.CallTypes.Contains(usage.CallType));

    public bool IsForTariffType(int? tariffType) =>
        Item.Constraints.TariffTypes.Count == 0 || (tariffType is { } type && Item.Constraints.TariffTypes.Contains(type));
}
