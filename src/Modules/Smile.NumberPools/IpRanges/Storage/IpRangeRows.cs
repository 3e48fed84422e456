using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Smile.Customers.Subscriptions;
using Smile.Session;

namespace Smile.NumberPools.IpRanges.Storage;

internal sealed class SubscriptionIpRangeMapping : IEntityTypeConfiguration<SubscriptionIpRange>
{
    public void Configure(EntityTypeBuilder<SubscriptionIpRange> builder)
    {
        builder.ToTable("subscription_ip_range");
        builder.Property(row => row.Id).ValueGeneratedNever();
        builder.HasOne<Subscription>().WithMany().HasForeignKey(row => row.SubscriptionUsn);
    }
}

/// <summary>Finds addresses within ranges.</summary>
internal static class IpRangeRows
{
    extension(IStageDatabase database)
    {
        /// <summary>The ranges, present and past, that have an address.</summary>
        public IQueryable<SubscriptionIpRange> RangesWithAddress(int version, BigInteger position) =>
            database.SubscriptionIpRanges.FromSql(
                $"""
                SELECT * FROM subscription_ip_range
                WHERE pool_span(version, first, last) && pool_span({version}, {position}::numeric, {position}::numeric)
                """
            );
    }
}
