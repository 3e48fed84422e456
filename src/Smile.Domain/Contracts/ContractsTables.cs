using Microsoft.EntityFrameworkCore;
using Smile.Domain.Foundation;
using Smile.Kernel;

namespace Smile.Domain.Contracts;

/// <summary>Contracts of subscriptions.</summary>
public static class ContractsTables
{
    extension(IStageDatabase database)
    {
        public DbSet<SubscriptionContract> SubscriptionContracts => database.Set<SubscriptionContract>();
    }
}
