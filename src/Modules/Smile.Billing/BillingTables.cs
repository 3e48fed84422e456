using Microsoft.EntityFrameworkCore;
using Smile.Session;

namespace Smile.Billing;

/// <summary>Billing runs, bills and rating periods.</summary>
public static class BillingTables
{
    extension(IStageDatabase database)
    {
        internal DbSet<BillingRun> BillingRuns => database.Set<BillingRun>();

        /// <summary>To be changed by other modules, under the account's lock.</summary>
        public IQueryable<BillingRun> LoadBillingRuns => database.Set<BillingRun>();

        internal DbSet<Bill> Bills => database.Set<Bill>();

        internal DbSet<RatingPeriod> RatingPeriods => database.Set<RatingPeriod>();
    }
}
