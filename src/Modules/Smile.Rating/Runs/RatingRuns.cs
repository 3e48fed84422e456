using Smile.Kernel;
using Smile.Rating.Engine;
using Smile.Rating.Storage;
using Smile.Rating.Subjects;
using Smile.Session;
using Smile.Usage;

namespace Smile.Rating.Runs;

/// <summary>What the rating of many periods begins with, and how each is done.</summary>
internal sealed class RatingRuns
{
    private readonly Dictionary<RatedPeriod, StoredPeriod> _before = [];
    private readonly Dictionary<RatedPeriod, PeriodRun> _runs = [];
    private readonly HashSet<RatedPeriod> _wanted;
    private readonly IReadOnlyDictionary<RatedPeriod, RatingSubject> _subjects;
    private readonly IReadOnlyDictionary<Usn, RatingClock> _clocks;
    private readonly RolledValues _rolled;
    private readonly LateBills _late;
    private readonly long _tariffs;
    private readonly DateTimeOffset _now;

    private RatingRuns(
        IReadOnlyCollection<RatedPeriod> wanted,
        IReadOnlyCollection<RatedPeriod> behind,
        IReadOnlyDictionary<(Usn Subscription, DateOnly From), StoredPeriod> stored,
        IReadOnlyDictionary<RatedPeriod, RatingSubject> subjects,
        IReadOnlyDictionary<Usn, RatingClock> clocks,
        RolledValues rolled,
        LateBills late,
        long tariffs,
        DateTimeOffset now
    )
    {
        (_subjects, _clocks, _rolled, _late, _tariffs, _now) = (subjects, clocks, rolled, late, tariffs, now);
        _wanted = [.. wanted];
        foreach (var period in wanted.Concat(behind).Where(subjects.ContainsKey))
        {
            var known = stored.GetValueOrDefault((period.Subscription, period.Days.From));

            // Without its records a period that is archived would come to nothing: all that was charged would be booked back.
            if (known is not { IsArchived: true })
            {
                _before.Add(
                    period,
                    known?.Of(clocks[period.Subscription].SpanOf(period.Days)) ?? StoredPeriod.New(period.Subscription, period.Days)
                );
            }
        }
    }

    /// <summary>Reads it with as many queries for many as for one; periods of subscriptions that there are not are left out.</summary>
    public static async Task<RatingRuns> ReadAsync(
        StageSession session,
        UsageDatabase database,
        RatingSubjects subjects,
        RollOver rollOver,
        IReadOnlyCollection<RatedPeriod> periods,
        IReadOnlyDictionary<Usn, RatedSubscription> rated,
        IReadOnlyDictionary<Usn, RatingClock> clocks,
        CancellationToken cancellation
    )
    {
        var subjectOf = await subjects.OfAsync(periods, rated, clocks, cancellation);
        var rolled = await rollOver.ReadAsync(subjectOf, clocks, cancellation);

        // What is left of a period may have changed what the ones behind it begin with.
        var behind = rolled.Behind.Where(period => !subjectOf.ContainsKey(period)).ToList();
        if (behind.Count > 0)
        {
            subjectOf = subjectOf
                .Concat(await subjects.OfAsync(behind, rated, clocks, cancellation))
                .ToDictionary(pair => pair.Key, pair => pair.Value);
        }

        var stored = (await RatingRows.PeriodsAsync(database, [.. periods, .. behind], cancellation)).ToDictionary(each =>
            (each.Subscription, each.Days.From)
        );
        var late = await LateBills.OfAsync(database, stored.Values, cancellation);
        var tariffs = await session.Database.TariffVersionAsync(cancellation);
        return new RatingRuns(periods, behind, stored, subjectOf, clocks, rolled, late, tariffs, session.Now);
    }

    public bool Contains(RatedPeriod period) => _before.ContainsKey(period);

    public StoredPeriod Before(RatedPeriod period) => _before[period];

    /// <summary>The periods in the order in which they are rated: those that begin with what is left of another are behind it.</summary>
    /// <param name="wanted">What is rated in any case.</param>
    public IEnumerable<IReadOnlyList<RatedPeriod>> InTurns(IEnumerable<RatedPeriod> wanted)
    {
        var chains = wanted
            .Concat(_rolled.Behind)
            .Where(Contains)
            .Distinct()
            .GroupBy(period => period.Subscription)
            .Select(periods => periods.OrderBy(period => period.Days.From).ToList())
            .ToLookup(chain => chain.Any(period => _subjects[period].RollsOver));
        var inOneGo = chains[false].SelectMany(chain => chain).ToList();
        if (inOneGo.Count > 0)
        {
            yield return inOneGo;
        }

        var inTurn = chains[true].ToList();
        for (var turn = 0; inTurn.Any(chain => chain.Count > turn); turn++)
        {
            yield return [.. inTurn.Where(chain => chain.Count > turn).Select(chain => chain[turn])];
        }
    }

    /// <summary>Whether there is nothing to be done for a period besides what is new of it.</summary>
    public bool IsUpToDate(RatedPeriod period) => Of(period).IsUpToDate || (!_wanted.Contains(period) && Of(period).BeginsAsBefore);

    /// <summary>How a period is rated, by what is known when it is asked for first.</summary>
    public PeriodRun Of(RatedPeriod period)
    {
        if (!_runs.TryGetValue(period, out var run))
        {
            var subject = _subjects[period] with { RolledOver = _rolled.Into(period, _subjects[period]) };
            var billedIn = _late.BilledIn(_before[period], _clocks[period.Subscription], _now);
            _runs.Add(period, run = new PeriodRun(_before[period], subject, RatingStamp.Of(subject, _tariffs), billedIn));
        }

        return run;
    }

    /// <summary>Notes what a period has come to, for those behind it.</summary>
    public void Note(RatedOutcome outcome) =>
        _rolled.Note(new RatedPeriod(outcome.Before.Subscription, outcome.Before.Days), outcome.After.State);
}
