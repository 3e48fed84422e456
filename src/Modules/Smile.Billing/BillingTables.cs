using Microsoft.EntityFrameworkCore;
using Smile.Session;

namespace Smile.Billing;

/// <summary>Billing runs, bills and rating periods.</summary>
public static class BillingTables
{
    extension(IStageDatabase database)
    {
        internal DbSet<BillingRun> BillingRuns => database.Set<BillingRun>();

        /// <summary>To be read by other modules.</summary>
        public IQueryable<BillingRun> ReadBillingRuns => database.Set<BillingRun>().AsNoTracking();

        internal DbSet<Bill> Bills => database.Set<Bill>();

        internal DbSet<RatingPeriod> RatingPeriods => database.Set<RatingPeriod>();

        /// <summary>To be read by other modules.</summary>
        public IQueryable<RatingPeriod> ReadRatingPeriods => database.Set<RatingPeriod>().AsNoTracking();
    }
}
