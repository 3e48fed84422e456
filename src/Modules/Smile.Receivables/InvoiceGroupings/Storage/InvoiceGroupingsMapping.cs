using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;

namespace Smile.Receivables.InvoiceGroupings.Storage;

internal sealed class InvoiceGroupingMapping : IEntityTypeConfiguration<InvoiceGrouping>
{
    public void Configure(EntityTypeBuilder<InvoiceGrouping> builder)
    {
        builder.ToTable("invoice_grouping");
        builder.Property(row => row.Id).ValueGeneratedNever();
        builder.HasMany(row => row.Subscriptions).WithOne().HasForeignKey(row => row.InvoiceGroupingId);
        builder.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
    }
}

internal sealed class GroupedSubscriptionMapping : IEntityTypeConfiguration<GroupedSubscription>
{
    public void Configure(EntityTypeBuilder<GroupedSubscription> builder)
    {
        builder.ToTable("grouped_subscription").HasKey(row => new { row.InvoiceGroupingId, row.SubscriptionUsn });
        builder.HasOne<Subscription>().WithMany().HasForeignKey(row => row.SubscriptionUsn);
    }
}
