using Smile.Catalogue;
using Smile.Customers.Subscriptions;
using Smile.Rating.Spend;
using Smile.Session;

namespace Smile.Rating.Notices;

/// <summary>Writes spend limits of a subscription as messages have them (guide, line 23365).</summary>
[Port]
public interface ISpendDocuments
{
    /// <returns>A SubscriptionSpendLimits document.</returns>
    string Write(CatalogueSnapshot catalogue, Subscription subscription, SpendState<SpendLimitItem> state);
}
