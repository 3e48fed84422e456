using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Smile.Receivables;

namespace Smile.Ordering.Storage;

internal sealed class OrderGroupMapping : IEntityTypeConfiguration<OrderGroup>
{
    public void Configure(EntityTypeBuilder<OrderGroup> builder) => builder.ToTable("order_group").HasKey(row => row.Number);
}

internal sealed class CustomerOrderMapping : IEntityTypeConfiguration<CustomerOrder>
{
    public void Configure(EntityTypeBuilder<CustomerOrder> builder)
    {
        builder.ToTable("customer_order").HasKey(row => row.Number);
        builder.HasMany(row => row.Components).WithOne().HasForeignKey(row => row.OrderNumber);
        builder.HasOne<OrderGroup>().WithMany().HasForeignKey(row => row.GroupNumber);
        builder.HasOne<FinancialTransaction>().WithMany().HasForeignKey(row => row.InitialInvoice);
    }
}

internal sealed class OrderedComponentMapping : IEntityTypeConfiguration<OrderedComponent>
{
    public void Configure(EntityTypeBuilder<OrderedComponent> builder) => builder.ToTable("ordered_component").HasKey(row => row.Usn);
}
