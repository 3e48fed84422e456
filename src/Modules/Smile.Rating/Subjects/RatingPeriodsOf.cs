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
    /// <summary>The last rating period that is on the account's next bill; null where none is known.</summary>
    public DayRange? OnNextBill { get; private init; }

    internal static RatingClock Of(CatalogueSnapshot catalogue, Account account, Subscription subscription)
    {
        var cycle = ChargeCycles.Of(catalogue, account, subscription).Rating;
        return new RatingClock(catalogue.Zone(account.TimeZoneId), cycle) { OnNextBill = OnBill(cycle, account.NextBill) };
    }

    private static DayRange? OnBill(BillingCycle cycle, DateOnly? bill) =>
        bill is not { } end || Find(cycle, end) is not { } days ? null
        : days.To <= end ? days
        : Find(cycle, days.From.AddDays(-1));

    private static DayRange? Find(BillingCycle cycle, DateOnly day) =>
        cycle is TableCycle table && day < table.Starts[0] ? null : BillingPeriods.Find(cycle, day);

    /// <summary>The rating period that an instant is in; null where the cycle's table does not have its day.</summary>
    public DayRange? PeriodAt(DateTimeOffset instant) => Find(Cycle, Zone.DateOf(instant));
}
