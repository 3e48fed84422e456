using Microsoft.EntityFrameworkCore;
using Smile.Domain.Foundation;
using Smile.Kernel;

namespace Smile.Domain.PurchaseOrders;

/// <summary>Purchase orders and the subscriptions that they cover.</summary>
public static class PurchaseOrdersTables
{
    extension(IStageDatabase database)
    {
        public DbSet<PurchaseOrder> PurchaseOrders => database.Set<PurchaseOrder>();
    }
}
