using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Smile.Customers.Subscriptions;
using Smile.Rating.Notices;

namespace Smile.Rating.Storage;

internal sealed class UsageTreatmentMapping : IEntityTypeConfiguration<UsageTreatment>
{
    public void Configure(EntityTypeBuilder<UsageTreatment> builder)
    {
        builder.ToTable("usage_treatment");
        builder.HasKey(row => new
        {
            row.SubscriptionUsn,
            row.Cause,
            row.FeatureId,
        });
        builder.HasOne<Subscription>().WithMany().HasForeignKey(row => row.SubscriptionUsn);
    }
}

internal sealed class ToldUsageNoticeMapping : IEntityTypeConfiguration<ToldUsageNotice>
{
    public void Configure(EntityTypeBuilder<ToldUsageNotice> builder)
    {
        builder.ToTable("told_usage_notice");
        builder.HasKey(row => new
        {
            row.SubscriptionUsn,
            row.PeriodFrom,
            row.Version,
        });
    }
}
