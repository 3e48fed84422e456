using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Smile.Customers.Accounts;

namespace Smile.Customers.Subscriptions.Storage;

internal sealed class SubscriptionMapping : IEntityTypeConfiguration<Subscription>
{
    public void Configure(EntityTypeBuilder<Subscription> builder)
    {
        builder.ToTable("subscription").HasKey(row => row.Usn);
        builder.Ignore(row => row.OwnCycles);
        builder.Property(row => row.InvoicingCycleType);
        builder.Property(row => row.InvoicingCycleDay);
        builder.Property(row => row.InvoicingCycleTable);
        builder.Property(row => row.RatingCycleType);
        builder.Property(row => row.RatingCycleDay);
        builder.Property(row => row.RatingCycleTable);
        builder.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
        builder.HasOne<CostCentre>().WithMany().HasForeignKey(row => row.CostCentreId);
    }
}

internal sealed class PlanScheduleItemMapping : IEntityTypeConfiguration<PlanScheduleItem>
{
    public void Configure(EntityTypeBuilder<PlanScheduleItem> builder)
    {
        builder.ToTable("plan_schedule_item");
        builder.Property(row => row.TariffOverrides).HasColumnType("jsonb");
        builder.Property(row => row.ChargingRuleOverrides).HasColumnType("jsonb");
        builder.HasOne<Subscription>().WithMany().HasForeignKey(row => row.SubscriptionUsn);
    }
}

internal sealed class SubscriptionIdentifierMapping : IEntityTypeConfiguration<SubscriptionIdentifier>
{
    public void Configure(EntityTypeBuilder<SubscriptionIdentifier> builder)
    {
        builder.ToTable("subscription_identifier");
        builder.HasOne<Subscription>().WithMany().HasForeignKey(row => row.SubscriptionUsn);
    }
}

internal sealed class SubscriptionFeatureMapping : IEntityTypeConfiguration<SubscriptionFeature>
{
    public void Configure(EntityTypeBuilder<SubscriptionFeature> builder)
    {
        builder.ToTable("subscription_feature");
        builder.Property(row => row.Id).ValueGeneratedNever();
        builder.HasOne<Subscription>().WithMany().HasForeignKey(row => row.SubscriptionUsn);
    }
}

internal sealed class SubscriptionEventMapping : IEntityTypeConfiguration<SubscriptionEvent>
{
    public void Configure(EntityTypeBuilder<SubscriptionEvent> builder)
    {
        builder.ToTable("subscription_event");
        builder.HasOne<Subscription>().WithMany().HasForeignKey(row => row.SubscriptionUsn);
    }
}

internal sealed class RatingChangeMapping : IEntityTypeConfiguration<RatingChange>
{
    public void Configure(EntityTypeBuilder<RatingChange> builder)
    {
        builder.ToTable("rating_change");
        builder.HasOne<Subscription>().WithMany().HasForeignKey(row => row.SubscriptionUsn);
    }
}
