using Microsoft.EntityFrameworkCore;
using Smile.Session;

namespace Smile.Receivables.InvoiceGroupings;

/// <summary>Invoice groupings and their subscriptions.</summary>
public static class InvoiceGroupingsTables
{
    extension(IStageDatabase database)
    {
        internal DbSet<InvoiceGrouping> InvoiceGroupings => database.Set<InvoiceGrouping>();

        /// <summary>To be read by other modules.</summary>
        public IQueryable<InvoiceGrouping> ReadInvoiceGroupings => database.Set<InvoiceGrouping>().AsNoTracking();
    }
}
