using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Receivables;

namespace Smile.Correspondence.Documents.Storage;

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
