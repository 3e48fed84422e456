namespace Smile.Rating.Engine;

/// <summary>What a rating period comes to so far.</summary>
/// <param name="Features">Those that charging rules have applied, in ascending order.</param>
public sealed record PeriodState(
    IReadOnlyList<LimitState> SpendLimits,
    IReadOnlyList<LimitState> ValuePools,
    IReadOnlyList<LimitState> UsageAlertGroups,
    IReadOnlyList<int> Features
)
{
    /// <summary>The subscription's, in the order in which they are used.</summary>
    public IReadOnlyList<PrepaidState> PrepaidBlocks { get; init; } = [];

    /// <summary>The same with the thresholds that were reached before.</summary>
    internal PeriodState After(PeriodState before) =>
        this with
        {
            SpendLimits = After(SpendLimits, before.SpendLimits),
            ValuePools = After(ValuePools, before.ValuePools),
            UsageAlertGroups = After(UsageAlertGroups, before.UsageAlertGroups),
        };

    private static IReadOnlyList<LimitState> After(IReadOnlyList<LimitState> states, IReadOnlyList<LimitState> before) =>
        [
            .. states.Select(state =>
                state.After(before.FirstOrDefault(each => each.Id == state.Id && each.PlanScheduleItem == state.PlanScheduleItem))
            ),
        ];
}

/// <summary>How much is used of a spend limit, a value pool or a usage alert group.</summary>
/// <param name="PlanScheduleItem">Whose pool or group it is; 0 for a spend limit.</param>
/// <param name="Used">Money with tax, or units.</param>
/// <param name="Threshold">The highest threshold that is reached, in per cent; 0 for none.</param>
public sealed record LimitState(int Id, long PlanScheduleItem, decimal Limit, decimal Used, decimal Threshold)
{
    /// <summary>The threshold that was reached before it became <see cref="Threshold"/>, as it was told; 0 for none.</summary>
    public decimal PreviousThreshold { get; init; }

    /// <summary>What <see cref="Limit"/> has of earlier periods: what was left of them when this one began, the oldest first.</summary>
    public IReadOnlyList<RolledValue> Rolled { get; init; } = [];

    /// <summary>
    /// The name under which the subscriptions of the account share it, so that it is what all of them have and use; null for none.
    /// </summary>
    public string? Sharing { get; init; }

    /// <summary>Whether its thresholds are told of another subscription that shares it.</summary>
    public bool IsToldElsewhere { get; init; }

    /// <summary>The same with what was told before.</summary>
    internal LimitState After(LimitState? before) =>
        before is null || before.Threshold == Threshold
            ? this with
            {
                PreviousThreshold = before?.PreviousThreshold ?? 0m,
            }
            : this with
            {
                PreviousThreshold = before.Threshold,
            };

    internal static LimitState Of(int id, long planScheduleItem, Meter meter, IReadOnlyList<decimal> thresholds) =>
        new(id, planScheduleItem, meter.Limit ?? 0m, meter.UsedInAll, Reached(meter.UsedInAll, meter.Limit ?? 0m, thresholds));

    /// <summary>
    /// The highest threshold that something has reached: exactly at it counts. Of a limit of zero all are reached with the first use.
    /// </summary>
    public static decimal Reached(decimal used, decimal limit, IReadOnlyList<decimal> thresholds) =>
        used <= 0m ? 0m : thresholds.Where(threshold => used * 100m >= limit * threshold).DefaultIfEmpty(0m).Max();
}
