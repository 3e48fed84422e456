using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Receivables;

namespace Smile.Correspondence.Dispatch.Storage;

internal sealed class DispatchItemMapping : IEntityTypeConfiguration<DispatchItem>
{
    public void Configure(EntityTypeBuilder<DispatchItem> builder)
    {
        builder.ToTable("dispatch_item");
        builder.Property(row => row.TemplateValues).HasColumnType("jsonb");
        builder.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
        builder.HasOne<Subscription>().WithMany().HasForeignKey(row => row.SubscriptionUsn);
        builder.HasOne<FinancialTransaction>().WithMany().HasForeignKey(row => row.TransactionNumber);
    }
}
