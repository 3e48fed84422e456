using Smile.Catalogue;

namespace Smile.Rating.Engine;

/// <summary>
/// Rates the usage of one rating period of a subscription: the one function behind pre-rating, rating at the period's end and re-rating.
/// The same usage in the same order has the same ratings, whatever was rated before; it reads neither a clock nor a database.
/// </summary>
public sealed class PeriodRater
{
    private const int MostSessions = 2_000;

    private readonly RatingSubject _subject;
    private readonly SharedPools _shared;
    private readonly MeterLog _log = new();
    private readonly PeriodMeters _meters;
    private readonly List<(ChargingTimeline Timeline, RecordRater Rater)> _schedules;
    private readonly List<UsageRating> _ofRecord = [];
    private long? _plan;
    private (DateTimeOffset Start, long Id)? _last;

    /// <param name="meters">What the meters showed when rating stopped; null for a period of which nothing is rated.</param>
    /// <param name="last">The last record that was rated before.</param>
    public PeriodRater(RatingSubject subject, RatingMeters? meters = null, (DateTimeOffset Start, long Id)? last = null)
        : this(subject, new SharedPools(), meters, last) { }

    /// <param name="shared">The same for all subscriptions whose value pools are one; their records come in one order.</param>
    internal PeriodRater(RatingSubject subject, SharedPools shared, RatingMeters? meters, (DateTimeOffset Start, long Id)? last)
    {
        _last = last;
        _subject = subject;
        _shared = shared;
        _meters = new PeriodMeters(subject.SpendLimits, subject.PrepaidBlocks);
        _schedules =
        [
            .. subject
                .Stints.GroupBy(stint => stint.ScheduleType)
                .OrderBy(group => group.Key)
                .Select(group => new ChargingTimeline(subject, shared, group))
                .Select(timeline => (timeline, new RecordRater(timeline, _meters, _log))),
        ];
        if (meters is not null)
        {
            SetMeters(meters);
        }

        if (last is { } at)
        {
            shared.Advance(at.Start);
        }
    }

    /// <summary>Rates a record. Records come in the order of their starts, and of their ids where those are the same.</summary>
    /// <param name="ratings">What it is charged is added here; nothing where there is a problem.</param>
    /// <exception cref="ArgumentException">The record comes before one that was rated.</exception>
    public RatingProblem Rate(UsageToRate usage, ICollection<UsageRating> ratings)
    {
        if (_last is { } last && (usage.Start, usage.Id).CompareTo(last) <= 0)
        {
            throw new ArgumentException($"Record {usage.Id} comes before one that was rated.", nameof(usage));
        }

        _last = (usage.Start, usage.Id);
        _shared.Advance(usage.Start);
        if (usage is { IsStartOfSession: true, Session: { } session } && _meters.Sessions.HasStarted(session))
        {
            // Sources that do not say which record is the first of a session say so of all.
            usage = usage with
            {
                IsStartOfSession = false,
            };
        }

        FollowPlan(usage);
        _log.Clear();
        _ofRecord.Clear();
        var destination = _subject.Tariffs.DestinationOf(usage);
        var problem = RatingProblem.NoPlan;
        foreach (var (_, rater) in _schedules)
        {
            var result = rater.Rate(usage, destination, _ofRecord);
            if (result is RatingProblem.None)
            {
                problem = RatingProblem.None;
            }
            else if (result is not (RatingProblem.NoRule or RatingProblem.NoPlan))
            {
                // Nothing is charged of what cannot be charged in full.
                _log.UndoAll();
                _meters.Sessions.Forget();
                return result;
            }
            else if (problem == RatingProblem.NoPlan)
            {
                // A plan without a rule for it says more than a schedule without a plan.
                problem = result;
            }
        }

        _meters.Sessions.Keep(usage);
        if (problem == RatingProblem.None)
        {
            foreach (var rating in _ofRecord)
            {
                ratings.Add(rating);
            }
        }

        return problem;
    }

    /// <summary>What is counted so far.</summary>
    public PeriodState State() =>
        new(
            [.. _meters.SpendLimits.Select(each => LimitState.Of(each.Limit.Id, 0L, each.Meter, each.Limit.Thresholds))],
            [.. _schedules.SelectMany(each => each.Timeline.Stints).SelectMany(PoolsOf)],
            [.. _schedules.SelectMany(each => each.Timeline.Stints).SelectMany(AlertGroupsOf)],
            [
                .. _schedules
                    .SelectMany(each => each.Timeline.Stints)
                    .SelectMany(stint =>
                        stint.Rules.Where(rule => rule.AppliesFeatures(_meters.Prepaid.LatestStart(rule, stint.Stint.Plan.Code)))
                    )
                    .SelectMany(rule => rule.Item.AppliesFeatures)
                    .Distinct()
                    .Order(),
            ]
        )
        {
            PrepaidBlocks = [.. _meters.Prepaid.All.Select(meter => meter.State())],
        };

    /// <summary>
    /// What the meters show, so that rating can go on from here; null where it would be more than is worth keeping, so that the period is
    /// rated anew each time.
    /// </summary>
    public RatingMeters? Meters() =>
        _meters.Sessions.Count > MostSessions
            ? null
            : new RatingMeters(
                _plan,
                [
                    .. AllMeters()
                        .Where(each => each.Meter.Used != 0m)
                        .Select(each => new MeterReading(each.Kind, each.Stint, each.Id, each.Meter.Used)),
                ],
                _meters.Sessions.Readings()
            );

    private void SetMeters(RatingMeters meters)
    {
        _plan = meters.Plan;
        var readings = meters.Readings.ToDictionary(reading => (reading.Kind, reading.Stint, reading.Id), reading => reading.Used);
        foreach (var (kind, stint, id, meter) in AllMeters())
        {
            meter.Reset(readings.GetValueOrDefault((kind, stint, id)));
        }

        _meters.Sessions.Set(meters.Sessions);
    }

    private IEnumerable<(MeterKind Kind, long Stint, int Id, Meter Meter)> AllMeters() =>
        _meters
            .SpendLimits.Select(each => (MeterKind.SpendLimit, 0L, each.Limit.Id, each.Meter))
            .Concat(_meters.Prepaid.All.Select(each => (MeterKind.Prepaid, each.Block.Id, 0, each.Units)))
            .Concat(
                _schedules
                    .SelectMany(each => each.Timeline.Stints)
                    .SelectMany(stint =>
                        stint
                            .Rules.Select(rule => (MeterKind.Rule, stint.Stint.Id, rule.Item.Id, rule.Units))
                            .Concat(stint.Rules.Select(rule => (MeterKind.LastCharge, stint.Stint.Id, rule.Item.Id, rule.LastCharge)))
                            .Concat(stint.Pools.Select(pool => (MeterKind.ValuePool, stint.Stint.Id, pool.Key, pool.Value)))
                            .Concat(stint.AlertGroups.Select(group => (MeterKind.UsageAlertGroup, stint.Stint.Id, group.Key, group.Value)))
                    )
            );

    /// <summary>Spend limits begin at zero where the subscription changes its plan of the first plan schedule type.</summary>
    private void FollowPlan(UsageToRate usage)
    {
        if (_schedules.Count == 0 || _schedules[0].Timeline.At(usage.Start) is not { } segment)
        {
            return;
        }

        if (_plan is { } before && before != segment.Charging.Stint.Id)
        {
            _meters.ResetSpend();
        }

        _plan = segment.Charging.Stint.Id;
    }

    private IEnumerable<LimitState> PoolsOf(StintCharging stint) =>
        stint.Stint.Plan.ValuePools.Select(pool =>
            LimitState.Of(pool.Id, stint.Stint.Id, stint.Pools[pool.Id], pool.Thresholds) with
            {
                Rolled = _subject.RolledInto(stint.Stint.Id, pool.Id),
                Sharing = pool.SharedAs,
            }
        );

    private IEnumerable<LimitState> AlertGroupsOf(StintCharging stint) =>
        stint.Stint.Plan.UsageAlertGroups.Select(group =>
            LimitState.Of(
                group.Group,
                stint.Stint.Id,
                stint.AlertGroups[group.Group],
                _subject.UsageAlertGroups.FirstOrDefault(each => each.Id == group.Group)?.Thresholds ?? []
            )
        );
}
