using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Contracts.Messages;
using Smile.Customers.Accounts;
using Smile.Customers.Accounts.Storage;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Rating.Spend;
using Smile.Rating.Storage;
using Smile.Session;
using Smile.Usage;

namespace Smile.Rating.Notices;

/// <summary>
/// Acts on what rating has told: announces spend limits that were crossed, and applies features and takes them off. Each notice is acted
/// on once: what was done is noted in the transaction that does it, under the account's lock.
/// </summary>
[UseCase]
public sealed class TellUsageNotices(
    StageSession session,
    UsageDatabase database,
    UsageTreatments treatments,
    ISpendDocuments documents,
    IPrepaidWarnings prepaid,
    UsageNoticeMail mail
)
{
    private const int Together = 100;

    /// <returns>Whether there may be more.</returns>
    public async Task<bool> ExecuteAsync(CancellationToken cancellation)
    {
        session.Caller.RequireAllAccounts();
        var waiting = await NoticeRows.WaitingAsync(database, Together, cancellation);
        if (waiting.Count == 0)
        {
            return false;
        }

        var usns = waiting.Select(notice => notice.Period.Subscription).Distinct().ToArray();
        var owners = await session
            .Database.ReadSubscriptions.Where(subscription => usns.Contains(subscription.Usn))
            .Select(subscription => subscription.AccountUsn)
            .Distinct()
            .ToListAsync(cancellation);
        await session.Database.BeginAsync(cancellation);
        var accounts = (await session.Database.LockAccountsAsync([.. owners], cancellation)).ToDictionary(account => account.Usn);
        var subscriptions = await session
            .Database.LoadSubscriptions.Where(subscription => usns.Contains(subscription.Usn))
            .ToDictionaryAsync(subscription => subscription.Usn, cancellation);
        var told = (
            await session
                .Database.ToldUsageNotices.AsNoTracking()
                .Where(row => usns.Contains(row.SubscriptionUsn))
                .ToListAsync(cancellation)
        )
            .Select(row => (row.SubscriptionUsn, row.PeriodFrom, row.Version))
            .ToHashSet();
        await treatments.LoadAsync(usns, cancellation);
        var limits = await EffectiveLimits.ReadAsync(session, usns, cancellation);
        var done = new List<WaitingNotice>(waiting.Count);
        foreach (var notice in waiting)
        {
            var key = (notice.Period.Subscription, notice.Period.Days.From, notice.Version);
            if (subscriptions.TryGetValue(notice.Period.Subscription, out var subscription) && !told.Contains(key))
            {
                if (!accounts.TryGetValue(subscription.AccountUsn, out var account))
                {
                    // It has moved to another account meanwhile: it is told of the next time, under that one's lock.
                    continue;
                }

                await TellAsync(account, subscription, notice, limits, cancellation);
                session.Database.ToldUsageNotices.Add(
                    new ToldUsageNotice
                    {
                        SubscriptionUsn = key.Subscription,
                        PeriodFrom = key.From,
                        Version = key.Version,
                        Told = session.Now,
                    }
                );
            }

            done.Add(notice);
        }

        await session.CommitAsync(cancellation);
        await NoticeRows.ToldAsync(database, done, session.Now, cancellation);
        return done.Count == Together;
    }

    private async Task TellAsync(
        Account account,
        Subscription subscription,
        WaitingNotice waiting,
        EffectiveLimits limits,
        CancellationToken cancellation
    )
    {
        if (subscription.IsClosed)
        {
            return;
        }

        mail.Add(account, subscription, waiting.Notice);
        if (waiting.Notice.PrepaidBlocks.Count > 0)
        {
            await prepaid.TellAsync(account, subscription, waiting.Notice.PrepaidBlocks, cancellation);
        }

        var items = session.Catalogue.Content.SpendLimits.ToDictionary(limit => limit.Id);
        var isChanged = false;
        foreach (var crossing in waiting.Notice.SpendLimits)
        {
            if (items.TryGetValue(crossing.SpendLimit, out var item))
            {
                Announce(account, subscription, waiting, crossing, item, limits.ThresholdsOf(item, subscription.Usn));
            }

            // What the limit applied is taken off even where the catalogue no longer has it.
            var cause = UsageTreatment.SpendLimit(crossing.SpendLimit);
            if (crossing.Exceeded == true && item is not null)
            {
                isChanged |= await treatments.ApplyAsync(account, subscription, cause, item.Features, cancellation);
            }
            else if (crossing.Exceeded == false)
            {
                isChanged |= await treatments.EndAsync(account, subscription, cause, null, cancellation);
            }
        }

        var (applied, ended) = (waiting.Notice.Applied, waiting.Notice.Ended);
        isChanged |= await treatments.ApplyAsync(account, subscription, UsageTreatment.ChargingRules, applied, cancellation);
        isChanged |= await treatments.EndAsync(account, subscription, UsageTreatment.ChargingRules, ended, cancellation);
        if (isChanged || waiting.Notice.SpendLimits.Any(crossing => crossing.Exceeded is not null))
        {
            // Guide, line 22466: what it asks for, a rating, has just been done.
            session.Announce(SubscriptionMessages.RatingConfigurationUpdated(subscription, session.Now));
        }
    }

    private void Announce(
        Account account,
        Subscription subscription,
        WaitingNotice waiting,
        SpendCrossing crossing,
        SpendLimitItem item,
        IReadOnlyList<decimal> thresholds
    )
    {
        var state = new SpendState<SpendLimitItem>(
            item,
            crossing.Limit,
            crossing.Used,
            thresholds,
            crossing.Threshold,
            crossing.Previous,
            waiting.Notice.PeriodTo,
            session.ZoneOf(account)
        );
        var body = documents.Write(session.Catalogue, subscription, state);
        var (sid, usn, limit) = (subscription.ServiceId, subscription.Usn.Value, item.Id);
        var (current, previous) = ((int)crossing.Threshold, (int)crossing.Previous);
        if (crossing.Exceeded is { } exceeded)
        {
            session.Announce(
                new OutgoingMessage(
                    exceeded
                        ? BusMessages.SubscriptionSpendLimitExceeded(sid, usn, limit, current, previous)
                        : BusMessages.SubscriptionSpendLimitReceded(sid, usn, limit, current, previous),
                    subscription.AccountUsn,
                    body
                )
            );
        }

        session.Announce(
            new OutgoingMessage(
                BusMessages.SubscriptionSpendLimitStatusUpdated(sid, usn, limit, current, previous),
                subscription.AccountUsn,
                body
            )
        );
    }
}
