using Microsoft.EntityFrameworkCore;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Rating.Subjects;
using Smile.Session;

namespace Smile.Rating.Credit;

/// <summary>Reads the credit limits of many accounts, with as many queries as for one.</summary>
[UseCase]
public sealed class CreditReader(StageSession session)
{
    /// <param name="accounts">Locked.</param>
    internal async Task<IReadOnlyList<CreditOfAccount>> ReadAsync(IReadOnlyList<Account> accounts, CancellationToken cancellation)
    {
        var usns = accounts.Select(account => account.Usn).ToArray();
        var own = await session
            .Database.CreditLimits.AsNoTracking()
            .Where(limit => usns.Contains(limit.AccountUsn))
            .ToDictionaryAsync(limit => limit.AccountUsn, cancellation);
        var all = (
            await session
                .Database.ReadSubscriptions.Where(subscription => usns.Contains(subscription.AccountUsn))
                .Select(subscription => new { subscription.Usn, subscription.AccountUsn })
                .ToListAsync(cancellation)
        ).ToLookup(subscription => subscription.AccountUsn, subscription => subscription.Usn);
        var open = (
            await session
                .Database.LoadSubscriptions.Where(subscription => usns.Contains(subscription.AccountUsn) && subscription.Closed == null)
                .OrderBy(subscription => subscription.Usn)
                .ToListAsync(cancellation)
        ).ToLookup(subscription => subscription.AccountUsn);
        var openUsns = open.SelectMany(subscriptions => subscriptions).Select(subscription => subscription.Usn).ToArray();
        var items = (
            await session.Database.ReadPlanScheduleItems.Where(item => openUsns.Contains(item.SubscriptionUsn)).ToListAsync(cancellation)
        ).ToLookup(item => item.SubscriptionUsn);
        var allUsns = all.SelectMany(subscriptions => subscriptions).ToArray();
        var states = await session
            .Database.CreditLimitStates.Where(state => allUsns.Contains(state.SubscriptionUsn))
            .ToDictionaryAsync(state => state.SubscriptionUsn, cancellation);
        return
        [
            .. accounts.Select(account => new CreditOfAccount(
                account,
                CreditLimits.OfAccount(session.Catalogue, account, own.GetValueOrDefault(account.Usn)),
                [.. all[account.Usn]],
                [
                    .. open[account.Usn]
                        .Select(subscription => new CreditOfSubscription(
                            subscription,
                            LimitsOf(account, subscription, items[subscription.Usn]),
                            states.GetValueOrDefault(subscription.Usn)
                        )),
                ],
                [
                    .. all[account.Usn]
                        .Except(open[account.Usn].Select(subscription => subscription.Usn))
                        .Select(usn => states.GetValueOrDefault(usn))
                        .OfType<CreditLimitState>(),
                ],
                [
                    .. open[account.Usn]
                        .SelectMany(subscription => items[subscription.Usn])
                        .Select(item => item.Start)
                        .Where(start => start > session.Now),
                ]
            )),
        ];
    }

    /// <summary>The limits of the plans that a subscription has now.</summary>
    private IReadOnlyList<PlanCredit> LimitsOf(Account account, Subscription subscription, IEnumerable<PlanScheduleItem> items) =>
        [
            .. PlanStints
                .Of(session.Catalogue, subscription, items)
                .Where(stint => stint.Start <= session.Now && stint.End > session.Now)
                .Select(stint =>
                    CreditLimits.In(session.Catalogue, account, stint.Plan.CreditLimit) is { } limit
                        ? new PlanCredit(stint.Plan, limit)
                        : null
                )
                .OfType<PlanCredit>()
                .OrderBy(each => each.Limit.Amount),
        ];
}
