using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Kernel;
using Smile.Rating.Bills;
using Smile.Rating.Runs;
using Smile.Rating.Storage;
using Smile.Rating.Subjects;
using Smile.Session;
using Smile.Usage;

namespace Smile.Rating.Credit;

/// <summary>What the usage of subscriptions comes to that is on no bill yet, so far as it is rated.</summary>
[UseCase]
public sealed class UnbilledUsage(StageSession session, UsageDatabase database)
{
    /// <param name="subscriptions">Of locked accounts, so that no bill of theirs is being made.</param>
    /// <returns>Without tax, by the last days of the rating periods whose tax it has.</returns>
    internal async Task<ILookup<Usn, (DateOnly Day, decimal Amount)>> ReadAsync(
        IReadOnlyCollection<Usn> subscriptions,
        CancellationToken cancellation
    )
    {
        var periods = subscriptions.Count == 0 ? [] : await UnbilledUsageRows.PeriodsAsync(database, subscriptions, cancellation);
        var billed = await BilledAsync(periods, cancellation);
        var unbilled = periods.Where(period => !billed.Contains(period)).ToList();
        var open = unbilled.Select(Key).ToHashSet();

        // Usage of a period that was billed comes later, and counts with the period that it is billed in. The other way about, where the
        // bill of a period was taken back, what was used in it later may be on a bill all the same.
        var added = LateOf(unbilled).Where(late => !open.Contains((late.Subscription, late.PeriodFrom))).ToList();
        var removed = LateOf(billed).Where(late => open.Contains((late.Subscription, late.PeriodFrom))).ToList();
        var sums = await UnbilledUsageRows.LateAsync(database, [.. added, .. removed], cancellation);
        return unbilled
            .Select(period => (period.Period.Subscription, period.Period.Days.To, period.Amount))
            .Concat(added.Select(late => (late.Subscription, late.PeriodFrom, sums.GetValueOrDefault(late))))
            .Concat(removed.Select(late => (late.Subscription, late.PeriodFrom, -sums.GetValueOrDefault(late))))
            .ToLookup(part => part.Subscription, part => (part.Item2, part.Item3));
    }

    /// <summary>What it comes to with tax, by the rate of a period's last day, or of today where it goes on.</summary>
    internal static decimal WithTax(GstSchedule tax, DateOnly today, IEnumerable<(DateOnly Day, decimal Amount)> parts) =>
        parts.Sum(part => UsageAmounts.Kept(part.Amount * (1m + (tax.PercentAt(part.Day < today ? part.Day : today) / 100m))));

    /// <summary>Those that are on bills. What a bill has left is on it where that is committed.</summary>
    private async Task<HashSet<PeriodAmount>> BilledAsync(IReadOnlyList<PeriodAmount> periods, CancellationToken cancellation)
    {
        var closing = periods.Where(period => period.Status == PeriodStatus.Closing).ToList();
        var committed = (await session.Database.BilledPeriodsAsync([.. closing.Select(period => period.Period)], cancellation))
            .Select(period => (period.Subscription, period.Days.From))
            .ToHashSet();
        return [.. periods.Where(period => period.Status == PeriodStatus.Closed || committed.Contains(Key(period)))];
    }

    private static IEnumerable<LateUsage> LateOf(IEnumerable<PeriodAmount> periods) =>
        periods.SelectMany(period =>
            period
                .Late.Where(day => day != period.Period.Days.From)
                .Select(day => new LateUsage(period.Period.Subscription, day, period.Period.Days.From))
        );

    private static (Usn Subscription, DateOnly From) Key(PeriodAmount period) => (period.Period.Subscription, period.Period.Days.From);
}
