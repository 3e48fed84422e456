using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Rating.Credit;

namespace Smile.Rating.Storage;

internal sealed class CreditLimitMapping : IEntityTypeConfiguration<CreditLimit>
{
    public void Configure(EntityTypeBuilder<CreditLimit> builder)
    {
        builder.ToTable("credit_limit");
        builder.HasKey(row => row.AccountUsn);
        builder.HasOne<Account>().WithOne().HasForeignKey<CreditLimit>(row => row.AccountUsn);
    }
}

internal sealed class CreditLimitStateMapping : IEntityTypeConfiguration<CreditLimitState>
{
    public void Configure(EntityTypeBuilder<CreditLimitState> builder)
    {
        builder.ToTable("credit_limit_state");
        builder.HasKey(row => row.SubscriptionUsn);
        builder.HasOne<Subscription>().WithOne().HasForeignKey<CreditLimitState>(row => row.SubscriptionUsn);
    }
}
