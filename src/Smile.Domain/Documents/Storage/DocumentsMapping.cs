using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Smile.Domain.Accounts;
using Smile.Domain.Receivables;
using Smile.Domain.Subscriptions;

namespace Smile.Domain.Documents.Storage;

internal sealed class DocumentDownloadMapping : IEntityTypeConfiguration<DocumentDownload>
{
    public void Configure(EntityTypeBuilder<DocumentDownload> builder)
    {
        builder.ToTable("document_download");
        builder.Property(row => row.Id).ValueGeneratedNever();
        builder.HasOne<Subscription>().WithMany().HasForeignKey(row => row.CallerUsn);
        builder.HasOne<FinancialTransaction>().WithMany().HasForeignKey(row => row.TransactionNumber);
        builder.HasOne<Account>().WithMany().HasForeignKey(row => row.StatementUsn);
    }
}
