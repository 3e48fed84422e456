using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;

namespace Smile.Customers.PurchaseOrders.Storage;

internal sealed class PurchaseOrderMapping : IEntityTypeConfiguration<PurchaseOrder>
{
    public void Configure(EntityTypeBuilder<PurchaseOrder> builder)
    {
        builder.ToTable("purchase_order");
        builder.Property(row => row.Id).ValueGeneratedNever();
        builder.HasMany(row => row.Subscriptions).WithOne().HasForeignKey(row => row.PurchaseOrderId);
        builder.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
    }
}

internal sealed class PurchaseOrderSubscriptionMapping : IEntityTypeConfiguration<PurchaseOrderSubscription>
{
    public void Configure(EntityTypeBuilder<PurchaseOrderSubscription> builder)
    {
        builder.ToTable("purchase_order_subscription").HasKey(row => new { row.PurchaseOrderId, row.SubscriptionUsn });
        builder.HasOne<Subscription>().WithMany().HasForeignKey(row => row.SubscriptionUsn);
    }
}
