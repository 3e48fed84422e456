using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Smile.Customers.Accounts.Storage;

internal sealed class AccountMapping : IEntityTypeConfiguration<Account>
{
    public void Configure(EntityTypeBuilder<Account> builder)
    {
        builder.ToTable("account").HasKey(row => row.Usn);
        builder.Ignore(row => row.InvoicingCycle).Ignore(row => row.RatingCycle);
        builder.Property(row => row.InvoicingCycleType);
        builder.Property(row => row.InvoicingCycleDay);
        builder.Property(row => row.InvoicingCycleTable);
        builder.Property(row => row.RatingCycleType);
        builder.Property(row => row.RatingCycleDay);
        builder.Property(row => row.RatingCycleTable);
    }
}

internal sealed class CostCentreMapping : IEntityTypeConfiguration<CostCentre>
{
    public void Configure(EntityTypeBuilder<CostCentre> builder)
    {
        builder.ToTable("cost_centre");
        builder.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
    }
}
