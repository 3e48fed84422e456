using Smile.Catalogue;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Rating.Engine;
using Smile.Rating.Runs;
using Smile.Rating.Storage;
using Smile.Rating.Subjects;
using Smile.Session;
using Smile.Usage;
using Smile.Usage.Storage;

namespace Smile.Rating.Spend;

/// <summary>What a subscription has spent of something in its rating period so far.</summary>
/// <param name="Thresholds">Those that hold, in per cent.</param>
/// <param name="Threshold">The highest that is reached, in per cent; 0 for none.</param>
/// <param name="PreviousThreshold">The one before <paramref name="Threshold"/> changed.</param>
/// <param name="PeriodEnd">Last day of the rating period.</param>
public sealed record SpendState<TItem>(
    TItem Item,
    decimal Limit,
    decimal Used,
    IReadOnlyList<decimal> Thresholds,
    decimal Threshold,
    decimal PreviousThreshold,
    DateOnly PeriodEnd,
    BillingTimeZone Zone
);

/// <summary>
/// The states of value pools, usage alert groups and spend limits (guide, lines 12166 to 12750), as they were when the subscription was
/// rated last.
/// </summary>
[UseCase]
public sealed class SpendStates(
    StageSession session,
    UsageDatabase usage,
    RatingSubjects subjects,
    RatingPeriodsOf periods,
    RollOver rollOver,
    SharedPeriods sharing
)
{
    /// <exception cref="SmileException">There is no such subscription.</exception>
    public async Task<(Subscription Subscription, IReadOnlyList<SpendState<ValuePoolItem>> States)> ValuePoolsAsync(
        string usn,
        CancellationToken cancellation
    )
    {
        var read = await ReadAsync(usn, cancellation);
        return (
            read.Subscription,
            [
                .. read
                    .CurrentStints.SelectMany(stint => stint.Plan.ValuePools.Select(pool => (stint, pool)))
                    .Select(pair => StateOf(read, pair.pool, read.State.ValuePools, pair.pool.Id, pair.stint.Id, pair.pool.Thresholds)),
            ]
        );
    }

    /// <inheritdoc cref="ValuePoolsAsync" path="/exception"/>
    public async Task<IReadOnlyList<SpendState<UsageAlertGroupItem>>> UsageAlertGroupsAsync(string usn, CancellationToken cancellation)
    {
        var read = await ReadAsync(usn, cancellation);
        var groups = session.Catalogue.Content.UsageAlertGroups.ToDictionary(group => group.Id);
        return
        [
            .. read
                .CurrentStints.SelectMany(stint => stint.Plan.UsageAlertGroups.Select(group => (stint, Group: groups[group.Group])))
                .Select(pair =>
                    StateOf(read, pair.Group, read.State.UsageAlertGroups, pair.Group.Id, pair.stint.Id, pair.Group.Thresholds)
                ),
        ];
    }

    /// <inheritdoc cref="ValuePoolsAsync" path="/exception"/>
    public async Task<(Subscription Subscription, IReadOnlyList<SpendState<SpendLimitItem>> States)> SpendLimitsAsync(
        string usn,
        CancellationToken cancellation
    )
    {
        var read = await ReadAsync(usn, cancellation);
        var limits = session.Catalogue.Content.SpendLimits.ToDictionary(limit => limit.Id);
        return (
            read.Subscription,
            [
                .. read.Subject.SpendLimits.Select(limit =>
                {
                    // What was overridden since the last rating holds from the next one on; its limit and thresholds are shown at once.
                    var state = StateOf(read, limits[limit.Id], read.State.SpendLimits, limit.Id, 0L, limit.Thresholds);
                    return state with { Limit = limit.Limit };
                }),
            ]
        );
    }

    /// <summary>Whether any service has a spend limit of this number.</summary>
    public bool Knows(string spendLimit) => session.Catalogue.Content.SpendLimits.Any(limit => $"{limit.Id}" == spendLimit.Trim());

    private async Task<Read> ReadAsync(string usn, CancellationToken cancellation)
    {
        var found = await session.ReadSubscriptionAsync(usn, cancellation);
        var subscription = found.Subscription;
        var now = subscription.Closed is { } closed && closed < session.Now ? closed.AddTicks(-1) : session.Now;
        var clocks = await periods.ClocksAsync([subscription.Usn], cancellation);
        var days =
            clocks[subscription.Usn].PeriodAt(now)
            ?? throw new InvalidOperationException($"The rating cycle of subscription {subscription.Usn} has no period for {now:O}.");
        var period = new RatedPeriod(subscription.Usn, days);
        var subject = (await rollOver.WithAsync(await subjects.OfAsync([period], clocks, cancellation), clocks, cancellation))[period];
        var stored = await RatingRows.PeriodsAsync(usage, [period], cancellation);
        return new Read(
            subscription,
            subject,
            [.. subject.Stints.Where(stint => stint.Start <= now && stint.End > now)],
            stored is [{ Status: not PeriodStatus.Replaced } known]
                ? known.State
                : await sharing.UnusedAsync(period, subject, subscription.AccountUsn, clocks, cancellation)
        );
    }

    private static SpendState<TItem> StateOf<TItem>(
        Read read,
        TItem item,
        IReadOnlyList<LimitState> states,
        int id,
        long planScheduleItem,
        IReadOnlyList<decimal> thresholds
    )
    {
        // What is new since the last rating has nothing used of it.
        var state =
            states.FirstOrDefault(each => each.Id == id && each.PlanScheduleItem == planScheduleItem)
            ?? Fresh(read.Subject, id, planScheduleItem);
        return new SpendState<TItem>(
            item,
            state.Limit,
            state.Used,
            thresholds,
            state.Threshold,
            state.PreviousThreshold,
            read.Subject.Period.To,
            read.Subject.Zone
        );
    }

    private static LimitState Fresh(RatingSubject subject, int id, long planScheduleItem)
    {
        var state = new PeriodRater(subject).State();
        return state
                .ValuePools.Concat(state.UsageAlertGroups)
                .Concat(state.SpendLimits)
                .FirstOrDefault(each => each.Id == id && each.PlanScheduleItem == planScheduleItem)
            ?? new LimitState(id, planScheduleItem, 0m, 0m, 0m);
    }

    private sealed record Read(Subscription Subscription, RatingSubject Subject, IReadOnlyList<PlanStint> CurrentStints, PeriodState State);
}
