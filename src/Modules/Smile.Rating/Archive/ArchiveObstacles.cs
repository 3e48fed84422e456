using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using Smile.Rating.Bills;
using Smile.Rating.Storage;
using Smile.Session;
using Smile.Usage;
using Smile.Usage.Storage;

namespace Smile.Rating.Archive;

/// <summary>
/// Why usage cannot be archived yet: it may still come on a bill, or somebody has to say what becomes of it.
/// </summary>
internal sealed class ArchiveObstacles(StageSession session, UsageDatabase database)
{
    /// <summary>No clock is further from UTC.</summary>
    private const int DaysOfClocks = 1;

    /// <summary>The first day on which rating periods may begin that nothing archived belongs to: no record of it lasts as long.</summary>
    public async Task<DateOnly> FreeAsync(DateOnly before, CancellationToken cancellation)
    {
        var end = new DateTimeOffset(before, TimeOnly.MinValue, TimeSpan.Zero);
        var usual = end + UsageRecordQuery.UsualLength;
        var last = await UsageRecordQuery.LastEndOfLongAsync(database, end, cancellation) is { } known && known > usual ? known : usual;
        return DateOnly.FromDateTime(last.UtcDateTime).AddDays(DaysOfClocks);
    }

    /// <summary>From when on usage is of periods that nothing archived belongs to.</summary>
    /// <param name="lastDay">The last day of a period that something archived may belong to; null for none.</param>
    public static DateTimeOffset TakenFrom(DateOnly before, DateOnly? lastDay)
    {
        var first = lastDay is { } last && last.AddDays(2) > before ? last.AddDays(2) : before;
        return new DateTimeOffset(first, TimeOnly.MinValue, TimeSpan.Zero);
    }

    /// <summary>Whether rating periods are billed, page by page.</summary>
    /// <returns>The last day of them, and what is in the way.</returns>
    public async Task<(DateOnly? LastDay, string? Obstacle)> OfBillsAsync(DateOnly before, CancellationToken cancellation)
    {
        DateOnly? last = null;
        var free = await FreeAsync(before, cancellation);
        (string Usn, DateOnly From)? behind = null;
        while (await ArchiveRows.ClosedAsync(database, free, behind, cancellation) is { Count: > 0 } page)
        {
            last = page.Select(period => period.Days.To).Append(last ?? DateOnly.MinValue).Max();
            behind = (page[^1].Subscription.Value, page[^1].Days.From);
            var billed = (await session.Database.BilledPeriodsAsync(page, cancellation)).Select(period =>
                (period.Subscription, period.Days.From)
            );
            if (
                page.Select(period => (period.Subscription, period.Days.From)).Except(billed).ToList() is
                { Count: > 0 and var count } missing
            )
            {
                var (usn, day) = missing[0];
                return (
                    last,
                    FormattableString.Invariant(
                        $"The stage knows no bill of {Periods(count)}, such as subscription {usn}'s of {day:yyyy-MM-dd}. Was it restored?"
                    )
                );
            }
        }

        return (last, null);
    }

    /// <summary>Everything else that is in the way.</summary>
    public async Task<IReadOnlyList<string>> OfRestAsync(DateOnly before, DateTimeOffset takenFrom, CancellationToken cancellation)
    {
        var found = await ArchiveRows.ObstaclesAsync(database, await FreeAsync(before, cancellation), takenFrom, cancellation);
        var changes = await session.Database.LoadRatingChanges.CountAsync(change => change.Since < takenFrom, cancellation);
        var day = takenFrom.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var errors = Counted.Of(found.Suspended, "record") + $" that began before {day}";
        return
        [
            .. new[]
            {
                (found.Unbilled, $"Not billed: {Periods(found.Unbilled)}, such as {found.Example}. Bill them."),
                (found.Late, $"Waiting for the bills of later periods: late usage of {Periods(found.Late)}. Bill those."),
                (found.Work + changes, $"Waiting to be rated: usage that began before {day}. Run: smile usage rate"),
                (
                    found.Suspended,
                    $"Waiting among the errors: {errors}. Bind or write off. See: smile usage errors list --until {day}T00:00:00Z"
                ),
                (
                    found.Problems,
                    $"Not charged: {Counted.Of(found.Problems, "record")}. Correct what is missing, or write off. See: "
                        + "smile usage problems list"
                ),
            }
                .Where(each => each.Item1 > 0)
                .Select(each => each.Item2),
        ];
    }

    private static string Periods(long count) => Counted.Of(count, "rating period");
}
