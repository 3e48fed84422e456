using Microsoft.EntityFrameworkCore;
using Smile.Session;

namespace Smile.Customers.PurchaseOrders;

/// <summary>Purchase orders and the subscriptions that they cover.</summary>
public static class PurchaseOrdersTables
{
    extension(IStageDatabase database)
    {
        internal DbSet<PurchaseOrder> PurchaseOrders => database.Set<PurchaseOrder>();

        /// <summary>To be read by other modules.</summary>
        public IQueryable<PurchaseOrder> ReadPurchaseOrders => database.Set<PurchaseOrder>().AsNoTracking();
    }
}
