using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Smile.Domain.Accounts;

namespace Smile.Domain.Plans.Storage;

internal sealed class RecurringChargeMapping : IEntityTypeConfiguration<RecurringCharge>
{
    public void Configure(EntityTypeBuilder<RecurringCharge> builder)
    {
        builder.ToTable("recurring_charge");
        builder.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
    }
}
