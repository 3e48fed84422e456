using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Smile.Customers.Accounts;
using Smile.Receivables;

namespace Smile.Payments.Storage;

internal sealed class StoredPaymentDetailsMapping : IEntityTypeConfiguration<StoredPaymentDetails>
{
    public void Configure(EntityTypeBuilder<StoredPaymentDetails> builder)
    {
        builder.ToTable("stored_payment_details");
        builder.Property(row => row.Id).ValueGeneratedNever();
        builder.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
    }
}

internal sealed class PaymentMapping : IEntityTypeConfiguration<Payment>
{
    public void Configure(EntityTypeBuilder<Payment> builder)
    {
        builder.ToTable("payment").HasKey(row => row.Number);
        builder.Ignore(row => row.NetAmount).Ignore(row => row.OpenAttempt);
        builder.HasMany(row => row.Attempts).WithOne().HasForeignKey(row => row.PaymentNumber);
        builder.HasMany(row => row.RequestedAllocations).WithOne().HasForeignKey(row => row.PaymentNumber);
        builder.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
        builder.HasOne<PaymentPlan>().WithMany().HasForeignKey(row => row.PaymentPlanNumber);
        builder.HasOne<Payment>().WithMany().HasForeignKey(row => row.Replaces);
        builder.HasOne<FinancialTransaction>().WithMany().HasForeignKey(row => row.InvoiceNumber);
        builder.HasOne<FinancialTransaction>().WithMany().HasForeignKey(row => row.SurchargeNumber);
        builder.HasOne<FinancialTransaction>().WithMany().HasForeignKey(row => row.DeclineFeeNumber);
    }
}

internal sealed class PaymentAttemptMapping : IEntityTypeConfiguration<PaymentAttempt>
{
    public void Configure(EntityTypeBuilder<PaymentAttempt> builder) => builder.ToTable("payment_attempt");
}

internal sealed class PaymentRefundMapping : IEntityTypeConfiguration<PaymentRefund>
{
    public void Configure(EntityTypeBuilder<PaymentRefund> builder)
    {
        builder.ToTable("payment_refund").HasKey(row => row.Number);
        builder.HasOne<Payment>().WithMany().HasForeignKey(row => row.PaymentNumber);
        builder.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
        builder.HasOne<FinancialTransaction>().WithMany().HasForeignKey(row => row.TransactionNumber);
    }
}

internal sealed class RequestedAllocationMapping : IEntityTypeConfiguration<RequestedAllocation>
{
    public void Configure(EntityTypeBuilder<RequestedAllocation> builder)
    {
        builder.ToTable("wanted_allocation").HasKey(row => new { row.PaymentNumber, row.Position });
        builder.HasOne<FinancialTransaction>().WithMany().HasForeignKey(row => row.TransactionNumber);
    }
}

internal sealed class PaymentPlanMapping : IEntityTypeConfiguration<PaymentPlan>
{
    public void Configure(EntityTypeBuilder<PaymentPlan> builder)
    {
        builder.ToTable("payment_plan").HasKey(row => row.Number);
        builder.HasMany(row => row.Invoices).WithOne().HasForeignKey(row => row.PaymentPlanNumber);
        builder.HasMany(row => row.Instalments).WithOne().HasForeignKey(row => row.PaymentPlanNumber);
        builder.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
    }
}

internal sealed class PaymentPlanInvoiceMapping : IEntityTypeConfiguration<PaymentPlanInvoice>
{
    public void Configure(EntityTypeBuilder<PaymentPlanInvoice> builder)
    {
        builder.ToTable("payment_plan_invoice").HasKey(row => new { row.PaymentPlanNumber, row.TransactionNumber });
        builder.HasOne<FinancialTransaction>().WithMany().HasForeignKey(row => row.TransactionNumber);
    }
}

internal sealed class PaymentPlanInstalmentMapping : IEntityTypeConfiguration<PaymentPlanInstalment>
{
    public void Configure(EntityTypeBuilder<PaymentPlanInstalment> builder)
    {
        builder.ToTable("payment_plan_instalment").HasKey(row => new { row.PaymentPlanNumber, row.Position });
        builder.HasOne<Payment>().WithMany().HasForeignKey(row => row.PaymentNumber);
    }
}

internal sealed class AutoPaymentChoiceMapping : IEntityTypeConfiguration<AutoPaymentChoice>
{
    public void Configure(EntityTypeBuilder<AutoPaymentChoice> builder)
    {
        builder.ToTable("auto_payment_choice").HasKey(row => row.AccountUsn);
        builder.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
    }
}
