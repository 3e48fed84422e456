using Smile.Customers.Accounts;

namespace Smile.Customers.Subscriptions;

/// <summary>A subscription with what its document needs.</summary>
public sealed record FoundSubscription(Subscription Subscription, Account Account, CostCentre? CostCentre);
