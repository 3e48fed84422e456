using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Smile.Customers.Accounts;

namespace Smile.Customers.DueWork.Storage;

internal sealed class DueWorkItemMapping : IEntityTypeConfiguration<DueWorkItem>
{
    public void Configure(EntityTypeBuilder<DueWorkItem> builder)
    {
        builder.ToTable("due_work");
        builder.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
    }
}
