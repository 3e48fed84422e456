using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Smile.Customers.Subscriptions;
using Smile.Rating.Bills;
using Smile.Receivables;

namespace Smile.Rating.Storage;

internal sealed class BilledUsageMapping : IEntityTypeConfiguration<BilledUsage>
{
    public void Configure(EntityTypeBuilder<BilledUsage> builder)
    {
        builder.ToTable("billed_usage");
        builder.HasKey(row => new { row.SubscriptionUsn, row.PeriodFrom });
        builder.HasOne<Subscription>().WithMany().HasForeignKey(row => row.SubscriptionUsn);
        builder.HasOne<FinancialTransaction>().WithMany().HasForeignKey(row => row.TransactionNumber);
    }
}
