using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Usage.Exports;

/// <summary>A subscription as files of activity statements name it.</summary>
/// <param name="Zone">Of its account: all times are on its clocks.</param>
public sealed record ActivitySubscriber(Usn Usn, int ServiceId, string Username, BillingTimeZone Zone, Currency Currency);

/// <summary>Whose activity a USN means, and whose the caller may see.</summary>
public static class ActivitySubscribers
{
    extension(StageSession session)
    {
        /// <summary>The account that a USN is of, or whose subscription it is, with the subscriptions that are meant.</summary>
        /// <exception cref="SmileException">The USN is neither an account's nor a subscription's for this caller.</exception>
        internal async Task<(Account Account, IReadOnlyList<Usn> Subscriptions)> FindActivityAsync(Usn usn, CancellationToken cancellation)
        {
            if (await session.FindAccountAsync(usn.Value, cancellation) is { } account)
            {
                return (account, await session.SubscriptionsOfAsync(account.Usn, cancellation));
            }

            return
                await session.AccountOfSubscriptionAsync(usn, cancellation) is { } owner
                && await session.FindAccountAsync(owner.Value, cancellation) is { } found
                ? (found, [usn])
                : throw Refuse.NotFound("usn", usn, "There is no such account or subscription, or you may not access it.", Missing.Usn);
        }

        /// <summary>All subscriptions of an account, closed ones too.</summary>
        public async Task<IReadOnlyList<Usn>> SubscriptionsOfAsync(Usn account, CancellationToken cancellation)
        {
            var usns = await session
                .Database.ReadSubscriptions.Where(subscription => subscription.AccountUsn == account)
                .Select(subscription => subscription.Usn)
                .ToListAsync(cancellation);
            usns.Sort();
            return usns;
        }

        /// <summary>Those of some subscriptions that the caller may reach now.</summary>
        public async Task<IReadOnlyDictionary<Usn, ActivitySubscriber>> ReachedSubscribersAsync(
            IEnumerable<Usn> usns,
            CancellationToken cancellation
        ) =>
            (await session.FindSubscribersAsync(usns, cancellation))
                .Where(found => session.Caller.MayReach(found.Account))
                .ToDictionary(found => found.Subscriber.Usn, found => found.Subscriber);

        /// <summary>Some subscriptions, whoever asks.</summary>
        public async Task<IReadOnlyDictionary<Usn, ActivitySubscriber>> SubscribersAsync(
            IEnumerable<Usn> usns,
            CancellationToken cancellation
        ) =>
            (await session.FindSubscribersAsync(usns, cancellation)).ToDictionary(found => found.Subscriber.Usn, found => found.Subscriber);

        private async Task<IReadOnlyList<(Usn Account, ActivitySubscriber Subscriber)>> FindSubscribersAsync(
            IEnumerable<Usn> usns,
            CancellationToken cancellation
        )
        {
            var wanted = usns.Distinct().ToArray();
            var found = await (
                from subscription in session.Database.ReadSubscriptions
                where wanted.Contains(subscription.Usn)
                join account in session.Database.ReadAccounts on subscription.AccountUsn equals account.Usn
                select new
                {
                    subscription.Usn,
                    subscription.ServiceId,
                    subscription.Username,
                    Owner = account.Usn,
                    account.TimeZoneId,
                    account.Currency,
                }
            ).ToListAsync(cancellation);
            return found.ConvertAll(each =>
                (
                    each.Owner,
                    new ActivitySubscriber(
                        each.Usn,
                        each.ServiceId,
                        each.Username,
                        session.Catalogue.Zone(each.TimeZoneId),
                        session.Catalogue.Currency(each.Currency)
                    )
                )
            );
        }
    }
}
