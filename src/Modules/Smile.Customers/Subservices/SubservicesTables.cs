using Microsoft.EntityFrameworkCore;
using Smile.Session;

namespace Smile.Customers.Subservices;

/// <summary>Subservices and the usernames that they had.</summary>
public static class SubservicesTables
{
    extension(IStageDatabase database)
    {
        internal DbSet<Subservice> Subservices => database.Set<Subservice>();

        /// <summary>To be read by other modules.</summary>
        public IQueryable<Subservice> ReadSubservices => database.Set<Subservice>().AsNoTracking();

        /// <summary>To be read by other modules.</summary>
        public IQueryable<SubserviceName> ReadSubserviceNames => database.Set<SubserviceName>().AsNoTracking();
    }
}
