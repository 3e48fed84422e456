using Microsoft.EntityFrameworkCore;
using Smile.Contracts.Faults;
using Smile.Customers.Access;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions.Storage;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Customers.Subscriptions;

/// <summary>Finds and locks the subscriptions that the caller of a session may reach, and says which of them he may change.</summary>
public static class SubscriptionsOfSession
{
    extension(StageSession session)
    {
        /// <summary>Reads a subscription with its account, not to be changed.</summary>
        /// <exception cref="SmileException">There is no such subscription for this caller.</exception>
        public async Task<FoundSubscription> ReadSubscriptionAsync(string usn, CancellationToken cancellation)
        {
            var found = await session.Database.FindSubscriptionAsync(new Usn(usn.Trim()), cancellation);
            return found is not null && session.Caller.MayReach(found.Account.Usn) ? found : throw StageSession.NoSuchSubscription(usn);
        }

        /// <summary>
        /// Begins the transaction, locks the account of a subscription that the caller may reach, and reads the subscription.
        /// </summary>
        /// <returns>Null where there is no such subscription for this caller.</returns>
        public async Task<(Account Account, Subscription Subscription)?> BeginOnSubscriptionAsync(
            string usn,
            CancellationToken cancellation
        )
        {
            await session.Database.BeginAsync(cancellation);
            var key = new Usn(usn);
            while (true)
            {
                var accountUsn = await session.AccountOfSubscriptionAsync(key, cancellation);
                if (accountUsn is not { } owner || await session.LockAccountAsync(owner, cancellation) is not { } account)
                {
                    return null;
                }

                if (
                    await session.Database.Subscriptions.FirstOrDefaultAsync(
                        candidate => candidate.Usn == key && candidate.AccountUsn == owner,
                        cancellation
                    ) is
                    { } subscription
                )
                {
                    await session.RequireMayChangeAsync([subscription], cancellation);
                    return (account, subscription);
                }

                // It was migrated to another account between the look and the lock: look again. Nothing of it was tracked, so nothing stale
                // comes back.
            }
        }

        /// <summary>
        /// Refuses to change a login that may do more than the caller: whoever sets its password, name or address can be it.
        /// </summary>
        /// <exception cref="SmileException">One of the subscriptions is such a login.</exception>
        public async Task RequireMayChangeAsync(IEnumerable<Subscription> subscriptions, CancellationToken cancellation)
        {
            if ((await session.StrongerLoginsAsync(subscriptions, cancellation)).Count > 0)
            {
                throw Refuse.Forbidden(
                    "This is a login to the API that has permissions which you do not have. Only who may do as much may change it."
                );
            }
        }

        /// <summary>Those of some subscriptions that are logins which may do more than the caller.</summary>
        public async Task<IReadOnlySet<Usn>> StrongerLoginsAsync(IEnumerable<Subscription> subscriptions, CancellationToken cancellation)
        {
            var logins = subscriptions
                .Where(subscription => session.Catalogue.Service(subscription.ServiceId) is null or { IsCatAccess: true })
                .Select(subscription => subscription.Usn)
                .ToArray();
            if (session.Caller.IsServer || logins.Length == 0)
            {
                return new HashSet<Usn>();
            }

            var permissions = await session
                .Database.ApiPermissions.AsNoTracking()
                .Where(permission => logins.Contains(permission.SubscriptionUsn))
                .ToListAsync(cancellation);
            return permissions
                .Where(permission => !session.Caller.MayDoAllOf(permission))
                .Select(permission => permission.SubscriptionUsn)
                .ToHashSet();
        }

        /// <summary>Whether something was asked for by a login of the caller's own account, and not by the company.</summary>
        public async Task<bool> IsOfCallersAccountAsync(Usn who, CancellationToken cancellation) =>
            who == session.Caller.Usn
            || await session.Database.Subscriptions.AnyAsync(
                login => login.Usn == who && login.AccountUsn == session.Caller.AccountUsn,
                cancellation
            );

        /// <summary>
        /// Reads a subscription to be changed, within a transaction that holds its account's lock; null where there is none.
        /// </summary>
        public Task<Subscription?> LoadSubscriptionAsync(Usn usn, CancellationToken cancellation) =>
            session.Database.Subscriptions.FirstOrDefaultAsync(candidate => candidate.Usn == usn, cancellation);

        /// <summary>The account that a subscription belongs to; null where the USN is no subscription's.</summary>
        public Task<Usn?> AccountOfSubscriptionAsync(Usn usn, CancellationToken cancellation) =>
            session
                .Database.Subscriptions.AsNoTracking()
                .Where(candidate => candidate.Usn == usn)
                .Select(candidate => (Usn?)candidate.AccountUsn)
                .FirstOrDefaultAsync(cancellation);

        public static SmileException NoSuchSubscription(string usn) =>
            Refuse.NotFound("usn", usn, "There is no such subscription, or you may not access it.", Missing.Subscription);
    }
}
