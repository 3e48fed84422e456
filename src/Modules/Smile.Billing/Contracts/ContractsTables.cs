using Microsoft.EntityFrameworkCore;
using Smile.Session;

namespace Smile.Billing.Contracts;

/// <summary>Contracts of subscriptions.</summary>
internal static class ContractsTables
{
    extension(IStageDatabase database)
    {
        internal DbSet<SubscriptionContract> SubscriptionContracts => database.Set<SubscriptionContract>();
    }
}
