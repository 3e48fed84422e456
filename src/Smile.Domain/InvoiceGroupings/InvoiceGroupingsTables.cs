using Microsoft.EntityFrameworkCore;
using Smile.Domain.Foundation;
using Smile.Kernel;

namespace Smile.Domain.InvoiceGroupings;

/// <summary>Invoice groupings and their subscriptions.</summary>
public static class InvoiceGroupingsTables
{
    extension(IStageDatabase database)
    {
        public DbSet<InvoiceGrouping> InvoiceGroupings => database.Set<InvoiceGrouping>();
    }
}
