using Smile.Kernel;
using Smile.Rating.Storage;
using Smile.Rating.Subjects;
using Smile.Usage;
using Smile.Usage.Storage;

namespace Smile.Rating.Runs;

/// <summary>Which rating periods some work is about.</summary>
/// <param name="Added">
/// The records that are new, by the periods that they are charged in: several where they go over the end of one.
/// </param>
/// <param name="Again">The periods that something has changed for besides records.</param>
/// <param name="Outdated">
/// Periods that were rated by an earlier cycle and are on no bill: all that was used in them is in others now.
/// </param>
/// <param name="Moves">Whether usage goes from some periods to others.</param>
internal sealed record RatingSelection(
    IReadOnlyDictionary<RatedPeriod, List<UsageRecord>> Added,
    IReadOnlySet<RatedPeriod> Again,
    IReadOnlyCollection<RatedPeriod> Outdated,
    bool Moves
)
{
    /// <summary>Clocks are up to 26 hours apart.</summary>
    private const int MostDaysBetweenZones = 2;

    public static async Task<RatingSelection> OfAsync(
        UsageDatabase database,
        IReadOnlyDictionary<Usn, RatingClock> clocks,
        IReadOnlyList<UsageWork> work,
        CancellationToken cancellation
    )
    {
        var outdated = clocks.SelectMany(pair => pair.Value.Outdated.Select(days => new RatedPeriod(pair.Key, days))).ToHashSet();
        var again = await ChangedAsync(database, clocks, work, cancellation);
        again.ExceptWith(outdated);
        foreach (var (usn, days) in outdated)
        {
            // By the clocks of another zone its first and last hours may be in those before and behind.
            var around = new DayRange(days.From.AddDays(-MostDaysBetweenZones), days.To.AddDays(MostDaysBetweenZones));
            again.UnionWith(clocks[usn].PeriodsOver(around).Select(period => new RatedPeriod(usn, period)));
        }

        // A period of the new cycle may begin on the same day: its state goes on as that one's.
        var begin = again.Select(period => (period.Subscription, period.Days.From)).ToHashSet();
        return new RatingSelection(
            await AddedAsync(database, clocks, work, cancellation),
            again,
            [.. outdated.Where(period => !begin.Contains((period.Subscription, period.Days.From)))],
            outdated.Count > 0
        );
    }

    private static async Task<Dictionary<RatedPeriod, List<UsageRecord>>> AddedAsync(
        UsageDatabase database,
        IReadOnlyDictionary<Usn, RatingClock> clocks,
        IReadOnlyList<UsageWork> work,
        CancellationToken cancellation
    )
    {
        var added = new Dictionary<RatedPeriod, List<UsageRecord>>();
        var ofRecords = work.Where(each => each.Last is not null).ToList();
        if (ofRecords.Count == 0)
        {
            return added;
        }

        await foreach (var record in UsageRecordQuery.OfBatchesAsync(database, [.. clocks.Keys], ofRecords, cancellation))
        {
            var clock = clocks[record.SubscriptionUsn];
            foreach (var period in clock.PeriodsOver(record.Start, PeriodRun.EndOf(record)))
            {
                var key = new RatedPeriod(record.SubscriptionUsn, period);
                if (!added.TryGetValue(key, out var records))
                {
                    added[key] = records = [];
                }

                records.Add(record);
            }
        }

        return added;
    }

    private static async Task<HashSet<RatedPeriod>> ChangedAsync(
        UsageDatabase database,
        IReadOnlyDictionary<Usn, RatingClock> clocks,
        IReadOnlyList<UsageWork> work,
        CancellationToken cancellation
    )
    {
        var changed = work.Where(each => each.Last is null).ToList();
        if (changed.Count == 0)
        {
            return [];
        }

        var from = changed
            .SelectMany(each => each.Subscriptions.Select(usn => (usn, each.First)))
            .Where(pair => clocks.ContainsKey(pair.usn))
            .ToLookup(pair => pair.usn, pair => pair.First);
        var known = await RatingRows.PeriodsFromAsync(
            database,
            from.Select(each => each.Key),
            DateOnly.FromDateTime(changed.Min(each => each.First).UtcDateTime).AddDays(-1),
            cancellation
        );
        return
        [
            .. known
                .Where(period => period.Days.To >= DateOnly.FromDateTime(from[period.Subscription].Min().UtcDateTime).AddDays(-1))
                .Select(period => new RatedPeriod(period.Subscription, period.Days)),
        ];
    }
}
