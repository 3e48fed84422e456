using Smile.Catalogue;
using Smile.Kernel;

namespace Smile.Rating.Engine;

/// <summary>The charging rules of a plan in the span in which a subscription has it, with what is used up of them.</summary>
internal sealed class StintCharging
{
    private readonly ChargingRule[][] _rules;
    private readonly Dictionary<int, Meter> _pools;
    private readonly Dictionary<int, Meter> _alertGroups;

    public StintCharging(RatingSubject subject, PlanStint stint, DayRange days)
    {
        Stint = stint;
        Days = days;
        var share = (decimal)days.Days / subject.Period.Days;
        _pools = stint.Plan.ValuePools.ToDictionary(pool => pool.Id, pool => new Meter(subject.Currency.Round(pool.ValueIncTax * share)));
        _alertGroups = stint.Plan.UsageAlertGroups.ToDictionary(
            group => group.Group,
            group => new Meter(group.IsProRated ? group.Limit * share : group.Limit)
        );
        var measures = subject.ChargeTypes.ToDictionary(type => type.Id, type => type.Measure);
        Rules = [.. stint.Plan.ChargingRules.Select(Rule)];
        _rules =
        [
            .. Enum.GetValues<UsageMeasure>().Select(measure => Rules.Where(rule => measures[rule.Item.ChargeType] == measure).ToArray()),
        ];
    }

    public PlanStint Stint { get; }

    /// <summary>The days of the rating period on which the plan holds: where it changes, the day belongs to the later one.</summary>
    public DayRange Days { get; }

    public IReadOnlyList<ChargingRule> Rules { get; }

    public IReadOnlyDictionary<int, Meter> Pools => _pools;

    public IReadOnlyDictionary<int, Meter> AlertGroups => _alertGroups;

    public IReadOnlyList<ChargingRule> RulesOf(UsageMeasure measure) => _rules[(int)measure];

    /// <summary>What is charged at least for a session; null for nothing.</summary>
    public decimal? MinimumSessionCharge => Stint.Plan.MinimumSessionCharge;

    private ChargingRule Rule(ChargingRuleItem item)
    {
        var replaced = Stint.RuleOverrides.FirstOrDefault(each => each.Rule == item.Id);
        return new ChargingRule(item, replaced, MaximumUnits(item.Constraints, replaced))
        {
            Pool = item.ValuePool is { } pool ? _pools[pool] : null,
            AlertGroup = item.UsageAlertGroup is { } group ? _alertGroups[group] : null,
        };
    }

    private decimal? MaximumUnits(RuleConstraints constraints, ChargingRuleOverride? replaced)
    {
        var inAll = replaced?.MaximumUnits ?? constraints.MaximumUnits;
        var byDays = constraints.MaximumUnitsPerDayOptionMultiplier is { } perDay
            ? perDay * Days.Days * (constraints.PlanOption is { } option ? QuantityOf(option) : 1m)
            : (decimal?)null;
        return inAll is null ? byDays
            : byDays is null ? inAll
            : Math.Min(inAll.Value, byDays.Value);
    }

    /// <summary>How many times the subscription takes an option.</summary>
    public decimal QuantityOf(string option) => Stint.Options.GetValueOrDefault(option);
}
