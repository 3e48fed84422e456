using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Session;

namespace Smile.Rating.Notices;

/// <summary>Tells that a part of prepaid blocks is used.</summary>
[Port]
public interface IPrepaidWarnings
{
    /// <param name="account">Locked.</param>
    Task TellAsync(Account account, Subscription subscription, IReadOnlyList<PrepaidCrossing> crossings, CancellationToken cancellation);
}
