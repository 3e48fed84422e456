using System.Data.Common;
using System.Runtime.CompilerServices;
using Smile.Kernel;
using Smile.Rating.Engine;
using Smile.Rating.Storage;
using Smile.Rating.Subjects;
using Smile.Session;
using Smile.Usage;
using Smile.Usage.Storage;

namespace Smile.Rating.Runs;

/// <summary>How much was rated.</summary>
/// <param name="Late">Work that somebody else was at, too, and that is to be done again.</param>
public readonly record struct RatedCount(int Subscriptions, int Records, int Late)
{
    /// <summary>A subscription whose usage cannot be rated, and why; null for none. It is tried again, less and less often.</summary>
    public (Usn Subscription, Exception Why)? Failure { get; init; }

    public RatedCount And(RatedCount other) =>
        new(Subscriptions + other.Subscriptions, Records + other.Records, Late + other.Late) { Failure = Failure ?? other.Failure };
}

/// <summary>
/// Rates what waits in the queue of usage. Records that come behind all that were rated of their period go on from its meters; what is
/// late, corrected or configured anew means that the whole period is rated again, and what differs is booked besides. Several servers do
/// it at once: a state is only written where nobody has written it since it was read.
/// </summary>
[UseCase]
public sealed class RateUsage(
    StageSession session,
    UsageDatabase database,
    RatingSubjects subjects,
    RatingPeriodsOf periods,
    RollOver rollOver,
    SharedPeriods sharing
)
{
    /// <summary>Batches of one bucket: the more there are, the more of a subscription's records are rated at once.</summary>
    private const int BatchesTogether = 100;

    private const int SubscriptionsTogether = 200;

    /// <summary>Subscriptions that somebody else was at, too.</summary>
    private readonly HashSet<Usn> _late = [];

    /// <summary>Takes and rates work once.</summary>
    /// <returns>Null where there is none.</returns>
    public async Task<RatedCount?> RunOnceAsync(CancellationToken cancellation)
    {
        var work = await UsageQueue.ClaimAsync(database, BatchesTogether, cancellation);
        if (work.Count == 0)
        {
            return null;
        }

        _late.Clear();
        var failures = new Dictionary<Usn, Exception>();
        var count = await RateAsync(work, failures, cancellation);

        // What somebody else was at, too, such as a bill, is done again in a moment; it holds up nothing else.
        await UsageQueue.DoneAsync(database, work, [.. _late, .. failures.Keys], cancellation);
        return failures.Count == 0 ? count : count with { Failure = (failures.First().Key, failures.First().Value) };
    }

    /// <summary>
    /// Rates what waits of some subscriptions, and rating periods again whose charges depend on something that has changed.
    /// </summary>
    /// <param name="over">Of the same subscriptions.</param>
    /// <returns>How much was rated; null where nothing was to be.</returns>
    internal async Task<RatedCount?> BringUpToDateAsync(
        IReadOnlyCollection<ClosingPeriod> over,
        IReadOnlyCollection<Usn> subscriptions,
        CancellationToken cancellation
    )
    {
        var work = await UsageQueue.WaitingForAsync(database, subscriptions, cancellation);
        var rated = await KnownPeriodRows.ReadAsync(database, subscriptions, DateOnly.MaxValue, cancellation);
        var affected = rated.Select(known => known.Key).Concat(work.SelectMany(each => each.Subscriptions)).ToHashSet();
        var count =
            affected.Count == 0 ? default : await RateAsync(affected, work, over.Select(period => period.Period).ToHashSet(), cancellation);
        return count == default ? null : count;
    }

    /// <param name="failures">Subscriptions that cannot be rated are added here: they hold up none of those beside them.</param>
    private async Task<RatedCount> RateAsync(
        IReadOnlyList<UsageWork> work,
        Dictionary<Usn, Exception> failures,
        CancellationToken cancellation
    )
    {
        var total = default(RatedCount);
        var subscriptions = await UsageRecordQuery.InHashOrderAsync(
            database,
            work.SelectMany(each => each.Subscriptions).Distinct(),
            cancellation
        );
        foreach (var together in subscriptions.Chunk(SubscriptionsTogether))
        {
            try
            {
                total = total.And(await RateAsync(together, work, [], cancellation));
            }
            catch (Exception exception) when (exception is not (OperationCanceledException or DbException))
            {
                foreach (var usn in together)
                {
                    try
                    {
                        total = total.And(await RateAsync([usn], work, [], cancellation));
                    }
                    catch (Exception failure) when (failure is not (OperationCanceledException or DbException))
                    {
                        failures.Add(usn, failure);
                    }
                }
            }
        }

        return total;
    }

    /// <param name="checkedPeriods">Periods that are rated again where something has changed.</param>
    private async Task<RatedCount> RateAsync(
        IReadOnlyCollection<Usn> subscriptions,
        IReadOnlyList<UsageWork> work,
        HashSet<RatedPeriod> checkedPeriods,
        CancellationToken cancellation
    )
    {
        var since = work.Select(each => DateOnly.FromDateTime(each.First.UtcDateTime).AddDays(-1))
            .Concat(checkedPeriods.Select(period => period.Days.From))
            .Prepend(DateOnly.FromDateTime(session.Now.UtcDateTime))
            .Min();
        var rated = await RatedSubscription.ReadAsync(session.Database, [.. subscriptions], cancellation);
        var clocks = await periods.ClocksAsync(rated, since, cancellation);
        var selection = await RatingSelection.OfAsync(database, clocks, work, cancellation);
        var wanted = selection
            .Added.Keys.Concat(selection.Again)
            .Concat(
                checkedPeriods.Where(period => clocks.GetValueOrDefault(period.Subscription)?.PeriodOn(period.Days.From) == period.Days)
            )
            .Distinct()
            .ToList();
        var runs = await RatingRuns.ReadAsync(
            session,
            database,
            subjects,
            rollOver,
            sharing,
            [.. wanted, .. selection.Outdated],
            Joining(work, clocks),
            rated,
            clocks,
            cancellation
        );
        var outcomes = new List<RatedOutcome>();
        foreach (var turn in runs.InTurns(wanted))
        {
            await foreach (var outcome in RateAsync(turn, selection, runs, cancellation))
            {
                runs.Note(outcome);
                outcomes.Add(outcome);
            }
        }

        var replaced = await ReplacedAsync([.. selection.Outdated.Where(runs.Contains)], runs, cancellation);
        var told = Told(outcomes, replaced, runs.Clocks);
        var written = told.Count == 0 ? [] : await RatingRows.WriteAsync(database, told, selection.Moves, session.Now, cancellation);
        _late.UnionWith(
            told.Select(outcome => new RatedPeriod(outcome.Before.Subscription, outcome.Before.Days))
                .Where(period => !written.Contains(period))
                .Select(period => period.Subscription)
        );
        return told.Count == 0
            ? default
            : new RatedCount(subscriptions.Count, selection.Added.Values.Sum(records => records.Count), told.Count - written.Count);
    }

    /// <summary>
    /// The current periods of subscriptions whose plans may have changed: where others that share a value pool have used something,
    /// they are rated though they have used nothing, so that all know what there is.
    /// </summary>
    private List<RatedPeriod> Joining(IReadOnlyList<UsageWork> work, IReadOnlyDictionary<Usn, RatingClock> clocks) =>
        !sharing.AreThere
            ? []
            :
            [
                .. work.Where(each => each.Last is null)
                    .SelectMany(each => each.Subscriptions)
                    .Distinct()
                    .Where(clocks.ContainsKey)
                    .Select(usn => (Usn: usn, Days: clocks[usn].PeriodAt(session.Now)))
                    .Where(pair => pair.Days is not null)
                    .Select(pair => new RatedPeriod(pair.Usn, pair.Days!.Value)),
            ];

    /// <summary>Rates the periods for which something is to be done: on from where they are, or anew.</summary>
    private async IAsyncEnumerable<RatedOutcome> RateAsync(
        IReadOnlyList<RatedPeriod> wanted,
        RatingSelection selection,
        RatingRuns runs,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var replayed = new List<RatedPeriod>();
        foreach (var period in wanted.Where(period => runs.GroupOf(period) is null))
        {
            var run = runs.Of(period);
            var (isAgain, isAdded) = (selection.Again.Contains(period), selection.Added.ContainsKey(period));
            if (!isAgain && !isAdded && runs.IsUpToDate(period))
            {
                continue;
            }

            if (!isAgain && isAdded && run.CanGoOn(selection.Added[period]))
            {
                yield return run.GoOn(selection.Added[period]);
            }
            else
            {
                replayed.Add(period);
            }
        }

        foreach (var group in wanted.Select(runs.GroupOf).OfType<SharingGroup>().Distinct())
        {
            var isAgain = group.Members.Any(selection.Again.Contains);
            var run = runs.Of(group);
            var added = group.Members.Select(member => selection.Added.GetValueOrDefault(member) ?? []).ToList();
            if (!isAgain && added.TrueForAll(records => records.Count == 0) && group.Members.All(member => runs.Of(member).IsUpToDate))
            {
                continue;
            }

            if (!isAgain && run.CanGoOn(added))
            {
                foreach (var outcome in run.GoOn(added))
                {
                    yield return outcome;
                }
            }
            else
            {
                replayed.AddRange(group.Members);
            }
        }

        await foreach (var outcome in ReplayAsync(replayed, runs, cancellation))
        {
            yield return outcome;
        }
    }

    /// <param name="replayed">Those who share value pools come one after the other.</param>
    private async IAsyncEnumerable<RatedOutcome> ReplayAsync(
        IReadOnlyList<RatedPeriod> replayed,
        RatingRuns runs,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        if (replayed.Count == 0)
        {
            yield break;
        }

        var booked = await BookedAsync(replayed, runs, cancellation);
        var spans = replayed
            .Select(period =>
            {
                var span = runs.Clocks[period.Subscription].SpanOf(period.Days);
                return (period.Subscription, span.Begins, span.Ends);
            })
            .ToList();
        var records = new List<UsageRecord>();
        var ofGroup = new List<IReadOnlyList<UsageRecord>>();
        var at = 0;
        await foreach (var (span, record) in UsageRecordQuery.OfSpansAsync(database, spans, cancellation))
        {
            for (; at < span; at++)
            {
                foreach (var outcome in Replayed(at))
                {
                    yield return outcome;
                }
            }

            records.Add(record);
        }

        for (; at < replayed.Count; at++)
        {
            foreach (var outcome in Replayed(at))
            {
                yield return outcome;
            }
        }

        IReadOnlyList<RatedOutcome> Replayed(int place)
        {
            var period = replayed[place];
            if (runs.GroupOf(period) is not { } group)
            {
                var outcome = runs.Of(period).Replay(records, [.. booked[period]]);
                records.Clear();
                return [outcome];
            }

            ofGroup.Add([.. records]);
            records.Clear();
            if (ofGroup.Count < group.Members.Count)
            {
                return [];
            }

            var outcomes = runs.Of(group)
                .Replay(ofGroup, [.. group.Members.Select(member => (IReadOnlyList<(UsageRating, DateTimeOffset)>)[.. booked[member]])]);
            ofGroup.Clear();
            return outcomes;
        }
    }

    /// <summary>Takes all charges out of periods that an earlier cycle had.</summary>
    private async Task<IReadOnlyList<RatedOutcome>> ReplacedAsync(
        IReadOnlyList<RatedPeriod> outdated,
        RatingRuns runs,
        CancellationToken cancellation
    )
    {
        if (outdated.Count == 0)
        {
            return [];
        }

        var booked = await BookedAsync(outdated, runs, cancellation);
        return [.. outdated.Select(period => runs.Of(period).Replay([], [.. booked[period]]).Replaced())];
    }

    private async Task<ILookup<RatedPeriod, (UsageRating Rating, DateTimeOffset Start)>> BookedAsync(
        IReadOnlyList<RatedPeriod> wanted,
        RatingRuns runs,
        CancellationToken cancellation
    )
    {
        var known = wanted.Select(period => runs.Before(period)).Where(before => before.Version > 0).ToList();
        return known.Count == 0
            ? Enumerable.Empty<(RatedPeriod, (UsageRating, DateTimeOffset))>().ToLookup(pair => pair.Item1, pair => pair.Item2)
            : await RatingRows.BookedAsync(database, known, cancellation);
    }

    /// <summary>
    /// The same with what is to be told. What a period that is over had reached was told while it went on; where the cycle has changed, it
    /// may have gone on until now.
    /// </summary>
    private IReadOnlyList<RatedOutcome> Told(
        IReadOnlyList<RatedOutcome> outcomes,
        IReadOnlyCollection<RatedOutcome> replaced,
        IReadOnlyDictionary<Usn, RatingClock> clocks
    )
    {
        var begun = outcomes.Where(outcome => outcome.Before.Version == 0 && IsNow(outcome)).Select(Subscription).ToHashSet();
        var ended = outcomes
            .Where(outcome => outcome.Before.Alert && !IsNow(outcome) && begun.Contains(Subscription(outcome)))
            .Concat(replaced.Where(outcome => outcome.Before.Alert))
            .OrderBy(outcome => outcome.Before.Days.From)
            .ToLookup(Subscription);
        return
        [
            .. outcomes
                .Select(outcome =>
                    !IsNow(outcome) ? (ended[Subscription(outcome)].Contains(outcome) ? outcome.Handed() : outcome)
                    : begun.Contains(Subscription(outcome))
                        ? outcome.Told(ended[Subscription(outcome)].LastOrDefault()?.Before.State ?? outcome.Before.State)
                    : outcome.Told(outcome.Before.State)
                )
                .Where(outcome => !outcome.IsNothing),
            .. replaced,
        ];

        static Usn Subscription(RatedOutcome outcome) => outcome.Before.Subscription;

        bool IsNow(RatedOutcome outcome) => clocks[Subscription(outcome)].SpanOf(outcome.Before.Days).Contains(session.Now);
    }
}
