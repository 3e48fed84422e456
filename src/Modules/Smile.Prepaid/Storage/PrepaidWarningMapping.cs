using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Smile.Prepaid.Storage;

internal sealed class PrepaidWarningMapping : IEntityTypeConfiguration<PrepaidWarning>
{
    public void Configure(EntityTypeBuilder<PrepaidWarning> builder)
    {
        builder.ToTable("prepaid_warning");
        builder.HasOne<PurchasedBlock>().WithMany().HasForeignKey(row => row.BlockId);
    }
}
