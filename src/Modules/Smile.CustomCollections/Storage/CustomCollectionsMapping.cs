using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Smile.CustomCollections.Storage;

internal sealed class CustomCollectionEntryMapping : IEntityTypeConfiguration<CustomCollectionEntry>
{
    public void Configure(EntityTypeBuilder<CustomCollectionEntry> builder)
    {
        builder.ToTable("custom_collection_entry").HasKey(row => row.Key);
        builder.Property(row => row.Key).UseIdentityByDefaultColumn();
    }
}
