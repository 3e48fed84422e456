using Smile.Catalogue;
using Smile.Contracts;
using Smile.Customers.Subscriptions;
using Smile.NumberPools.IpRanges;
using Smile.Session;

namespace Smile.Hosting.NumberPools;

/// <summary>Addresses of subscriptions as documents of the wire: one mapping, for answers and messages.</summary>
public sealed class IpRangeDocuments : IIpRangeDocuments
{
    public OutgoingMessage Updated(CatalogueSnapshot catalogue, Subscription subscription, IReadOnlyList<HeldIpRange> ranges) =>
        SubscriptionMessages.SubscriptionIpRangesUpdated(
            catalogue,
            subscription,
            [.. ranges.Select(range => Document(range))],
            username: null
        );

    public OutgoingMessage Emptied(CatalogueSnapshot catalogue, ClosedSubscription closed) =>
        SubscriptionMessages.SubscriptionIpRangesUpdated(catalogue, closed.Subscription, [], closed.Username);

    /// <param name="namesPool">Whether the kind of the pool is said: one answer of the guide does (line 9764), the others do not.</param>
    public static SubscriptionIpRangeType Document(HeldIpRange range, bool namesPool = false) =>
        new()
        {
            SubscriptionIpRangeId = range.Id.ToString("D"),
            FromAddress = range.FromAddress,
            ToAddress = range.ToAddress,
            PoolReservationLink = range.Link is { } link ? LinkDocuments.Document(link, namesPool) : null,
        };
}
