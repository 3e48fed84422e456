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
    private readonly Dictionary<RatedPeriod, SharingGroup> _groups = [];
    private readonly Dictionary<RatedPeriod, string> _stamps = [];
    private readonly HashSet<RatedPeriod> _wanted;
    private readonly IReadOnlyDictionary<RatedPeriod, RatingSubject> _subjects;
    private readonly RolledValues _rolled;
    private readonly LateBills _late;
    private readonly long _tariffs;
    private readonly DateTimeOffset _now;

    private RatingRuns(
        IReadOnlyCollection<RatedPeriod> wanted,
        IReadOnlyCollection<SharingGroup> groups,
        IReadOnlyDictionary<(Usn Subscription, DateOnly From), StoredPeriod> stored,
        IReadOnlyDictionary<RatedPeriod, RatingSubject> subjects,
        IReadOnlyDictionary<Usn, RatingClock> clocks,
        RolledValues rolled,
        LateBills late,
        long tariffs,
        DateTimeOffset now
    )
    {
        (_subjects, _rolled, _late, _tariffs, _now) = (subjects, rolled, late, tariffs, now);
        Clocks = clocks;
        _wanted = [.. wanted];
        foreach (var period in subjects.Keys)
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

        foreach (var group in groups)
        {
            foreach (var member in group.Members)
            {
                _groups.Add(member, group);
            }

            if (!group.Members.All(_before.ContainsKey))
            {
                foreach (var member in group.Members)
                {
                    _before.Remove(member);
                }
            }
        }
    }

    /// <summary>Reads it with as many queries for many as for one; periods of subscriptions that there are not are left out.</summary>
    /// <param name="periods">What is to be rated.</param>
    /// <param name="joining">Periods that are only rated where others that share value pools with them are.</param>
    public static async Task<RatingRuns> ReadAsync(
        StageSession session,
        UsageDatabase database,
        RatingSubjects subjects,
        RollOver rollOver,
        SharedPeriods sharing,
        IReadOnlyCollection<RatedPeriod> periods,
        IReadOnlyCollection<RatedPeriod> joining,
        IReadOnlyDictionary<Usn, RatedSubscription> rated,
        IReadOnlyDictionary<Usn, RatingClock> clocks,
        CancellationToken cancellation
    )
    {
        var wanted = periods.ToHashSet();
        var asked = periods.Union(joining).ToList();
        var known = await subjects.OfAsync(asked, rated, clocks, cancellation);
        var stored = await RatingRows.PeriodsAsync(database, asked, cancellation);
        var shared = SharedSubjects.None;
        if (sharing.AreThere || stored.Any(period => period.Sharing is not null))
        {
            var accounts = rated.ToDictionary(pair => pair.Key, pair => pair.Value.Account.Usn);
            shared = await sharing.ReadAsync(known, accounts, clocks, stored, cancellation);
            clocks = shared.Clocks.Count == 0 ? clocks : shared.Clocks;
        }

        var members = shared.Groups.SelectMany(group => group.Members).ToHashSet();
        var subjectOf = known
            .Where(pair => !members.Contains(pair.Key) && wanted.Contains(pair.Key))
            .Concat(shared.Subjects)
            .ToDictionary(pair => pair.Key, pair => pair.Value);
        var rolled = await rollOver.ReadAsync(subjectOf, clocks, cancellation);

        // What is left of a period may have changed what the ones behind it begin with.
        var behind = rolled.Behind.Where(period => !subjectOf.ContainsKey(period)).ToList();
        if (behind.Count > 0)
        {
            subjectOf = subjectOf
                .Concat(await subjects.OfAsync(behind, clocks, cancellation))
                .ToDictionary(pair => pair.Key, pair => pair.Value);
        }

        var storedOf = stored
            .Concat(shared.Stored)
            .Concat(behind.Count == 0 ? [] : await RatingRows.PeriodsAsync(database, behind, cancellation))
            .DistinctBy(each => (each.Subscription, each.Days.From))
            .ToDictionary(each => (each.Subscription, each.Days.From));
        var late = await LateBills.OfAsync(database, storedOf.Values, cancellation);
        var tariffs = await session.Database.TariffVersionAsync(cancellation);
        return new RatingRuns(wanted, shared.Groups, storedOf, subjectOf, clocks, rolled, late, tariffs, session.Now);
    }

    /// <summary>Of all subscriptions that something is rated of.</summary>
    public IReadOnlyDictionary<Usn, RatingClock> Clocks { get; }

    /// <summary>Those who share value pools with a period; null for none.</summary>
    public SharingGroup? GroupOf(RatedPeriod period) => _groups.GetValueOrDefault(period);

    public bool Contains(RatedPeriod period) => _before.ContainsKey(period);

    public StoredPeriod Before(RatedPeriod period) => _before[period];

    /// <summary>The periods in the order in which they are rated: those that begin with what is left of another are behind it.</summary>
    /// <param name="wanted">What is rated in any case.</param>
    public IEnumerable<IReadOnlyList<RatedPeriod>> InTurns(IEnumerable<RatedPeriod> wanted)
    {
        var all = wanted
            .Where(period => !_groups.ContainsKey(period))
            .Concat(_groups.Keys)
            .Concat(_rolled.Behind)
            .Where(Contains)
            .Distinct()
            .ToList();

        // What begins on one day is rated in one turn where anything of it is shared: those before it were.
        var sharing = all.Where(_groups.ContainsKey).Select(period => period.Subscription).ToHashSet();
        var byDay = all.Where(period => sharing.Contains(period.Subscription))
            .GroupBy(period => period.Days.From)
            .OrderBy(periods => periods.Key)
            .Select(periods => periods.ToList())
            .ToList();
        var chains = all.Where(period => !sharing.Contains(period.Subscription))
            .GroupBy(period => period.Subscription)
            .Select(periods => periods.OrderBy(period => period.Days.From).ToList())
            .ToLookup(chain => chain.Any(period => _subjects[period].CarriesOver));
        var inOneGo = chains[false].SelectMany(chain => chain).ToList();
        if (inOneGo.Count > 0)
        {
            yield return inOneGo;
        }

        var inTurn = chains[true].ToList();
        for (var turn = 0; turn < byDay.Count || inTurn.Any(chain => chain.Count > turn); turn++)
        {
            yield return
            [
                .. turn < byDay.Count ? byDay[turn] : [],
                .. inTurn.Where(chain => chain.Count > turn).Select(chain => chain[turn]),
            ];
        }
    }

    /// <summary>How those who share value pools are rated.</summary>
    public SharedRun Of(SharingGroup group) => new([.. group.Members.Select(Of)]);

    /// <summary>Whether there is nothing to be done for a period besides what is new of it.</summary>
    public bool IsUpToDate(RatedPeriod period) => Of(period).IsUpToDate || (!_wanted.Contains(period) && Of(period).BeginsAsBefore);

    /// <summary>How a period is rated, by what is known when it is asked for first.</summary>
    public PeriodRun Of(RatedPeriod period)
    {
        if (!_runs.TryGetValue(period, out var run))
        {
            var group = GroupOf(period);
            var stamp = group is null ? StampOf(period) : RatingStamp.Of(group.Account, group.Members.Select(StampOf));
            var billedIn = _late.BilledIn(_before[period], Clocks[period.Subscription], _now);
            _runs.Add(period, run = new PeriodRun(_before[period], Subject(period), stamp, billedIn, group?.Account));
        }

        return run;
    }

    private RatingSubject Subject(RatedPeriod period) => _rolled.Begun(period, _subjects[period]);

    private string StampOf(RatedPeriod period)
    {
        if (!_stamps.TryGetValue(period, out var stamp))
        {
            _stamps.Add(period, stamp = RatingStamp.Of(Subject(period), _tariffs));
        }

        return stamp;
    }

    /// <summary>Notes what a period has come to, for those behind it.</summary>
    public void Note(RatedOutcome outcome) =>
        _rolled.Note(new RatedPeriod(outcome.Before.Subscription, outcome.Before.Days), outcome.After.State);
}
