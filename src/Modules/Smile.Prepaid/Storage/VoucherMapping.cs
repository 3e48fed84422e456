using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Smile.Prepaid.Vouchers;

namespace Smile.Prepaid.Storage;

internal sealed class VoucherBatchMapping : IEntityTypeConfiguration<VoucherBatch>
{
    public void Configure(EntityTypeBuilder<VoucherBatch> builder) => builder.ToTable("voucher_batch");
}

internal sealed class VoucherMapping : IEntityTypeConfiguration<Voucher>
{
    public void Configure(EntityTypeBuilder<Voucher> builder)
    {
        builder.ToTable("voucher");
        builder.HasKey(row => new { row.CompanyId, row.Number });
        builder.HasOne(row => row.Batch).WithMany().HasForeignKey(row => row.BatchId);
        builder.HasOne<PurchasedBlock>().WithMany().HasForeignKey(row => row.BlockId);
    }
}
