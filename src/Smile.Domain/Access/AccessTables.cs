using Microsoft.EntityFrameworkCore;
using Smile.Domain.Foundation;
using Smile.Kernel;

namespace Smile.Domain.Access;

/// <summary>Logins and their permissions.</summary>
public static class AccessTables
{
    extension(IStageDatabase database)
    {
        public DbSet<ApiPermission> ApiPermissions => database.Set<ApiPermission>();
    }
}
