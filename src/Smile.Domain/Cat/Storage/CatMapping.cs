using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Smile.Domain.Subscriptions;

namespace Smile.Domain.Cat.Storage;

internal sealed class PasswordLinkMapping : IEntityTypeConfiguration<PasswordLink>
{
    public void Configure(EntityTypeBuilder<PasswordLink> builder)
    {
        builder.ToTable("password_link");
        builder.HasOne<Subscription>().WithMany().HasForeignKey(row => row.SubscriptionUsn);
    }
}
