namespace Smile.Rating.Engine;

/// <summary>
/// What is used of a subscription's prepaid blocks, in the order in which they are used: first those that never come to an end of units,
/// which leave the others whole, then those that expire first, and of those the ones that began first.
/// </summary>
internal sealed class PrepaidMeters(IReadOnlyList<PrepaidBlock> blocks)
{
    private readonly PrepaidMeter[] _meters =
    [
        .. blocks
            .OrderBy(block => block.Quantity is null ? 0 : 1)
            .ThenBy(block => block.End)
            .ThenBy(block => block.Start)
            .ThenBy(block => block.Id)
            .Select(block => new PrepaidMeter(block)),
    ];

    public IReadOnlyList<PrepaidMeter> All => _meters;

    /// <summary>The block that pays for what a rule charges at an instant; null where none does.</summary>
    /// <param name="plan">The code of the rule's plan.</param>
    public PrepaidMeter? Find(ChargingRule rule, string plan, DateTimeOffset instant)
    {
        foreach (var meter in _meters)
        {
            if (meter.Units.Left > 0m && meter.IsFor(rule, plan, instant))
            {
                return meter;
            }
        }

        return null;
    }

    /// <summary>When the last of the blocks began that pay for what a rule charges; null where there are none.</summary>
    public DateTimeOffset? LatestStart(ChargingRule rule, string plan)
    {
        DateTimeOffset? latest = null;
        foreach (var meter in _meters)
        {
            latest = meter.IsFor(rule, plan) && !(meter.Block.Start < latest) ? meter.Block.Start : latest;
        }

        return latest;
    }

    /// <summary>When, behind an instant, a block begins or ends first.</summary>
    public DateTimeOffset NextChange(DateTimeOffset instant)
    {
        var next = DateTimeOffset.MaxValue;
        foreach (var meter in _meters)
        {
            next = Instants.Earlier(next, meter.Block.Start > instant ? meter.Block.Start : next);
            next = Instants.Earlier(next, meter.Block.End > instant ? meter.Block.End : next);
        }

        return next;
    }
}

/// <summary>What is used of a prepaid block in a rating period.</summary>
internal sealed class PrepaidMeter(PrepaidBlock block)
{
    public PrepaidBlock Block => block;

    /// <summary>What it pays for in the rating period.</summary>
    public Meter Units { get; } = new(block.Quantity is { } bought ? Math.Max(0m, bought - block.Used) : null);

    public bool IsFor(ChargingRule rule, string plan, DateTimeOffset instant) =>
        block.Start <= instant && instant < block.End && IsFor(rule, plan);

    /// <summary>Whenever it is.</summary>
    public bool IsFor(ChargingRule rule, string plan) =>
        rule.Item.ChargeType == block.ChargeType
        && (block.Plans.Count == 0 || block.Plans.Contains(plan))
        && (block.ChargingRules.Count == 0 || block.ChargingRules.Contains(rule.Item.Id));

    public PrepaidState State()
    {
        var used = block.Used + Units.Used;
        return new PrepaidState(
            block.Id,
            block.Quantity,
            block.Used,
            used,
            block.Quantity is { } bought ? LimitState.Reached(used, bought, block.Thresholds) : 0m
        );
    }
}
