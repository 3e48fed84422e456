using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Smile.Customers.Accounts;

namespace Smile.Billing.Plans.Storage;

internal sealed class RecurringChargeMapping : IEntityTypeConfiguration<RecurringCharge>
{
    public void Configure(EntityTypeBuilder<RecurringCharge> builder)
    {
        builder.ToTable("recurring_charge");
        builder.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
    }
}
