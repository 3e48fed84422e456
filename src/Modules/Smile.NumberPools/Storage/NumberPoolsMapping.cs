using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Smile.NumberPools.Storage;

internal sealed class NumberPoolMapping : IEntityTypeConfiguration<NumberPoolRow>
{
    public void Configure(EntityTypeBuilder<NumberPoolRow> builder)
    {
        builder.ToTable("number_pool").HasKey(row => row.Number);
        builder.Property(row => row.Number).UseIdentityAlwaysColumn();
    }
}

internal sealed class PoolReservationMapping : IEntityTypeConfiguration<PoolReservation>
{
    public void Configure(EntityTypeBuilder<PoolReservation> builder)
    {
        builder.ToTable("pool_reservation");
        builder.Property(row => row.Id).ValueGeneratedNever();
        builder.Ignore(row => row.Range);
        builder.HasOne<NumberPoolRow>().WithMany().HasForeignKey(row => row.Pool);
        builder.HasMany(row => row.Links).WithOne().HasForeignKey(row => row.ReservationId);
    }
}

internal sealed class PausedQuarantineMapping : IEntityTypeConfiguration<PausedQuarantine>
{
    public void Configure(EntityTypeBuilder<PausedQuarantine> builder)
    {
        builder.ToTable("pool_paused_quarantine");
        builder.Property(row => row.Id).UseIdentityAlwaysColumn();
        builder.Ignore(row => row.Range).Ignore(row => row.BackLink);
        builder.HasOne<PoolReservation>().WithMany().HasForeignKey(row => row.ReservationId);
    }
}

internal sealed class PoolLinkMapping : IEntityTypeConfiguration<PoolLink>
{
    public void Configure(EntityTypeBuilder<PoolLink> builder)
    {
        builder.ToTable("pool_link");
        builder.Property(row => row.Id).ValueGeneratedNever();
        builder.Ignore(row => row.BackLink);
    }
}
