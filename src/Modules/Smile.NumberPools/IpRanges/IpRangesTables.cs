using Microsoft.EntityFrameworkCore;
using Smile.Session;

namespace Smile.NumberPools.IpRanges;

/// <summary>Addresses of subscriptions.</summary>
public static class IpRangesTables
{
    extension(IStageDatabase database)
    {
        internal DbSet<SubscriptionIpRange> SubscriptionIpRanges => database.Set<SubscriptionIpRange>();

        /// <summary>To be read by other modules.</summary>
        public IQueryable<SubscriptionIpRange> ReadSubscriptionIpRanges => database.Set<SubscriptionIpRange>().AsNoTracking();
    }
}
