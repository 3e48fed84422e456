using Smile.Catalogue;
using Smile.Kernel;

namespace Smile.Rating.Engine;

/// <summary>The charging rules of a plan in the span in which a subscription has it, with what is used up of them.</summary>
internal sealed class StintCharging
{
    private static readonly int Measures = Enum.GetValues<UsageMeasure>().Length;

    private readonly ChargingRule[][] _rules;
    private readonly Dictionary<RulesInForce, ChargingRule[][]> _rulesIn = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<int, Meter> _pools;
    private readonly Dictionary<int, Meter> _alertGroups;

    public StintCharging(RatingSubject subject, SharedPools shared, PlanStint stint, DayRange days)
    {
        Stint = stint;
        Days = days;
        var share = (decimal)days.Days / subject.Period.Days;
        _pools = stint.Plan.ValuePools.ToDictionary(
            pool => pool.Id,
            pool =>
            {
                var value =
                    subject.Currency.Round(pool.ValueIncTax * share) + subject.RolledInto(stint.Id, pool.Id).Sum(each => each.Value);
                return new Meter(value, pool.SharedAs is { } name ? shared.Add(name, stint.Start, value) : null);
            }
        );
        _alertGroups = stint.Plan.UsageAlertGroups.ToDictionary(
            group => group.Group,
            group => new Meter(group.IsProRated ? group.Limit * share : group.Limit)
        );
        PlanDays = subject.Days.Of(subject, stint.Plan);
        Rules = [.. stint.Plan.ChargingRules.Select(rule => Rule(rule, subject.ChargeTypes))];
        _rules = ByMeasure(Rules);
    }

    public PlanStint Stint { get; }

    public PlanDays PlanDays { get; }

    /// <summary>The days of the rating period on which the plan holds: where it changes, the day belongs to the later one.</summary>
    public DayRange Days { get; }

    public IReadOnlyList<ChargingRule> Rules { get; }

    public IReadOnlyDictionary<int, Meter> Pools => _pools;

    public IReadOnlyDictionary<int, Meter> AlertGroups => _alertGroups;

    public ReadOnlySpan<ChargingRule> RulesOf(UsageMeasure measure) => _rules[(int)measure];

    /// <summary>The rules that are in force in a span of a day, by their measures: those of options only where it takes them.</summary>
    public ChargingRule[][] RulesIn(RulesInForce inForce)
    {
        if (!_rulesIn.TryGetValue(inForce, out var rules))
        {
            var kept = Rules.Where(
                (rule, index) => inForce.At[index] && (rule.Item.Constraints.PlanOption is not { } option || QuantityOf(option) > 0m)
            );
            _rulesIn.Add(inForce, rules = ByMeasure(kept));
        }

        return rules;
    }

    /// <summary>What is charged at least for a session; null for nothing.</summary>
    public decimal? MinimumSessionCharge => Stint.Plan.MinimumSessionCharge;

    private static ChargingRule[][] ByMeasure(IEnumerable<ChargingRule> rules)
    {
        var lists = new List<ChargingRule>?[Measures];
        foreach (var rule in rules)
        {
            (lists[(int)rule.Measure] ??= []).Add(rule);
        }

        return Array.ConvertAll(lists, list => list?.ToArray() ?? []);
    }

    private ChargingRule Rule(ChargingRuleItem item, IReadOnlyList<UsageChargeType> types)
    {
        var replaced = Stint.RuleOverrides.FirstOrDefault(each => each.Rule == item.Id);
        var measure = types.First(type => type.Id == item.ChargeType).Measure;
        return new ChargingRule(item, measure, replaced, MaximumUnits(item.Constraints, replaced))
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
