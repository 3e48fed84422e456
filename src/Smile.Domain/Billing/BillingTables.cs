using Microsoft.EntityFrameworkCore;
using Smile.Domain.Foundation;
using Smile.Kernel;

namespace Smile.Domain.Billing;

/// <summary>Billing runs, bills and rating periods.</summary>
public static class BillingTables
{
    extension(IStageDatabase database)
    {
        public DbSet<BillingRun> BillingRuns => database.Set<BillingRun>();

        public DbSet<Bill> Bills => database.Set<Bill>();

        public DbSet<RatingPeriod> RatingPeriods => database.Set<RatingPeriod>();
    }
}
