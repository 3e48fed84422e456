using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Smile.Billing;
using Smile.Catalogue;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Rating.Subjects;
using Smile.Session;

namespace Smile.Rating.Spend;

/// <summary>
/// setSpendLimitOverride(), setTemporarySpendLimitOverride() and setSpendLimitAlertThresholdOverrides() (guide, lines 12751 to 13000).
/// </summary>
[UseCase]
public sealed class OverrideSpendLimits(StageSession session, RatingPeriodsOf periods)
{
    private const decimal LargestLimit = 1_000_000_000m;
    private const int LimitDecimals = 2;
    private const int MostThresholds = 20;
    private const int LargestThreshold = 1_000;

    /// <param name="amount">Null takes the override away (guide, line 12781).</param>
    public async Task SetAsync(string usn, int limitId, decimal? amount, CancellationToken cancellation)
    {
        var (_, subscription, _) = await BeginAsync(usn, limitId, cancellation);
        RequireAmount(amount);
        await WriteAsync(subscription, limitId, null, amount, keepsEmpty: false, cancellation);
        await CommitAsync(subscription, cancellation);
    }

    /// <summary>For one rating period.</summary>
    /// <param name="ratingPeriod">Its number, as getRatingPeriods() shows it; null for the current one.</param>
    /// <param name="amount">
    /// Null takes a temporary override away; where there is none, a permanent one does not hold for the period (guide, line 12855).
    /// </param>
    public async Task SetTemporaryAsync(string usn, int limitId, long? ratingPeriod, decimal? amount, CancellationToken cancellation)
    {
        var (account, subscription, _) = await BeginAsync(usn, limitId, cancellation);
        RequireAmount(amount);
        var end = ratingPeriod is { } number
            ? await EndOfAsync(subscription, number, cancellation)
            : await CurrentEndAsync(subscription, cancellation);
        if (end < session.DayOf(account))
        {
            throw Refuse.Invalid("ratingPeriodId", ratingPeriod, "The rating period is over. Name the current one or a later one.");
        }

        await WriteAsync(subscription, limitId, end, amount, keepsEmpty: true, cancellation);
        await CommitAsync(subscription, cancellation);
    }

    /// <param name="thresholds">None returns to those of the service (guide, line 12942).</param>
    public async Task SetThresholdsAsync(string usn, int limitId, IReadOnlyList<int> thresholds, CancellationToken cancellation)
    {
        var (_, subscription, _) = await BeginAsync(usn, limitId, cancellation);
        if (thresholds.Count > MostThresholds)
        {
            throw Refuse.Invalid("AlertThresholdOverrides", thresholds.Count, $"Give at most {MostThresholds} thresholds.");
        }

        foreach (var threshold in thresholds.Where(threshold => threshold is < 1 or > LargestThreshold))
        {
            throw Refuse.Invalid("alertThreshold", threshold, $"A threshold is a percentage from 1 to {LargestThreshold}.");
        }

        if (thresholds.Distinct().Count() != thresholds.Count)
        {
            throw Refuse.Invalid("AlertThresholdOverrides", string.Join(", ", thresholds), "Give each threshold once.");
        }

        var rows = session.Database.SpendLimitThresholds;
        var known = await rows.FirstOrDefaultAsync(
            row => row.SubscriptionUsn == subscription.Usn && row.SpendLimit == limitId,
            cancellation
        );
        int[] ordered = [.. thresholds.Order()];
        if (ordered.Length == 0 && known is not null)
        {
            session.Database.SpendLimitThresholds.Remove(known);
        }
        else if (known is not null)
        {
            known.Thresholds = ordered;
        }
        else if (ordered.Length > 0)
        {
            rows.Add(
                new SpendLimitThresholds
                {
                    SubscriptionUsn = subscription.Usn,
                    SpendLimit = limitId,
                    Thresholds = ordered,
                }
            );
        }

        await CommitAsync(subscription, cancellation);
    }

    private async Task<(Account Account, Subscription Subscription, SpendLimitItem Limit)> BeginAsync(
        string usn,
        int limitId,
        CancellationToken cancellation
    )
    {
        var (account, subscription) =
            await session.BeginOnSubscriptionAsync(usn, cancellation) ?? throw StageSession.NoSuchSubscription(usn);
        var limit = session.Catalogue.Content.SpendLimits.FirstOrDefault(each => each.Id == limitId);
        return limit is null || limit.Service != subscription.ServiceId
            ? throw Refuse.Invalid(
                "spendLimitId",
                limitId,
                "The subscription has no such spend limit. getSubscriptionSpendLimitStates() shows those that it has."
            )
            : (account, subscription, limit);
    }

    private static void RequireAmount(decimal? amount)
    {
        if (amount is { } given && (given < 0m || given > LargestLimit || decimal.Round(given, LimitDecimals) != given))
        {
            throw Refuse.Invalid(
                "limitOverride",
                given,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"A spend limit is an amount from 0 to {LargestLimit} with at most {LimitDecimals} decimals."
                )
            );
        }
    }

    private async Task WriteAsync(
        Subscription subscription,
        int limitId,
        DateOnly? end,
        decimal? amount,
        bool keepsEmpty,
        CancellationToken cancellation
    )
    {
        var rows = session.Database.SpendLimitOverrides;
        var own = await rows.Where(row => row.SubscriptionUsn == subscription.Usn && row.SpendLimit == limitId).ToListAsync(cancellation);
        var known = own.FirstOrDefault(row => row.RatingPeriodEnd == end);
        if (amount is null && known is not null)
        {
            session.Database.SpendLimitOverrides.Remove(known);
        }
        else if (known is not null)
        {
            known.Amount = amount;
        }
        else if (amount is not null || (keepsEmpty && own.Any(row => row.RatingPeriodEnd is null)))
        {
            rows.Add(
                new SpendLimitOverride
                {
                    SubscriptionUsn = subscription.Usn,
                    SpendLimit = limitId,
                    RatingPeriodEnd = end,
                    Amount = amount,
                }
            );
        }
    }

    /// <summary>The next rating, which is asked for at once, tells whether a threshold is crossed (guide, line 12799).</summary>
    private Task CommitAsync(Subscription subscription, CancellationToken cancellation)
    {
        session.RateAgain(subscription, session.Now);
        return session.CommitAsync(cancellation);
    }

    private async Task<DateOnly> CurrentEndAsync(Subscription subscription, CancellationToken cancellation)
    {
        var clock = (await periods.ByCycleAsync([subscription.Usn], cancellation))[subscription.Usn];
        return clock.PeriodAt(session.Now)?.To ?? throw Refuse.Invalid("currentPeriod", null, "The subscription has no rating period now.");
    }

    private async Task<DateOnly> EndOfAsync(Subscription subscription, long number, CancellationToken cancellation)
    {
        var usn = subscription.Usn;
        var period = await session.Database.ReadRatingPeriods.FirstOrDefaultAsync(
            row => row.Id == number && row.SubscriptionUsn == usn,
            cancellation
        );
        return period?.RatingPeriodEnd
            ?? throw Refuse.Invalid(
                "ratingPeriodId",
                number,
                "The subscription has no such rating period. getRatingPeriods() shows those that it has."
            );
    }
}
