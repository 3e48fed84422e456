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
        );
        return notice is { SpendLimits: [], Applied: [], Ended: [] } ? null : notice;
    }

    /// <summary>Whether something is reached or applied that is told to be gone when the period is over.</summary>
    internal static bool IsAlert(PeriodState state) =>
        state.Features.Count > 0 || state.SpendLimits.Any(limit => limit.Threshold > 0m || SpendCrossing.IsExceeded(limit));
}

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
