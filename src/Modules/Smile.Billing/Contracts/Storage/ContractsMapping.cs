using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Smile.Customers.Subscriptions;

namespace Smile.Billing.Contracts.Storage;

internal sealed class SubscriptionContractMapping : IEntityTypeConfiguration<SubscriptionContract>
{
    public void Configure(EntityTypeBuilder<SubscriptionContract> builder)
    {
        builder.ToTable("subscription_contract").Ignore(row => row.Days);
        builder.HasOne<Subscription>().WithMany().HasForeignKey(row => row.SubscriptionUsn);
        builder.HasOne<PlanScheduleItem>().WithMany().HasForeignKey(row => row.ContractedPlanScheduleItemId);
    }
}
