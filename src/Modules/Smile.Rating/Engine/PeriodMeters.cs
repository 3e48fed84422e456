namespace Smile.Rating.Engine;

/// <summary>What is counted of a subscription over a rating period, besides what its plans count.</summary>
internal sealed class PeriodMeters(IReadOnlyList<EffectiveSpendLimit> limits, IReadOnlyList<PrepaidBlock> blocks)
{
    private readonly List<(EffectiveSpendLimit Limit, Meter Meter)> _limits = [.. limits.Select(limit => (limit, new Meter(limit.Limit)))];

    public SessionUnits Sessions { get; } = new();

    public PrepaidMeters Prepaid { get; } = new(blocks);

    public IReadOnlyList<(EffectiveSpendLimit Limit, Meter Meter)> SpendLimits => _limits;

    /// <param name="amount">Tax included.</param>
    public void AddSpend(int? tariffType, decimal amount, MeterLog log)
    {
        if (amount == 0m || tariffType is not { } type)
        {
            return;
        }

        foreach (var (limit, meter) in _limits)
        {
            if (limit.TariffTypes.Contains(type))
            {
                meter.Add(amount, log);
            }
        }
    }

    /// <summary>A change of plan: limits begin at zero (guide, line 12540).</summary>
    public void ResetSpend()
    {
        foreach (var (_, meter) in _limits)
        {
            meter.Reset(0m);
        }
    }
}
