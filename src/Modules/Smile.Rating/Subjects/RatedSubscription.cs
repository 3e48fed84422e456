using Microsoft.EntityFrameworkCore;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Rating.Subjects;

/// <summary>A subscription with the account that says its zone, its cycles and its tax.</summary>
internal sealed record RatedSubscription(Subscription Subscription, Account Account)
{
    /// <summary>Those that there are of some USNs, by one query.</summary>
    public static async Task<IReadOnlyDictionary<Usn, RatedSubscription>> ReadAsync(
        IStageDatabase database,
        Usn[] usns,
        CancellationToken cancellation
    ) =>
        await (
            from subscription in database.ReadSubscriptions
            where usns.Contains(subscription.Usn)
            join account in database.ReadAccounts on subscription.AccountUsn equals account.Usn
            select new RatedSubscription(subscription, account)
        ).ToDictionaryAsync(rated => rated.Subscription.Usn, cancellation);
}
