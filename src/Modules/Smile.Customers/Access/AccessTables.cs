using Microsoft.EntityFrameworkCore;
using Smile.Session;

namespace Smile.Customers.Access;

/// <summary>Logins and their permissions.</summary>
public static class AccessTables
{
    extension(IStageDatabase database)
    {
        internal DbSet<ApiPermission> ApiPermissions => database.Set<ApiPermission>();

        /// <summary>To be read by other modules.</summary>
        public IQueryable<ApiPermission> ReadApiPermissions => database.Set<ApiPermission>().AsNoTracking();

        /// <summary>To be changed by other modules, under the account's lock.</summary>
        public IQueryable<ApiPermission> LoadApiPermissions => database.Set<ApiPermission>();

        public void AddApiPermission(ApiPermission added) => database.Set<ApiPermission>().Add(added);
    }
}
