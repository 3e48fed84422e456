using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Smile.Customers.Subscriptions;

namespace Smile.Prepaid.Storage;

internal sealed class PurchasedBlockMapping : IEntityTypeConfiguration<PurchasedBlock>
{
    public void Configure(EntityTypeBuilder<PurchasedBlock> builder)
    {
        builder.ToTable("prepaid_block");
        builder.HasOne<Subscription>().WithMany().HasForeignKey(row => row.SubscriptionUsn);
    }
}
