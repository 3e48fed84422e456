using Microsoft.EntityFrameworkCore;
using Smile.Domain.Foundation;
using Smile.Kernel;

namespace Smile.Domain.Dispatch;

/// <summary>Letters that wait to be sent.</summary>
public static class DispatchTables
{
    extension(IStageDatabase database)
    {
        public DbSet<DispatchItem> DispatchItems => database.Set<DispatchItem>();
    }
}
