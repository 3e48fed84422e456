using Microsoft.EntityFrameworkCore;
using Smile.Session;

namespace Smile.Ordering.Provisioning;

/// <summary>Provision requests and their logs.</summary>
internal static class ProvisioningTables
{
    extension(IStageDatabase database)
    {
        internal DbSet<ProvisionRequest> ProvisionRequests => database.Set<ProvisionRequest>();

        internal DbSet<ProvisionRequestLog> ProvisionRequestLogs => database.Set<ProvisionRequestLog>();
    }
}
