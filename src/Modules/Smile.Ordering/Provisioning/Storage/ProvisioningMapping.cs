using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Smile.Customers.Subscriptions;

namespace Smile.Ordering.Provisioning.Storage;

internal sealed class ProvisionRequestMapping : IEntityTypeConfiguration<ProvisionRequest>
{
    public void Configure(EntityTypeBuilder<ProvisionRequest> builder)
    {
        builder.ToTable("provision_request");
        builder.Property(row => row.Id).ValueGeneratedNever();
        builder.HasMany(row => row.Logs).WithOne().HasForeignKey(row => row.ProvisionRequestId);
        builder.HasOne<Subscription>().WithMany().HasForeignKey(row => row.SubscriptionUsn);
    }
}

internal sealed class ProvisionRequestLogMapping : IEntityTypeConfiguration<ProvisionRequestLog>
{
    public void Configure(EntityTypeBuilder<ProvisionRequestLog> builder) => builder.ToTable("provision_request_log");
}
