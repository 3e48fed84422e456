using Microsoft.EntityFrameworkCore;
using Smile.Domain.Foundation;
using Smile.Kernel;

namespace Smile.Domain.DueWork;

/// <summary>Work that is due on a day.</summary>
public static class DueWorkTables
{
    extension(IStageDatabase database)
    {
        public DbSet<DueWorkItem> DueWork => database.Set<DueWorkItem>();
    }
}
