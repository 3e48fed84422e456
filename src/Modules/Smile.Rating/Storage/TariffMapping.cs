using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Smile.Rating.Tariffs;

namespace Smile.Rating.Storage;

internal sealed class DestinationMapping : IEntityTypeConfiguration<DestinationRow>
{
    public void Configure(EntityTypeBuilder<DestinationRow> builder)
    {
        builder.ToTable("destination");
        builder.Property(row => row.Id).UseIdentityAlwaysColumn();
    }
}

internal sealed class RateCardMapping : IEntityTypeConfiguration<RateCard>
{
    public void Configure(EntityTypeBuilder<RateCard> builder)
    {
        builder.ToTable("rate_card");
        builder.Property(row => row.Id).UseIdentityAlwaysColumn();
    }
}
