using Smile.Session;

namespace Smile.Customers.Subscriptions;

/// <summary>A subscription that was closed.</summary>
/// <param name="Username">The one that it had: its own is the USN from then on (guide, line 7858).</param>
public sealed record ClosedSubscription(Subscription Subscription, string Username);

/// <summary>What goes with subscriptions that are closed: further identifiers, numbers, addresses.</summary>
[Port]
public interface IClosingListener
{
    /// <summary>Within the transaction that closes them, with their accounts locked, once they are closed.</summary>
    Task OnClosedAsync(IReadOnlyList<ClosedSubscription> closed, CancellationToken cancellation);
}
