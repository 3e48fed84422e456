using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Smile.Customers.Accounts;

namespace Smile.Receivables.GeneralLedger.Storage;

internal sealed class LedgerEntryMapping : IEntityTypeConfiguration<LedgerEntry>
{
    public void Configure(EntityTypeBuilder<LedgerEntry> builder)
    {
        builder.ToTable("ledger_entry");
        builder.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
        builder.HasOne<FinancialTransaction>().WithMany().HasForeignKey(row => row.TransactionNumber);
    }
}
