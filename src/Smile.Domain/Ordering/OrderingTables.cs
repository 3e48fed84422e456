using Microsoft.EntityFrameworkCore;
using Smile.Domain.Foundation;
using Smile.Kernel;

namespace Smile.Domain.Ordering;

/// <summary>Orders and order groups.</summary>
public static class OrderingTables
{
    extension(IStageDatabase database)
    {
        public DbSet<CustomerOrder> Orders => database.Set<CustomerOrder>();

        public DbSet<OrderGroup> OrderGroups => database.Set<OrderGroup>();
    }
}
