using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Smile.Domain.Subscriptions;

namespace Smile.Domain.Contracts.Storage;

internal sealed class SubscriptionContractMapping : IEntityTypeConfiguration<SubscriptionContract>
{
    public void Configure(EntityTypeBuilder<SubscriptionContract> builder)
    {
        builder.ToTable("subscription_contract").Ignore(row => row.Days);
        builder.HasOne<Subscription>().WithMany().HasForeignKey(row => row.SubscriptionUsn);
        builder.HasOne<PlanScheduleItem>().WithMany().HasForeignKey(row => row.ContractedPlanScheduleItemId);
    }
}
