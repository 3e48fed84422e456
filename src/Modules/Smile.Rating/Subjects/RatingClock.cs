using Smile.Billing;
using Smile.Catalogue;
using Smile.Customers.Accounts;
using Smile.Customers.Subscriptions;
using Smile.Kernel;
using static Smile.Rating.Engine.Instants;

namespace Smile.Rating.Subjects;

/// <summary>
/// By which days and periods the usage of a subscription is rated: by its cycle and its account's zone, around what was billed by earlier
/// ones. A period that is on a bill stays as it is; the next one begins behind it, so that no day is in two, and no instant.
/// </summary>
public sealed record RatingClock(BillingTimeZone Zone, BillingCycle Cycle)
{
    private readonly IReadOnlyList<KnownPeriod> _open = [];
    private readonly DateOnly? _nextBill;

    /// <summary>Those that are on bills, in order.</summary>
    private IReadOnlyList<DayRange> Billed { get; init; } = [];

    /// <summary>The same with their instants.</summary>
    private IReadOnlyList<PeriodSpan> BilledSpans { get; init; } = [];

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
    ) => new(catalogue, account.TimeZoneId, ChargeCycles.Of(catalogue, account, subscription).Rating, account.NextBill, known);

    private RatingClock(
        CatalogueSnapshot catalogue,
        int zone,
        BillingCycle cycle,
        DateOnly? nextBill,
        IReadOnlyCollection<KnownPeriod> known
    )
        : this(catalogue.Zone(zone), cycle)
    {
        _nextBill = nextBill;
        _open = [.. known.Where(period => !period.IsBilled)];
        BilledSpans = Spans(catalogue, known.Where(period => period.IsBilled).OrderBy(period => period.Days.From));
        Billed = [.. BilledSpans.Select(span => span.Days)];
        Begins = [.. _open.Where(period => period.HasLate).Select(period => period.Days.From).Order()];
    }

    /// <summary>
    /// Rating periods as they were rated that the cycle no longer has, or that another zone's clocks began or ended at other instants.
    /// </summary>
    internal IEnumerable<DayRange> Outdated =>
        _open.Where(period => PeriodOn(period.Days.From) != period.Days || IsOfOtherClocks(period)).Select(period => period.Days);

    /// <summary>The rating period that an instant is in; null where the cycle's table does not have its day.</summary>
    public DayRange? PeriodAt(DateTimeOffset instant)
    {
        // By the clocks of another zone it may be on a day of the period before or behind.
        var (day, isForward, isBack) = (Zone.DateOf(instant), false, false);
        while (PeriodOn(day) is { } days)
        {
            var span = SpanOf(days);
            if (instant >= span.Ends && !isBack)
            {
                (day, isForward) = (days.To.AddDays(1), true);
            }
            else if (instant < span.Begins && !isForward)
            {
                (day, isBack) = (days.From.AddDays(-1), true);
            }
            else
            {
                return days;
            }
        }

        return null;
    }

    /// <summary>
    /// The instants of a rating period: what was billed keeps those by which it was, and its neighbours begin and end with it, whatever the
    /// zone of now says.
    /// </summary>
    /// <param name="days">As <see cref="PeriodOn"/> says them.</param>
    public PeriodSpan SpanOf(DayRange days)
    {
        var (begins, ends) = (Zone.StartOf(days.From), Zone.StartOf(days.To.AddDays(1)));
        foreach (var billed in BilledSpans)
        {
            if (billed.Days == days)
            {
                return billed;
            }

            if (billed.Days.To < days.From)
            {
                begins = billed.Days.To.AddDays(1) == days.From ? billed.Ends : Later(begins, billed.Ends);
            }
            else if (billed.Days.From > days.To)
            {
                ends = billed.Days.From.AddDays(-1) == days.To ? billed.Begins : Earlier(ends, billed.Begins);
                break;
            }
        }

        return new PeriodSpan(days, Zone, begins, ends);
    }

    private bool IsOfOtherClocks(KnownPeriod period) =>
        period.Instants is { } instants && instants != PeriodInstants.Of(SpanOf(period.Days));

    /// <summary>What is unknown goes by the zone of now, behind what is known.</summary>
    private List<PeriodSpan> Spans(CatalogueSnapshot catalogue, IEnumerable<KnownPeriod> billed)
    {
        var spans = new List<PeriodSpan>();
        foreach (var (days, instants) in billed.Select(period => (period.Days, period.Instants)))
        {
            var follows = spans.Count > 0 && spans[^1].Days.To.AddDays(1) == days.From;
            spans.Add(
                instants is { } known
                    ? new PeriodSpan(days, catalogue.FindZone(known.Zone) ?? new BillingTimeZone(0, known.Zone), known.Begins, known.Ends)
                    : new PeriodSpan(days, Zone, follows ? spans[^1].Ends : Zone.StartOf(days.From), Zone.StartOf(days.To.AddDays(1)))
            );
        }

        return spans;
    }

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

    /// <summary>The rating periods that have some of the time between two instants.</summary>
    internal IEnumerable<DayRange> PeriodsOver(DateTimeOffset begins, DateTimeOffset ends)
    {
        for (var period = PeriodAt(begins); period is { } days; period = PeriodOn(days.To.AddDays(1)))
        {
            if (SpanOf(days) is var span && span.Begins >= ends)
            {
                yield break;
            }

            yield return days;
            if (span.Ends >= ends)
            {
                yield break;
            }
        }
    }
}

/// <summary>A rating period of which something is stored.</summary>
/// <param name="IsBilled">Whether it is on a bill, or one is being made of it.</param>
/// <param name="HasLate">Whether usage of earlier periods is to be billed with it.</param>
/// <param name="Instants">When it began and ended by which zone's clocks; null where that was not noted.</param>
internal readonly record struct KnownPeriod(DayRange Days, bool IsBilled, bool HasLate, PeriodInstants? Instants = null);

/// <param name="Zone">Its IANA name.</param>
internal readonly record struct PeriodInstants(DateTimeOffset Begins, DateTimeOffset Ends, string Zone)
{
    public static PeriodInstants Of(PeriodSpan span) => new(span.Begins, span.Ends, span.Zone.Name);
}
