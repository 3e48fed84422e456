using Smile.Billing;
using Smile.Catalogue;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Rating.Subjects;

/// <summary>Says which rating periods usage of many subscriptions belongs to.</summary>
[UseCase]
public sealed class RatingPeriodsOf(StageSession session)
{
    /// <summary>
    /// The rating period that an instant is in, by the subscription's own rating cycle or its account's (guide, line 10356), on the clocks
    /// of its account; null where there is no such subscription, or its cycle's table has no such day. Any number costs one query.
    /// </summary>
    public async Task<IReadOnlyDictionary<(Usn Subscription, DateTimeOffset At), DayRange?>> FindAsync(
        IReadOnlyCollection<(Usn Subscription, DateTimeOffset At)> wanted,
        CancellationToken cancellation
    )
    {
        var clocks = await ClocksAsync([.. wanted.Select(each => each.Subscription).Distinct()], cancellation);
        return wanted
            .Distinct()
            .ToDictionary(each => each, each => clocks.TryGetValue(each.Subscription, out var clock) ? clock.PeriodAt(each.At) : null);
    }

    /// <summary>The zones and rating cycles of subscriptions that there are, for whoever asks for many instants of each.</summary>
    public async Task<IReadOnlyDictionary<Usn, RatingClock>> ClocksAsync(Usn[] usns, CancellationToken cancellation)
    {
        var rated = await RatedSubscription.ReadAsync(session.Database, usns, cancellation);
        return rated.ToDictionary(pair => pair.Key, pair => RatingClock.Of(session.Catalogue, pair.Value.Account, pair.Value.Subscription));
    }
}

/// <summary>By which days and periods the usage of a subscription is rated.</summary>
public sealed record RatingClock(BillingTimeZone Zone, BillingCycle Cycle)
{
    internal static RatingClock Of(CatalogueSnapshot catalogue, Account account, Subscription subscription) =>
        new(catalogue.Zone(account.TimeZoneId), ChargeCycles.Of(catalogue, account, subscription).Rating);

    /// <summary>The rating period that an instant is in; null where the cycle's table does not have its day.</summary>
    public DayRange? PeriodAt(DateTimeOffset instant)
    {
        var day = Zone.DateOf(instant);
        return Cycle is TableCycle table && day < table.Starts[0] ? null : BillingPeriods.Find(Cycle, day);
    }
}
