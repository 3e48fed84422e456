using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Smile.Customers.Subscriptions;
using Smile.Rating.Spend;

namespace Smile.Rating.Storage;

internal sealed class SpendLimitOverrideMapping : IEntityTypeConfiguration<SpendLimitOverride>
{
    public void Configure(EntityTypeBuilder<SpendLimitOverride> builder)
    {
        builder.ToTable("spend_limit_override");
        builder.HasOne<Subscription>().WithMany().HasForeignKey(row => row.SubscriptionUsn);
    }
}

internal sealed class SpendLimitThresholdsMapping : IEntityTypeConfiguration<SpendLimitThresholds>
{
    public void Configure(EntityTypeBuilder<SpendLimitThresholds> builder)
    {
        builder.ToTable("spend_limit_thresholds");
        builder.HasOne<Subscription>().WithMany().HasForeignKey(row => row.SubscriptionUsn);
    }
}
