using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Smile.Customers.Accounts;

namespace Smile.Receivables.Storage;

internal sealed class FinancialTransactionMapping : IEntityTypeConfiguration<FinancialTransaction>
{
    public void Configure(EntityTypeBuilder<FinancialTransaction> builder)
    {
        builder.ToTable("financial_transaction").HasKey(row => row.Number);
        builder.Ignore(row => row.PrintedNumber);
        builder.HasMany(row => row.Items).WithOne().HasForeignKey(row => row.TransactionNumber);
        builder.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
    }
}

internal sealed class TransactionItemMapping : IEntityTypeConfiguration<TransactionItem>
{
    public void Configure(EntityTypeBuilder<TransactionItem> builder)
    {
        builder.ToTable("transaction_item");
        builder.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
        builder.HasOne<CostCentre>().WithMany().HasForeignKey(row => row.CostCentreId);
    }
}

internal sealed class AllocationMapping : IEntityTypeConfiguration<Allocation>
{
    public void Configure(EntityTypeBuilder<Allocation> builder)
    {
        builder.ToTable("allocation");
        builder.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
        builder.HasOne<FinancialTransaction>().WithMany().HasForeignKey(row => row.DebitNumber);
        builder.HasOne<FinancialTransaction>().WithMany().HasForeignKey(row => row.CreditNumber);
    }
}

internal sealed class DebtorCloseDateMapping : IEntityTypeConfiguration<DebtorCloseDate>
{
    public void Configure(EntityTypeBuilder<DebtorCloseDate> builder)
    {
        builder.ToTable("debtor_close_date").HasKey(row => row.CompanyId);
        builder.Property(row => row.CompanyId).ValueGeneratedNever();
    }
}

internal sealed class AccountDisputeMapping : IEntityTypeConfiguration<AccountDispute>
{
    public void Configure(EntityTypeBuilder<AccountDispute> builder)
    {
        builder.ToTable("account_dispute");
        builder.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
    }
}

internal sealed class AssignedDiscountMapping : IEntityTypeConfiguration<AssignedDiscount>
{
    public void Configure(EntityTypeBuilder<AssignedDiscount> builder)
    {
        builder.ToTable("assigned_discount");
        builder.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
    }
}
