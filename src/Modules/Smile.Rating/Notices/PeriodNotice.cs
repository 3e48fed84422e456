using Smile.Kernel;
using Smile.Rating.Engine;
using Smile.Rating.Subjects;

namespace Smile.Rating.Notices;

/// <summary>What has crossed a threshold in a rating period, and which features its usage has applied or no longer applies.</summary>
/// <param name="PeriodTo">Last day of the period that the spend limits are of.</param>
public sealed record PeriodNotice(
    DateOnly PeriodTo,
    IReadOnlyList<SpendCrossing> SpendLimits,
    IReadOnlyList<int> Applied,
    IReadOnlyList<int> Ended
)
{
    /// <summary>Whether a new rating period has begun, in which all is at nothing again.</summary>
    public bool IsReset { get; init; }

    /// <summary>Thresholds of which the customer is told.</summary>
    public IReadOnlyList<ThresholdCrossing> Thresholds { get; init; } = [];

    /// <summary>Prepaid blocks of which a higher part is used.</summary>
    public IReadOnlyList<PrepaidCrossing> PrepaidBlocks { get; init; } = [];

    /// <summary>What two states of the same period differ in; null where nothing is to be told.</summary>
    internal static PeriodNotice? Of(DateOnly periodTo, PeriodState before, PeriodState after)
    {
        var crossings = after
            .SpendLimits.Select(state =>
                SpendCrossing.Of(
                    before.SpendLimits.FirstOrDefault(each => each.Id == state.Id) ?? state with { Used = 0m, Threshold = 0m },
                    state
                )
            )
            .OfType<SpendCrossing>()
            .ToList();
        var notice = new PeriodNotice(
            periodTo,
            crossings,
            [.. after.Features.Except(before.Features)],
            [.. before.Features.Except(after.Features)]
        )
        {
            Thresholds =
            [
                .. Crossed(MeterKind.SpendLimit, before.SpendLimits, after.SpendLimits),
                .. Crossed(MeterKind.ValuePool, before.ValuePools, after.ValuePools),
                .. Crossed(MeterKind.UsageAlertGroup, before.UsageAlertGroups, after.UsageAlertGroups),
            ],
            PrepaidBlocks =
            [
                .. from state in after.PrepaidBlocks
                where state.Threshold > (before.PrepaidBlocks.FirstOrDefault(each => each.Id == state.Id)?.Threshold ?? 0m)
                select new PrepaidCrossing(state.Id, state.Threshold),
            ],
        };
        return notice is { SpendLimits: [], Applied: [], Ended: [], Thresholds: [], PrepaidBlocks: [] } ? null : notice;
    }

    /// <summary>The same of a new rating period, in which nothing was used.</summary>
    /// <param name="periodTo">Last day of the new period.</param>
    internal static PeriodNotice? OfReset(DateOnly periodTo, PeriodState before, PeriodState nothing)
    {
        var notice = Of(periodTo, before, nothing);
        return notice is null ? null : notice with { IsReset = true };
    }

    /// <summary>Those of which a higher threshold is reached, or of which none is any more.</summary>
    private static IEnumerable<ThresholdCrossing> Crossed(
        MeterKind kind,
        IReadOnlyList<LimitState> before,
        IReadOnlyList<LimitState> after
    ) =>
        from state in after
        where !state.IsToldElsewhere
        let was = before.FirstOrDefault(each => each.Id == state.Id && each.PlanScheduleItem == state.PlanScheduleItem)?.Threshold ?? 0m
        where state.Threshold > was || (state.Threshold == 0m && was > 0m)
        select new ThresholdCrossing(kind, state.Id, state.PlanScheduleItem, state.Limit, state.Used, state.Threshold);

    /// <summary>Whether something is reached or applied that is told to be gone when the period is over.</summary>
    internal static bool IsAlert(PeriodState state) =>
        state.Features.Count > 0
        || state.SpendLimits.Any(limit => limit.Threshold > 0m || SpendCrossing.IsExceeded(limit))
        || state.ValuePools.Concat(state.UsageAlertGroups).Any(meter => meter.Threshold > 0m && !meter.IsToldElsewhere);
}

/// <summary>A prepaid block of which so much is used.</summary>
/// <param name="Threshold">In per cent.</param>
public sealed record PrepaidCrossing(long Block, decimal Threshold);

/// <summary>What a threshold is of.</summary>
public enum MeterKind
{
    SpendLimit,
    ValuePool,
    UsageAlertGroup,
}

/// <summary>A threshold that was reached, or that none is any more.</summary>
/// <param name="PlanScheduleItem">Whose pool or group it is; 0 for a spend limit.</param>
/// <param name="Limit">Money with tax, or units.</param>
/// <param name="Threshold">In per cent; 0 for none.</param>
public sealed record ThresholdCrossing(MeterKind Kind, int Id, long PlanScheduleItem, decimal Limit, decimal Used, decimal Threshold);

/// <summary>A spend limit of which a threshold was crossed, upwards or downwards.</summary>
/// <param name="Limit">As it holds, with tax.</param>
/// <param name="Threshold">The highest that is reached now, in per cent; 0 for none.</param>
/// <param name="Previous">The one that was reached before.</param>
/// <param name="Exceeded">Whether the limit is exceeded from now on, or no longer; null where that is as it was.</param>
public sealed record SpendCrossing(int SpendLimit, decimal Limit, decimal Used, decimal Threshold, decimal Previous, bool? Exceeded)
{
    internal static SpendCrossing? Of(LimitState before, LimitState after)
    {
        var (was, now) = (IsExceeded(before), IsExceeded(after));
        return before.Threshold == after.Threshold && was == now
            ? null
            : new SpendCrossing(after.Id, after.Limit, after.Used, after.Threshold, before.Threshold, was == now ? null : now);
    }

    /// <summary>Exactly at the limit it is exceeded; a limit of zero with the first use.</summary>
    internal static bool IsExceeded(LimitState state) => state.Used > 0m && state.Used >= state.Limit;
}

/// <summary>A notice that waits to be acted on.</summary>
/// <param name="Version">Of the rating that told it.</param>
internal sealed record WaitingNotice(RatedPeriod Period, int Version, PeriodNotice Notice);
