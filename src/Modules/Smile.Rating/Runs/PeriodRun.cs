using Smile.Kernel;
using Smile.Rating.Engine;
using Smile.Rating.Subjects;
using Smile.Rating.Tariffs;
using Smile.Usage.Storage;

namespace Smile.Rating.Runs;

/// <summary>
/// Rates a period, or goes on with it, and says what is to be written: a record's price is the sum of its ratings, so that what differs
/// from what was booked is booked besides.
/// </summary>
/// <param name="sharing">The account whose subscriptions share value pools with this one in the period; null for none.</param>
internal sealed class PeriodRun(StoredPeriod before, RatingSubject subject, string stamp, PeriodSpan billedIn, Usn? sharing)
{
    public StoredPeriod Before => before;

    public RatingSubject Subject => subject;

    /// <summary>Whether everything that the charges depend on besides records is as it was when they were rated.</summary>
    public bool IsUpToDate => before.Stamp == stamp;

    /// <summary>Whether value pools and prepaid blocks have as much of earlier periods as when it was rated.</summary>
    public bool BeginsAsBefore => HasPoolsAsBefore && HasBlocksAsBefore;

    private bool HasBlocksAsBefore =>
        before
            .State.PrepaidBlocks.Select(block => (block.Id, block.UsedBefore))
            .ToHashSet()
            .SetEquals(subject.PrepaidBlocks.Select(block => (block.Id, block.Used)));

    private bool HasPoolsAsBefore =>
        before
            .State.ValuePools.Where(pool => pool.Rolled.Count > 0)
            .SelectMany(pool => pool.Rolled.Select(value => (pool.PlanScheduleItem, pool.Id, value)))
            .ToHashSet()
            .SetEquals(subject.RolledOver.SelectMany(pool => pool.Values.Select(value => (pool.PlanScheduleItem, pool.Pool, value))));

    /// <summary>
    /// Whether rating can go on from its meters: it takes usage, and nothing that its charges depend on has changed. A period of which
    /// nothing was rated may have records that came with work that is not this one's: it is read whole, too.
    /// </summary>
    public bool HasMeters => before.Status == PeriodStatus.Open && before.Version > 0 && IsUpToDate && before.Meters is not null;

    /// <summary>Whether rating can go on with new records: they come behind all that were rated, too.</summary>
    public bool CanGoOn(IReadOnlyList<UsageRecord> added) => HasMeters && AreBehind(added, before.Last);

    /// <summary>Whether records come behind one.</summary>
    public static bool AreBehind(IEnumerable<UsageRecord> added, (DateTimeOffset Start, long Id)? last) =>
        last is not { } known || added.All(record => (record.Start, record.Id).CompareTo(known) > 0);

    /// <summary>Goes on with records that come behind all that were rated.</summary>
    public RatedOutcome GoOn(IEnumerable<UsageRecord> added)
    {
        var pass = Continue(new SharedPools());
        foreach (var record in added)
        {
            pass.Rate(record);
        }

        return Continued(pass);
    }

    /// <summary>Rates all records anew.</summary>
    /// <param name="booked">The sums of what is booked of the period so far.</param>
    public RatedOutcome Replay(IEnumerable<UsageRecord> all, IReadOnlyList<(UsageRating Rating, DateTimeOffset Start)> booked)
    {
        var pass = Anew(new SharedPools());
        foreach (var record in all)
        {
            pass.Rate(record);
        }

        return Replayed(pass, booked);
    }

    /// <summary>A way through records that come behind all that were rated.</summary>
    public PeriodPass Continue(SharedPools shared) =>
        new(new PeriodRater(subject, shared, before.Meters, before.Last), subject.Begins, subject.Ends);

    /// <summary>A way through all records.</summary>
    public PeriodPass Anew(SharedPools shared) => new(new PeriodRater(subject, shared, null, null), subject.Begins, subject.Ends);

    /// <summary>What a way through records that come behind all that were rated has come to.</summary>
    public RatedOutcome Continued(PeriodPass pass) => Outcome(pass, before.Records, before.Problems, before.Last, pass.Ratings, false);

    /// <summary>What a way through all records has come to.</summary>
    /// <param name="booked">The sums of what is booked of the period so far.</param>
    public RatedOutcome Replayed(PeriodPass pass, IReadOnlyList<(UsageRating Rating, DateTimeOffset Start)> booked) =>
        Outcome(pass, 0, 0, null, Difference(pass.Ratings, booked), true);

    private RatedOutcome Outcome(
        PeriodPass pass,
        int records,
        int problems,
        (DateTimeOffset Start, long Id)? last,
        IReadOnlyList<(UsageRating Rating, DateTimeOffset Start)> ratings,
        bool isWhole
    )
    {
        var version = before.Version + 1;
        var components = new Dictionary<long, int>();
        var rows = ratings
            .Select(pair =>
            {
                var component = components[pair.Rating.Record] = components.GetValueOrDefault(pair.Rating.Record) + 1;
                return new BookedRating(pair.Rating, pair.Start, version, component);
            })
            .ToList();
        var after = before with
        {
            Version = version,
            Records = records + pass.Records,
            Problems = problems + pass.Errors.Count,
            Amount = before.Amount + ratings.Sum(pair => pair.Rating.Amount),
            Last = pass.Last ?? last,
            Stamp = stamp,
            Meters = pass.Rater.Meters(),
            State = pass.Rater.State().After(before.State),
            Instants = new PeriodInstants(subject.Begins, subject.Ends, subject.Zone.Name),
            Sharing = sharing,
        };
        return new RatedOutcome(before, after, billedIn, rows, pass.Errors, isWhole);
    }

    /// <summary>What is to be booked so that the sums are what they should be. A charge that is the same stays.</summary>
    private static List<(UsageRating Rating, DateTimeOffset Start)> Difference(
        IReadOnlyList<(UsageRating Rating, DateTimeOffset Start)> wanted,
        IReadOnlyList<(UsageRating Rating, DateTimeOffset Start)> booked
    )
    {
        var missing = new Dictionary<UsageRating, (decimal Units, decimal Price, decimal Amount, DateTimeOffset Start)>();
        foreach (var (rating, start) in wanted)
        {
            Add(rating, start, 1);
        }

        foreach (var (rating, start) in booked)
        {
            Add(rating, start, -1);
        }

        return
        [
            .. missing
                .Where(pair => pair.Value is not { Units: 0m, Price: 0m, Amount: 0m })
                .Select(pair =>
                    (pair.Key with { Units = pair.Value.Units, Price = pair.Value.Price, Amount = pair.Value.Amount }, pair.Value.Start)
                ),
        ];

        void Add(UsageRating rating, DateTimeOffset start, int sign)
        {
            var key = rating with { Units = 0m, Price = 0m, Amount = 0m };
            var sum = missing.GetValueOrDefault(key);
            missing[key] = (
                sum.Units + (sign * rating.Units),
                sum.Price + (sign * rating.Price),
                sum.Amount + (sign * rating.Amount),
                start
            );
        }
    }

    public static DateTimeOffset EndOf(UsageRecord record) =>
        record.Seconds <= 0m ? record.Start.AddTicks(1) : record.Start.AddTicks((long)(record.Seconds * TimeSpan.TicksPerSecond));
}
