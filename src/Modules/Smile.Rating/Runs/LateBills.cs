using Smile.Kernel;
using Smile.Rating.Storage;
using Smile.Rating.Subjects;
using Smile.Usage;

namespace Smile.Rating.Runs;

/// <summary>Says which bills have what is rated of periods that were billed before.</summary>
/// <param name="later">The periods behind those that were billed.</param>
internal sealed class LateBills(ILookup<Usn, StoredPeriod> later)
{
    public static async Task<LateBills> OfAsync(UsageDatabase database, IEnumerable<StoredPeriod> periods, CancellationToken cancellation)
    {
        var billed = periods.Where(period => period.Status != PeriodStatus.Open).ToList();
        IReadOnlyList<StoredPeriod> later =
            billed.Count == 0
                ? []
                : await RatingRows.PeriodsFromAsync(
                    database,
                    billed.Select(period => period.Subscription).Distinct(),
                    billed.Min(period => period.Days.To),
                    cancellation
                );
        return new LateBills(later.ToLookup(period => period.Subscription));
    }

    /// <summary>
    /// What comes after a period was billed is on the next bill: with the last rating period that is on it, or the one that it is now.
    /// </summary>
    public PeriodSpan BilledIn(StoredPeriod period, RatingClock clock, DateTimeOffset now)
    {
        if (period.Status == PeriodStatus.Open)
        {
            return clock.SpanOf(period.Days);
        }

        var behind = later[period.Subscription]
            .Where(each => each.Days.From > period.Days.From)
            .ToLookup(each => each.Status == PeriodStatus.Open, each => each.Days);
        return clock.SpanOf(
            new[] { clock.OnNextBill, clock.PeriodAt(now) }
                .Concat(behind[true].Select(days => clock.PeriodOn(days.From)))
                .OfType<DayRange>()
                .Where(days => days.From > period.Days.From && !behind[false].Contains(days))
                .DefaultIfEmpty(period.Days)
                .MinBy(days => days.From)
        );
    }
}
