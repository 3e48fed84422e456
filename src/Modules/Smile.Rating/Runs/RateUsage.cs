using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
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
public readonly record struct RatedCount(int Subscriptions, int Records, int Late);

/// <summary>
/// Rates what waits in the queue of usage. Records that come behind all that were rated of their period go on from its meters; what is
/// late, corrected or configured anew means that the whole period is rated again, and what differs is booked besides. Several servers do
/// it at once: a state is only written where nobody has written it since it was read.
/// </summary>
[UseCase]
public sealed class RateUsage(StageSession session, UsageDatabase database, RatingSubjects subjects, RatingPeriodsOf periods)
{
    private const int BatchesTogether = 20;
    private const int SubscriptionsTogether = 200;

    /// <summary>No record lasts longer beyond the end of its period.</summary>
    private static readonly TimeSpan LongestRecord = TimeSpan.FromDays(2);

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
        var count = await RateAsync(work, cancellation);

        // What somebody else was at is done again in a moment; it holds up nothing else.
        var late = work.ToLookup(each => count.Late > 0 && each.Subscriptions.Any(_late.Contains), each => each.Batch);
        await UsageQueue.DoneAsync(database, late[false], session.Now, cancellation);
        await UsageQueue.ReleaseAsync(database, late[true], cancellation);
        return count;
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
        var checkedPeriods = over.Select(period => period.Period).ToHashSet();
        var affected = work.SelectMany(each => each.Subscriptions)
            .Concat(checkedPeriods.Select(period => period.Subscription))
            .Distinct()
            .ToArray();
        var count = affected.Length == 0 ? default : await RateAsync(affected, work, checkedPeriods, cancellation);
        return count == default ? null : count;
    }

    private async Task<RatedCount> RateAsync(IReadOnlyList<UsageWork> work, CancellationToken cancellation)
    {
        var total = default(RatedCount);
        var subscriptions = await UsageRecordQuery.InHashOrderAsync(
            database,
            work.SelectMany(each => each.Subscriptions).Distinct(),
            cancellation
        );
        foreach (var together in subscriptions.Chunk(SubscriptionsTogether))
        {
            var count = await RateAsync(together, work, [], cancellation);
            total = new RatedCount(total.Subscriptions + count.Subscriptions, total.Records + count.Records, total.Late + count.Late);
        }

        return total;
    }

    /// <param name="checkedPeriods">Periods that are rated again where something has changed.</param>
    private async Task<RatedCount> RateAsync(
        Usn[] subscriptions,
        IReadOnlyList<UsageWork> work,
        HashSet<RatedPeriod> checkedPeriods,
        CancellationToken cancellation
    )
    {
        var clocks = await periods.ClocksAsync(subscriptions, cancellation);
        var added = await AddedAsync(subscriptions, work, clocks, cancellation);
        var again = await ToReplayAsync(subscriptions, work, cancellation);
        var wanted = added.Keys.Concat(again).Concat(checkedPeriods).Distinct().ToList();
        var stored = (await RatingRows.PeriodsAsync(database, wanted, cancellation)).ToDictionary(each => new RatedPeriod(
            each.Subscription,
            each.Days
        ));
        var later = await NotOpenAsync(stored.Values, cancellation);
        var subjectOf = await subjects.OfAsync(wanted, cancellation);
        var version = await session.Database.TariffVersionAsync(cancellation);
        var runs = wanted
            .Where(subjectOf.ContainsKey)
            .ToDictionary(
                period => period,
                period =>
                {
                    var before = stored.GetValueOrDefault(period) ?? StoredPeriod.New(period.Subscription, period.Days);
                    return (
                        Before: before,
                        Run: new PeriodRun(
                            before,
                            subjectOf[period],
                            Stamp(subjectOf[period], version),
                            BilledIn(before, clocks[period.Subscription], later[period.Subscription])
                        )
                    );
                }
            );
        var outcomes = new List<RatedOutcome>();
        var replayed = new List<RatedPeriod>();
        foreach (var (period, (_, run)) in runs)
        {
            if (!again.Contains(period) && !added.ContainsKey(period) && run.IsUpToDate)
            {
                continue;
            }

            // A period of which nothing was rated may have records that came with work that is not this one's: it is read whole, too.
            if (!again.Contains(period) && stored.ContainsKey(period) && added.TryGetValue(period, out var records) && run.CanGoOn(records))
            {
                outcomes.Add(run.GoOn(records));
            }
            else
            {
                replayed.Add(period);
            }
        }

        await foreach (var outcome in ReplayAsync(replayed, runs, clocks, cancellation))
        {
            outcomes.Add(outcome);
        }

        // What a period that is over had reached was told while it went on.
        var told = outcomes.ConvertAll(outcome => IsNow(outcome.Before, clocks[outcome.Before.Subscription]) ? outcome.Told() : outcome);
        var written = told.Count == 0 ? [] : await RatingRows.WriteAsync(database, told, session.Now, cancellation);
        _late.UnionWith(
            told.Select(outcome => new RatedPeriod(outcome.Before.Subscription, outcome.Before.Days))
                .Where(period => !written.Contains(period))
                .Select(period => period.Subscription)
        );
        return outcomes.Count == 0
            ? default
            : new RatedCount(subscriptions.Length, added.Values.Sum(records => records.Count), outcomes.Count - written.Count);
    }

    /// <summary>The records that are new, by the periods that they are charged in: two where they go over the end of one.</summary>
    private async Task<Dictionary<RatedPeriod, List<UsageRecord>>> AddedAsync(
        Usn[] subscriptions,
        IReadOnlyList<UsageWork> work,
        IReadOnlyDictionary<Usn, RatingClock> clocks,
        CancellationToken cancellation
    )
    {
        var added = new Dictionary<RatedPeriod, List<UsageRecord>>();
        var ofRecords = work.Where(each => each.Last is not null).ToList();
        if (ofRecords.Count == 0)
        {
            return added;
        }

        await foreach (var record in UsageRecordQuery.OfBatchesAsync(database, subscriptions, ofRecords, cancellation))
        {
            if (!clocks.TryGetValue(record.SubscriptionUsn, out var clock) || clock.PeriodAt(record.Start) is not { } period)
            {
                continue;
            }

            Add(new RatedPeriod(record.SubscriptionUsn, period), record);
            if (clock.PeriodAt(PeriodRun.EndOf(record).AddTicks(-1)) is { } last && last != period)
            {
                Add(new RatedPeriod(record.SubscriptionUsn, last), record);
            }
        }

        return added;

        void Add(RatedPeriod period, UsageRecord record)
        {
            if (!added.TryGetValue(period, out var records))
            {
                added[period] = records = [];
            }

            records.Add(record);
        }
    }

    /// <summary>The periods that something has changed for besides records.</summary>
    private async Task<HashSet<RatedPeriod>> ToReplayAsync(
        Usn[] subscriptions,
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
            .ToLookup(pair => pair.usn, pair => pair.First);
        var known = await RatingRows.PeriodsFromAsync(
            database,
            subscriptions.Where(from.Contains),
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

    private async IAsyncEnumerable<RatedOutcome> ReplayAsync(
        IReadOnlyList<RatedPeriod> replayed,
        Dictionary<RatedPeriod, (StoredPeriod Before, PeriodRun Run)> runs,
        IReadOnlyDictionary<Usn, RatingClock> clocks,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation
    )
    {
        if (replayed.Count == 0)
        {
            yield break;
        }

        var known = replayed.Select(period => runs[period].Before).Where(before => before.Version > 0).ToList();
        var booked = known.Count == 0 ? null : await RatingRows.BookedAsync(database, known, cancellation);
        var spans = replayed
            .Select(period =>
            {
                var zone = clocks[period.Subscription].Zone;
                return (period.Subscription, zone.StartOf(period.Days.From) - LongestRecord, zone.StartOf(period.Days.To.AddDays(1)));
            })
            .ToList();
        var records = new List<UsageRecord>();
        var at = 0;
        await foreach (var (span, record) in UsageRecordQuery.OfSpansAsync(database, spans, cancellation))
        {
            for (; at < span; at++)
            {
                yield return Replayed(at);
            }

            records.Add(record);
        }

        for (; at < replayed.Count; at++)
        {
            yield return Replayed(at);
        }

        RatedOutcome Replayed(int place)
        {
            var period = replayed[place];
            var outcome = runs[period].Run.Replay(records, [.. booked?[period] ?? []]);
            records.Clear();
            return outcome;
        }
    }

    private bool IsNow(StoredPeriod period, RatingClock clock) => clock.PeriodAt(session.Now) == period.Days;

    /// <summary>The periods behind those that were billed, of which late charges may be part.</summary>
    private async Task<ILookup<Usn, StoredPeriod>> NotOpenAsync(IEnumerable<StoredPeriod> stored, CancellationToken cancellation)
    {
        var billed = stored.Where(period => period.Status != PeriodStatus.Open).ToList();
        IReadOnlyList<StoredPeriod> later =
            billed.Count == 0
                ? []
                : await RatingRows.PeriodsFromAsync(
                    database,
                    billed.Select(period => period.Subscription).Distinct(),
                    billed.Min(period => period.Days.To),
                    cancellation
                );
        return later.ToLookup(period => period.Subscription);
    }

    /// <summary>
    /// What comes after a period was billed is on the next bill: with the last rating period that is on it, or the one that it is now.
    /// </summary>
    private DayRange BilledIn(StoredPeriod period, RatingClock clock, IEnumerable<StoredPeriod> stored)
    {
        if (period.Status == PeriodStatus.Open)
        {
            return period.Days;
        }

        var later = stored
            .Where(each => each.Days.From > period.Days.From)
            .ToLookup(each => each.Status == PeriodStatus.Open, each => each.Days);
        return new[] { clock.OnNextBill, clock.PeriodAt(session.Now) }
            .OfType<DayRange>()
            .Concat(later[true])
            .Where(days => days.From > period.Days.From && !later[false].Contains(days))
            .DefaultIfEmpty(period.Days)
            .MinBy(days => days.From);
    }

    /// <summary>Of all that the charges of a period depend on besides its records: where it differs, the period is rated anew.</summary>
    private static string Stamp(RatingSubject subject, long tariffs)
    {
        var text = JsonSerializer.Serialize(
            new
            {
                Tariffs = tariffs,
                Catalogue = subject.CatalogueVersion,
                Zone = subject.Zone.Name,
                subject.Company,
                Currency = subject.Currency.Code,
                Tax = subject.Tax.Code,
                subject.SpendLimits,
                Stints = subject
                    .Stints.Where(stint => stint.End > subject.Zone.StartOf(subject.Period.From))
                    .Where(stint => stint.Start < subject.Zone.StartOf(subject.Period.To.AddDays(1)))
                    .Select(stint => new
                    {
                        stint.Id,
                        stint.ScheduleType,
                        stint.Plan.Code,
                        stint.Start,
                        stint.End,
                        stint.Options,
                        stint.TariffOverrides,
                        stint.RuleOverrides,
                    }),
            },
            RatingRows.Json
        );
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
    }
}
