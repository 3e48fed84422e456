using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;

namespace Smile.Billing.Storage;

internal sealed class BillingRunMapping : IEntityTypeConfiguration<BillingRun>
{
    public void Configure(EntityTypeBuilder<BillingRun> builder) => builder.ToTable("billing_run");
}

internal sealed class BillMapping : IEntityTypeConfiguration<Bill>
{
    public void Configure(EntityTypeBuilder<Bill> builder)
    {
        builder.ToTable("bill");
        builder.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
        builder.HasOne<BillingRun>().WithMany().HasForeignKey(row => row.BillingRunId);
    }
}

internal sealed class RatingPeriodMapping : IEntityTypeConfiguration<RatingPeriod>
{
    public void Configure(EntityTypeBuilder<RatingPeriod> builder)
    {
        builder.ToTable("rating_period");
        builder.HasOne<Subscription>().WithMany().HasForeignKey(row => row.SubscriptionUsn);
        builder.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
    }
}
