using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Smile.Domain.Accounts;

namespace Smile.Domain.DueWork.Storage;

internal sealed class DueWorkItemMapping : IEntityTypeConfiguration<DueWorkItem>
{
    public void Configure(EntityTypeBuilder<DueWorkItem> builder)
    {
        builder.ToTable("due_work");
        builder.HasOne<Account>().WithMany().HasForeignKey(row => row.AccountUsn);
    }
}
