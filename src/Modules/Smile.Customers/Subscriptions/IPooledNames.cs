using Smile.Contracts.Faults;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Customers.Subscriptions;

/// <summary>A username that a subscription takes, for itself or one of its subservices.</summary>
/// <param name="Field">What the request calls it.</param>
public sealed record TakenName(Usn Subscription, Usn Account, int ServiceId, string Field, string Username)
{
    /// <summary>Whether an order gives it the name: what the order takes from a pool was pre-allocated before.</summary>
    public bool IsOrdered { get; init; }

    /// <summary>Whether the subscription is activated, and so what it takes is in use at once.</summary>
    public bool IsInUse { get; init; }

    /// <summary>A name that a subscription takes which is there.</summary>
    public static TakenName By(Subscription subscription, string field, string username) =>
        new(subscription.Usn, subscription.AccountUsn, subscription.ServiceId, field, username)
        {
            IsInUse = subscription.ActivateStatus == ActivateStatus.Activated,
        };
}

/// <summary>
/// Usernames that are numbers of pools: where a service's names come from a pool, nobody bears a number that he does not hold.
/// </summary>
[Port]
public interface IPooledNames
{
    /// <summary>
    /// Refuses the first of some usernames that is a number of a pool and not held by its subscription or account. What a temporary link
    /// holds is the subscription's from now on.
    /// </summary>
    Task TakeAsync(IReadOnlyCollection<TakenName> names, Fault fault, CancellationToken cancellation);

    /// <summary>Gives the numbers of usernames back that a subscription no longer has, as closing does.</summary>
    Task GiveUpAsync(IReadOnlyCollection<(Subscription Subscription, string Username)> names, CancellationToken cancellation);
}
