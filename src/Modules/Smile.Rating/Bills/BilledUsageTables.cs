using Microsoft.EntityFrameworkCore;
using Smile.Kernel;
using Smile.Rating.Subjects;
using Smile.Session;

namespace Smile.Rating.Bills;

/// <summary>Which rating periods are on which invoices.</summary>
public static class BilledUsageTables
{
    extension(IStageDatabase database)
    {
        internal DbSet<BilledUsage> BilledUsage => database.Set<BilledUsage>();

        /// <summary>To be read by other modules.</summary>
        public IQueryable<BilledUsage> ReadBilledUsage => database.Set<BilledUsage>().AsNoTracking();

        /// <summary>
        /// What is on committed bills of the subscriptions of some rating periods and begins on the first day of one: among them are those
        /// of the periods that are billed.
        /// </summary>
        internal async Task<IReadOnlyList<RatedPeriod>> BilledPeriodsAsync(
            IReadOnlyCollection<RatedPeriod> periods,
            CancellationToken cancellation
        )
        {
            if (periods.Count == 0)
            {
                return [];
            }

            var usns = periods.Select(period => period.Subscription).Distinct().ToArray();
            var from = periods.Select(period => period.Days.From).Distinct().ToArray();
            var rows = await database
                .ReadBilledUsage.Where(row => usns.Contains(row.SubscriptionUsn) && from.Contains(row.PeriodFrom))
                .ToListAsync(cancellation);
            return rows.ConvertAll(PeriodOf);
        }
    }

    internal static RatedPeriod PeriodOf(BilledUsage row) => new(row.SubscriptionUsn, new DayRange(row.PeriodFrom, row.PeriodTo));
}
