using Microsoft.EntityFrameworkCore;
using Smile.Domain.Foundation;
using Smile.Kernel;

namespace Smile.Domain.Provisioning;

/// <summary>Provision requests and their logs.</summary>
public static class ProvisioningTables
{
    extension(IStageDatabase database)
    {
        public DbSet<ProvisionRequest> ProvisionRequests => database.Set<ProvisionRequest>();

        public DbSet<ProvisionRequestLog> ProvisionRequestLogs => database.Set<ProvisionRequestLog>();
    }
}
