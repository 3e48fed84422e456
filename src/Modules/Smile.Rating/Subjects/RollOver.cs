using Smile.Catalogue;
using Smile.Kernel;
using Smile.Rating.Engine;
using Smile.Rating.Runs;
using Smile.Rating.Storage;
using Smile.Session;
using Smile.Usage;

namespace Smile.Rating.Subjects;

/// <summary>
/// Says what rating periods have of the value pools of earlier ones, and what was used of prepaid blocks before them. What is left of one
/// is what the next begins with, so that usage which comes late changes those behind it, too.
/// </summary>
[UseCase]
public sealed class RollOver(UsageDatabase database, RatingSubjects subjects)
{
    /// <summary>What rolls over into some periods; nothing is read where none has such a pool.</summary>
    internal async Task<RolledValues> ReadAsync(
        IReadOnlyDictionary<RatedPeriod, RatingSubject> periods,
        IReadOnlyDictionary<Usn, RatingClock> clocks,
        CancellationToken cancellation
    )
    {
        var rolling = periods
            .Where(pair => pair.Value.CarriesOver && clocks[pair.Key.Subscription].PeriodOn(pair.Key.Days.From) == pair.Key.Days)
            .ToList();
        if (rolling.Count == 0)
        {
            return RolledValues.None;
        }

        // As far back as anything can be left: of periods before those nothing can be used any more.
        var chains = rolling
            .GroupBy(pair => pair.Key.Subscription)
            .ToDictionary(
                chain => chain.Key,
                chain => (First: chain.Min(pair => pair.Key.Days.From), Most: chain.Max(pair => MostPeriods(pair.Value)))
            );
        var stored = await RatingRows.PeriodsFromAsync(
            database,
            chains.Keys,
            rolling
                .SelectMany(pair => BeforeAndItself(pair.Key))
                .Select(period => period.Days.From)
                .Concat(rolling.SelectMany(Given))
                .Min(),
            cancellation
        );

        // What is closed is so, whatever cycle the subscription had then: clocks need not know periods of long ago.
        var known = stored
            .Where(period =>
                period.Version > 0
                && (period.Status == PeriodStatus.Closed || clocks[period.Subscription].PeriodOn(period.Days.From) == period.Days)
            )
            .ToDictionary(period => new RatedPeriod(period.Subscription, period.Days), period => period.State);
        var behind = known.Keys.Where(period => period.Days.From > chains[period.Subscription].First).ToList();

        // Periods between them in which nothing was used have all that they began with.
        var between = rolling
            .Select(pair => pair.Key)
            .Concat(behind)
            .SelectMany(BeforeAndItself)
            .Distinct()
            .Where(period => !periods.ContainsKey(period) && !known.ContainsKey(period))
            .ToList();
        var subjectOf = (await subjects.OfAsync(between, clocks, cancellation))
            .Concat(rolling)
            .ToDictionary(pair => pair.Key, pair => pair.Value);
        return new RolledValues(clocks, subjectOf, known, behind);

        IEnumerable<RatedPeriod> BeforeAndItself(RatedPeriod period) =>
            Before(clocks[period.Subscription], period, chains[period.Subscription].Most).Prepend(period);
    }

    /// <summary>The same subjects with what rolls over into their periods.</summary>
    public async Task<IReadOnlyDictionary<RatedPeriod, RatingSubject>> WithAsync(
        IReadOnlyDictionary<RatedPeriod, RatingSubject> periods,
        IReadOnlyDictionary<Usn, RatingClock> clocks,
        CancellationToken cancellation
    )
    {
        var rolled = await ReadAsync(periods, clocks, cancellation);
        return periods.ToDictionary(pair => pair.Key, pair => rolled.Begun(pair.Key, pair.Value));
    }

    private static IEnumerable<RatedPeriod> Before(RatingClock clock, RatedPeriod period, int most)
    {
        for (var (days, count) = (clock.PeriodOn(period.Days.From.AddDays(-1)), 0); days is { } found && count < most; count++)
        {
            yield return new RatedPeriod(period.Subscription, found);
            days = clock.PeriodOn(found.From.AddDays(-1));
        }
    }

    private static int MostPeriods(RatingSubject subject) =>
        subject.Stints.SelectMany(stint => stint.Plan.ValuePools).Select(pool => pool.RollOverPeriods).DefaultIfEmpty(0).Max();

    /// <summary>Days before the first period in which something of the blocks can have been used.</summary>
    private static IEnumerable<DateOnly> Given(KeyValuePair<RatedPeriod, RatingSubject> period) =>
        period.Value.PrepaidBlocks.Select(block => DateOnly.FromDateTime(block.Start.UtcDateTime).AddDays(-1));
}

/// <summary>What value pools and prepaid blocks have come to by the ends of rating periods.</summary>
/// <param name="subjects">Those of the periods, and of those before in which nothing was used and that something may be left of.</param>
/// <param name="states">Those of periods that are stored.</param>
/// <param name="behind">The stored periods behind the first of each subscription.</param>
internal sealed class RolledValues(
    IReadOnlyDictionary<Usn, RatingClock> clocks,
    IReadOnlyDictionary<RatedPeriod, RatingSubject> subjects,
    Dictionary<RatedPeriod, PeriodState> states,
    IReadOnlyCollection<RatedPeriod> behind
)
{
    /// <summary>All periods that something is or will be known of.</summary>
    private readonly ILookup<Usn, RatedPeriod> _periods = states
        .Keys.Concat(subjects.Keys)
        .Distinct()
        .ToLookup(period => period.Subscription);

    public static RolledValues None { get; } =
        new(new Dictionary<Usn, RatingClock>(), new Dictionary<RatedPeriod, RatingSubject>(), [], []);

    public IReadOnlyCollection<RatedPeriod> Behind => behind;

    /// <summary>Notes what a period has come to.</summary>
    public void Note(RatedPeriod period, PeriodState state)
    {
        if (subjects.ContainsKey(period) || states.ContainsKey(period))
        {
            states[period] = state;
        }
    }

    /// <summary>A period's subject with what it begins with.</summary>
    public RatingSubject Begun(RatedPeriod period, RatingSubject subject) =>
        subject with
        {
            RolledOver = Into(period, subject),
            PrepaidBlocks = [.. subject.PrepaidBlocks.Select(block => block with { Used = block.Used + UsedBefore(period, block.Id) })],
        };

    /// <summary>What earlier periods have used of a block.</summary>
    private decimal UsedBefore(RatedPeriod period, long block) =>
        _periods[period.Subscription]
            .Where(before => before.Days.From < period.Days.From)
            .SelectMany(before => states.GetValueOrDefault(before)?.PrepaidBlocks ?? [])
            .Where(state => state.Id == block)
            .Sum(state => state.Used - state.UsedBefore);

    /// <summary>What there is of the pools of a plan that the subscription had when the period before was over.</summary>
    private IReadOnlyList<RolledPool> Into(RatedPeriod period, RatingSubject subject)
    {
        var stints = subject.Stints.Where(stint => stint.Start < subject.Begins && stint.End > subject.Begins).ToList();
        if (
            !stints.Any(stint => stint.Plan.ValuePools.Any(pool => pool.RollOverPeriods > 0))
            || clocks[period.Subscription].PeriodOn(period.Days.From.AddDays(-1)) is not { } days
            || EndOf(period with { Days = days }) is not { } ended
        )
        {
            return [];
        }

        return
        [
            .. from stint in stints
            from pool in stint.Plan.ValuePools
            where pool.RollOverPeriods > 0
            let state = ended.ValuePools.FirstOrDefault(each => each.Id == pool.Id && each.PlanScheduleItem == stint.Id)
            where state is not null
            let values = RolledValue.Next(state, pool)
            where values.Count > 0
            select new RolledPool(stint.Id, pool.Id, values),
        ];
    }

    /// <summary>What a period has come to; one in which nothing was used has all that it began with.</summary>
    private PeriodState? EndOf(RatedPeriod period)
    {
        if (states.TryGetValue(period, out var known))
        {
            return known;
        }

        return subjects.TryGetValue(period, out var subject)
            ? states[period] = new PeriodRater(subject with { RolledOver = Into(period, subject) }).State()
            : null;
    }
}
