using Smile.Kernel;
using Smile.Rating.Engine;
using Smile.Rating.Storage;
using Smile.Rating.Subjects;
using Smile.Session;
using Smile.Usage;

namespace Smile.Rating.Notices;

/// <summary>
/// Tells that spend limits are at nothing again, and features off, where a new rating period has begun: also of who uses nothing in it
/// (guide, line 23510).
/// </summary>
[UseCase]
public sealed class EndAlerts(
    StageSession session,
    UsageDatabase database,
    RatingSubjects subjects,
    RatingPeriodsOf periods,
    RollOver rollOver
)
{
    private const int Together = 500;

    /// <returns>Whether there may be more.</returns>
    public async Task<bool> ExecuteAsync(CancellationToken cancellation)
    {
        session.Caller.RequireAllAccounts();

        // The day is over somewhere; whether it is where the subscription is, its own clock says.
        var day = DateOnly.FromDateTime(session.Now.UtcDateTime).AddDays(1);
        var found = await NoticeRows.AlertsBeforeAsync(database, day, Together, cancellation);
        if (found.Count == 0)
        {
            return false;
        }

        var clocks = await periods.ClocksAsync([.. found.Select(period => period.Subscription).Distinct()], cancellation);
        var over = found
            .Where(period => clocks.TryGetValue(period.Subscription, out var clock) && session.Now >= clock.SpanOf(period.Days).Ends)
            .ToList();
        var current = over.Select(period => (period, Now: clocks[period.Subscription].PeriodAt(session.Now)))
            .Where(pair => pair.Now is not null)
            .ToDictionary(pair => pair.period, pair => new RatedPeriod(pair.period.Subscription, pair.Now!.Value));
        var plain = await subjects.OfAsync([.. current.Values], clocks, cancellation);
        var subjectOf = await rollOver.WithAsync(plain, clocks, cancellation);
        foreach (var state in over.Count == 0 ? [] : await RatingRows.PeriodsAsync(database, over, cancellation))
        {
            var period = new RatedPeriod(state.Subscription, state.Days);
            await NoticeRows.EndAlertAsync(
                database,
                period,
                state.Version,
                current.TryGetValue(period, out var now) && subjectOf.TryGetValue(now, out var subject)
                    ? PeriodNotice.OfReset(now.Days.To, state.State, Nothing(subject, state.State))
                    : null,
                cancellation
            );
        }

        return over.Count > 0 && found.Count == Together;
    }

    /// <summary>That what is shared is at nothing again is told of whom it was told that it was not.</summary>
    private static LimitState Shared(LimitState pool, PeriodState before) =>
        pool.Sharing is not null
        && before.ValuePools.FirstOrDefault(each => (each.Id, each.PlanScheduleItem) == (pool.Id, pool.PlanScheduleItem)) is { } told
            ? pool with
            {
                Limit = told.Limit,
                IsToldElsewhere = told.IsToldElsewhere,
            }
            : pool;

    /// <summary>The state of a period in which nothing was used, with the limits that hold in it and those that were told of.</summary>
    private static PeriodState Nothing(RatingSubject subject, PeriodState before)
    {
        var fresh = new PeriodRater(subject).State();
        return fresh with
        {
            SpendLimits =
            [
                .. before.SpendLimits.Select(limit =>
                    fresh.SpendLimits.FirstOrDefault(each => each.Id == limit.Id) ?? limit with { Used = 0m, Threshold = 0m }
                ),
            ],
            ValuePools = [.. fresh.ValuePools.Select(pool => Shared(pool, before))],
        };
    }
}
