using Smile.Catalogue;
using Smile.Customers.Subscriptions;
using Smile.Session;

namespace Smile.NumberPools.IpRanges;

/// <summary>Writes addresses of subscriptions as messages carry them.</summary>
[Port]
public interface IIpRangeDocuments
{
    /// <summary>SubscriptionIpRangesUpdated: a subscription and all that it has now (guide, line 22789).</summary>
    OutgoingMessage Updated(CatalogueSnapshot catalogue, Subscription subscription, IReadOnlyList<HeldIpRange> ranges);
}

/// <summary>Addresses that a subscription has.</summary>
/// <param name="Link">To the reservation that they come from; null where no pool manages them.</param>
public sealed record HeldIpRange(Guid Id, string FromAddress, string ToAddress, ReservationLink? Link);
