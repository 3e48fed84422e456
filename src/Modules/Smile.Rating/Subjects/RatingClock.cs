using Smile.Billing;
using Smile.Catalogue;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;

namespace Smile.Rating.Subjects;

/// <summary>
/// By which days and periods the usage of a subscription is rated: by its cycle, around what was billed by an earlier one. A period that
/// is on a bill stays as it is; the next one begins behind it, so that no day is in two.
/// </summary>
public sealed record RatingClock(BillingTimeZone Zone, BillingCycle Cycle)
{
    private readonly IReadOnlyList<DayRange> _open = [];
    private readonly DateOnly? _nextBill;

    /// <summary>Those that are on bills, in order.</summary>
    private IReadOnlyList<DayRange> Billed { get; init; } = [];

    /// <summary>Days on which a period begins in any case, in order: late usage is to be billed with it.</summary>
    private IReadOnlyList<DateOnly> Begins { get; init; } = [];

    /// <summary>The last rating period that is on the account's next bill; null where none is known.</summary>
    public DayRange? OnNextBill =>
        _nextBill is not { } end || PeriodOn(end) is not { } days ? null
        : days.To <= end ? days
        : PeriodOn(days.From.AddDays(-1));

    internal static RatingClock Of(
        CatalogueSnapshot catalogue,
        Account account,
        Subscription subscription,
        IReadOnlyCollection<KnownPeriod> known
    ) => new(catalogue.Zone(account.TimeZoneId), ChargeCycles.Of(catalogue, account, subscription).Rating, account.NextBill, known);

    private RatingClock(BillingTimeZone zone, BillingCycle cycle, DateOnly? nextBill, IReadOnlyCollection<KnownPeriod> known)
        : this(zone, cycle)
    {
        _nextBill = nextBill;
        _open = [.. known.Where(period => !period.IsBilled).Select(period => period.Days)];
        Billed = [.. known.Where(period => period.IsBilled).Select(period => period.Days).OrderBy(days => days.From)];
        Begins = [.. known.Where(period => period is { IsBilled: false, HasLate: true }).Select(period => period.Days.From).Order()];
    }

    /// <summary>Rating periods as they were rated that the cycle no longer has.</summary>
    internal IEnumerable<DayRange> Outdated => _open.Where(days => PeriodOn(days.From) != days);

    /// <summary>The rating period that an instant is in; null where the cycle's table does not have its day.</summary>
    public DayRange? PeriodAt(DateTimeOffset instant) => PeriodOn(Zone.DateOf(instant));

    /// <summary>The rating period that a day is in; null where the cycle's table does not have it.</summary>
    public DayRange? PeriodOn(DateOnly day)
    {
        var (behind, before) = (DateOnly.MinValue, DateOnly.MaxValue);
        foreach (var days in Billed)
        {
            if (days.To < day)
            {
                behind = days.To.AddDays(1);
            }
            else if (days.From <= day)
            {
                return days;
            }
            else
            {
                before = days.From.AddDays(-1);
                break;
            }
        }

        foreach (var first in Begins)
        {
            if (first <= day)
            {
                behind = first > behind ? first : behind;
            }
            else
            {
                before = first <= before ? first.AddDays(-1) : before;
                break;
            }
        }

        return (Cycle is TableCycle table && day < table.Starts[0] ? null : BillingPeriods.Find(Cycle, day))?.Intersect(
            new DayRange(behind, before)
        );
    }

    /// <summary>The rating periods that some days are in.</summary>
    internal IEnumerable<DayRange> PeriodsOver(DayRange days)
    {
        for (var day = days.From; day <= days.To; )
        {
            if (PeriodOn(day) is not { } period)
            {
                yield break;
            }

            yield return period;
            day = period.To.AddDays(1);
        }
    }
}

/// <summary>A rating period of which something is stored.</summary>
/// <param name="IsBilled">Whether it is on a bill, or one is being made of it.</param>
/// <param name="HasLate">Whether usage of earlier periods is to be billed with it.</param>
internal readonly record struct KnownPeriod(DayRange Days, bool IsBilled, bool HasLate);
