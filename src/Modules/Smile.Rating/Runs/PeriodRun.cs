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
internal sealed class PeriodRun(StoredPeriod before, RatingSubject subject, string stamp, PeriodSpan billedIn)
{
    private readonly DateTimeOffset _end = subject.Ends;
    private readonly DateTimeOffset _start = subject.Begins;

    /// <summary>Whether everything that the charges depend on besides records is as it was when they were rated.</summary>
    public bool IsUpToDate => before.Stamp == stamp;

    /// <summary>Whether value pools have as much of earlier periods as when it was rated.</summary>
    public bool BeginsAsBefore =>
        before
            .State.ValuePools.Where(pool => pool.Rolled.Count > 0)
            .SelectMany(pool => pool.Rolled.Select(value => (pool.PlanScheduleItem, pool.Id, value)))
            .ToHashSet()
            .SetEquals(subject.RolledOver.SelectMany(pool => pool.Values.Select(value => (pool.PlanScheduleItem, pool.Pool, value))));

    /// <summary>Whether rating can go on with new records: they come behind all that were rated, and nothing else has changed.</summary>
    public bool CanGoOn(IReadOnlyList<UsageRecord> added) =>
        before.Status == PeriodStatus.Open
        && before.Stamp == stamp
        && before.Meters is not null
        && (before.Last is not { } last || added.All(record => (record.Start, record.Id).CompareTo(last) > 0));

    /// <summary>Goes on with records that come behind all that were rated.</summary>
    public RatedOutcome GoOn(IEnumerable<UsageRecord> added)
    {
        var rater = new PeriodRater(subject, before.Meters, before.Last);
        var (ratings, errors) = Rate(rater, added);
        return Outcome(rater, before.Records, before.Problems, before.Last, ratings, errors, isWhole: false);
    }

    /// <summary>Rates all records anew.</summary>
    /// <param name="booked">The sums of what is booked of the period so far.</param>
    public RatedOutcome Replay(IEnumerable<UsageRecord> all, IReadOnlyList<(UsageRating Rating, DateTimeOffset Start)> booked)
    {
        var rater = new PeriodRater(subject);
        var (ratings, errors) = Rate(rater, all);
        return Outcome(rater, 0, 0, null, Difference(ratings, booked), errors, isWhole: true);
    }

    private int _records;
    private (DateTimeOffset Start, long Id)? _last;

    private (List<(UsageRating Rating, DateTimeOffset Start)> Ratings, List<RatingError> Errors) Rate(
        PeriodRater rater,
        IEnumerable<UsageRecord> records
    )
    {
        var ratings = new List<(UsageRating, DateTimeOffset)>();
        var errors = new List<RatingError>();
        var ofRecord = new List<UsageRating>();
        foreach (var record in records.Where(record => record.Start < _end && EndOf(record) > _start))
        {
            ofRecord.Clear();
            var problem = rater.Rate(Usage(record), ofRecord);
            foreach (var rating in ofRecord)
            {
                ratings.Add((rating, record.Start));
            }

            // What begins before the period is counted where it begins.
            if (record.Start >= _start)
            {
                _records++;
                if (problem != RatingProblem.None)
                {
                    errors.Add(new RatingError(record.Id, record.Start, problem));
                }
            }

            _last = (record.Start, record.Id);
        }

        return (ratings, errors);
    }

    private RatedOutcome Outcome(
        PeriodRater rater,
        int records,
        int problems,
        (DateTimeOffset Start, long Id)? last,
        List<(UsageRating Rating, DateTimeOffset Start)> ratings,
        List<RatingError> errors,
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
            Records = records + _records,
            Problems = problems + errors.Count,
            Amount = before.Amount + ratings.Sum(pair => pair.Rating.Amount),
            Last = _last ?? last,
            Stamp = stamp,
            Meters = rater.Meters(),
            State = rater.State().After(before.State),
            Instants = new PeriodInstants(subject.Begins, subject.Ends, subject.Zone.Name),
        };
        return new RatedOutcome(before, after, billedIn, rows, errors, isWhole);
    }

    /// <summary>What is to be booked so that the sums are what they should be. A charge that is the same stays.</summary>
    private static List<(UsageRating Rating, DateTimeOffset Start)> Difference(
        List<(UsageRating Rating, DateTimeOffset Start)> wanted,
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

    private static UsageToRate Usage(UsageRecord record) =>
        new(record.Id, record.Start, record.CallType)
        {
            Caller = record.Caller,
            Called = record.Called,
            Role = record.Role,
            OnNet = (OnNet)record.OnNet,
            Seconds = record.Seconds,
            BytesReceived = record.BytesReceived,
            BytesSent = record.BytesSent,
            Pages = record.Pages,
            Events = record.Events,
            WholesaleCharge = record.WholesaleCharge,
            Session = record.Session,
            IsStartOfSession = record.IsStartOfSession,
        };
}
