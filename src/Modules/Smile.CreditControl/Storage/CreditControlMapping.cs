using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Smile.Customers.Accounts;
using Smile.Receivables;

namespace Smile.CreditControl.Storage;

internal sealed class CreditControlStateMapping : IEntityTypeConfiguration<CreditControlState>
{
    public void Configure(EntityTypeBuilder<CreditControlState> builder)
    {
        builder.ToTable("credit_control_state").HasKey(row => row.AccountUsn);
        builder.HasOne<Account>().WithOne().HasForeignKey<CreditControlState>(row => row.AccountUsn);
    }
}

internal sealed class InvoiceTreatmentMapping : IEntityTypeConfiguration<InvoiceTreatment>
{
    public void Configure(EntityTypeBuilder<InvoiceTreatment> builder)
    {
        builder.ToTable("invoice_treatment").HasKey(row => new { row.TransactionNumber, row.LevelName });
        builder.HasOne<FinancialTransaction>().WithMany().HasForeignKey(row => row.TransactionNumber);
        builder.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
        builder.HasOne<FinancialTransaction>().WithMany().HasForeignKey(row => row.LateFeeNumber);
    }
}
