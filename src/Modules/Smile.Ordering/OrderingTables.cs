using Microsoft.EntityFrameworkCore;
using Smile.Session;

namespace Smile.Ordering;

/// <summary>Orders and order groups.</summary>
internal static class OrderingTables
{
    extension(IStageDatabase database)
    {
        internal DbSet<CustomerOrder> Orders => database.Set<CustomerOrder>();

        internal DbSet<OrderGroup> OrderGroups => database.Set<OrderGroup>();
    }
}
