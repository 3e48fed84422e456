using Microsoft.EntityFrameworkCore;
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
    }
}
