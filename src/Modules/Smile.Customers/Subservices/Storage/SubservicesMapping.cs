using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Smile.Customers.Subscriptions;

namespace Smile.Customers.Subservices.Storage;

internal sealed class SubserviceMapping : IEntityTypeConfiguration<Subservice>
{
    public void Configure(EntityTypeBuilder<Subservice> builder)
    {
        builder.ToTable("subservice");
        builder.HasMany(row => row.Names).WithOne().HasForeignKey(row => row.SubserviceId);
        builder.HasOne<Subscription>().WithMany().HasForeignKey(row => row.SubscriptionUsn);
    }
}

internal sealed class SubserviceNameMapping : IEntityTypeConfiguration<SubserviceName>
{
    public void Configure(EntityTypeBuilder<SubserviceName> builder) => builder.ToTable("subservice_name");
}
