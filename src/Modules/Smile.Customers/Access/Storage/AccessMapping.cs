using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Smile.Customers.Subscriptions;

namespace Smile.Customers.Access.Storage;

internal sealed class ApiPermissionMapping : IEntityTypeConfiguration<ApiPermission>
{
    public void Configure(EntityTypeBuilder<ApiPermission> builder)
    {
        builder.ToTable("api_permission").HasKey(row => row.SubscriptionUsn);
        builder.HasOne<Subscription>().WithOne().HasForeignKey<ApiPermission>(row => row.SubscriptionUsn);
    }
}
