using Microsoft.EntityFrameworkCore;
using Smile.Session;

namespace Smile.Correspondence.Dispatch;

/// <summary>Letters that wait to be sent.</summary>
internal static class DispatchTables
{
    extension(IStageDatabase database)
    {
        internal DbSet<DispatchItem> DispatchItems => database.Set<DispatchItem>();
    }
}
