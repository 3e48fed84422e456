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

    /// <summary>The same of a subscription that is closed, and has nothing any more; with the username that it had.</summary>
    OutgoingMessage Emptied(CatalogueSnapshot catalogue, ClosedSubscription closed);
}

/// <summary>Addresses that a subscription has.</summary>
/// <param name="Link">To the reservation that they come from; null where no pool manages them.</param>
public sealed record HeldIpRange(Guid Id, string FromAddress, string ToAddress, ReservationLink? Link);
