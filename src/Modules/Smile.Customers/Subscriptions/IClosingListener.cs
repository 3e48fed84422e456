using Smile.Session;

namespace Smile.Customers.Subscriptions;

/// <summary>What goes with subscriptions that are closed: further identifiers, numbers, addresses.</summary>
[Port]
public interface IClosingListener
{
    /// <summary>Within the transaction that closes them, with their accounts locked, once they are closed.</summary>
    Task OnClosedAsync(IReadOnlyList<Subscription> closed, CancellationToken cancellation);
}
