using Microsoft.EntityFrameworkCore;
using Smile.Session;

namespace Smile.Customers.DueWork;

/// <summary>Work that is due on a day.</summary>
public static class DueWorkTables
{
    extension(IStageDatabase database)
    {
        internal DbSet<DueWorkItem> DueWork => database.Set<DueWorkItem>();

        /// <summary>To be read by other modules.</summary>
        public IQueryable<DueWorkItem> ReadDueWork => database.Set<DueWorkItem>().AsNoTracking();

        /// <summary>To be changed by other modules, under the account's lock.</summary>
        public IQueryable<DueWorkItem> LoadDueWork => database.Set<DueWorkItem>();
    }
}
