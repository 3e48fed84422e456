using System.Collections.Immutable;
using System.Globalization;
using Smile.Kernel;

namespace Smile.Catalogue;

/// <summary>The periods of invoicing and rating cycles (guide, "Rating and invoicing cycles", line 10354).</summary>
public static class BillingPeriods
{
    /// <summary>
    /// The period that a day is in. A monthly one begins on the cycle's day of the month, in shorter months on their last day.
    /// </summary>
    /// <exception cref="SmileException">The cycle's table has no such day.</exception>
    public static DayRange At(BillingCycle cycle, DateOnly day) => Find(cycle, day) ?? throw NoPeriod((TableCycle)cycle, day);

    /// <summary>The period that a day is in; null where the cycle's table ends before.</summary>
    /// <exception cref="SmileException">The cycle's table begins later: nothing can have been billed by it on that day, whereas periods
    /// behind its end are yet to come.</exception>
    public static DayRange? Find(BillingCycle cycle, DateOnly day) =>
        cycle is TableCycle table ? InTable(table, day) : InMonths((MonthCycle)cycle, day);

    /// <summary>The period that a day is in, or the first or last one of a table that does not have the day.</summary>
    public static DayRange Nearest(BillingCycle cycle, DateOnly day) =>
        At(
            cycle,
            cycle is not TableCycle table ? day
                : day < table.Starts[0] ? table.Starts[0]
                : day > table.Ends ? table.Ends
                : day
        );

    /// <summary>
    /// Whether a day is the last one of a period. None ends before a table begins: what has its cycle began later than that.
    /// </summary>
    /// <exception cref="SmileException">The cycle's table ends before.</exception>
    public static bool EndsOn(BillingCycle cycle, DateOnly day) => !IsBefore(cycle, day) && At(cycle, day).To == day;

    /// <summary>The last day of the period that the day after one is in, or of a table's first one where that is yet to begin.</summary>
    /// <exception cref="SmileException">The cycle's table ends before.</exception>
    public static DateOnly NextEnd(BillingCycle cycle, DateOnly day) =>
        At(cycle, IsBefore(cycle, day.AddDays(1)) ? ((TableCycle)cycle).Starts[0] : day.AddDays(1)).To;

    /// <summary>The period after one.</summary>
    /// <exception cref="SmileException">The cycle's table ends with it.</exception>
    public static DayRange Next(BillingCycle cycle, DayRange period) => At(cycle, period.To.AddDays(1));

    /// <summary>The period before one; where a table begins with that, the day before, on which nothing was billed yet.</summary>
    public static DayRange Before(BillingCycle cycle, DayRange period)
    {
        var day = period.From.AddDays(-1);
        return IsBefore(cycle, day) ? new DayRange(day, day) : At(cycle, day);
    }

    /// <summary>Whether the cycle's table begins later.</summary>
    private static bool IsBefore(BillingCycle cycle, DateOnly day) => cycle is TableCycle table && day < table.Starts[0];

    private static DayRange InMonths(MonthCycle cycle, DateOnly day)
    {
        // A cycle whose periods end with the month begins on the 1st: its day is the 31st, on which a period ends.
        var begin = Begin(cycle, day.Year, day.Month);
        if (begin > day)
        {
            var before = day.AddMonths(-1);
            begin = Begin(cycle, before.Year, before.Month);
        }

        var next = begin.AddMonths(1);
        return new DayRange(begin, Begin(cycle, next.Year, next.Month).AddDays(-1));
    }

    /// <summary>The first day of the cycle's period that begins in a month.</summary>
    private static DateOnly Begin(MonthCycle cycle, int year, int month) =>
        cycle.IsEndOfMonth
            ? new DateOnly(year, month, 1)
            : new DateOnly(year, month, Math.Min(cycle.Day, DateTime.DaysInMonth(year, month)));

    private static DayRange? InTable(TableCycle table, DateOnly day)
    {
        if (IsBefore(table, day))
        {
            throw NoPeriod(table, day);
        }

        if (day > table.Ends)
        {
            return null;
        }

        // What is not a start itself comes back as the complement of the next one's place.
        var found = ImmutableArray.BinarySearch(table.Starts, day);
        var index = found < 0 ? ~found - 1 : found;
        return new DayRange(table.Starts[index], index + 1 < table.Starts.Length ? table.Starts[index + 1].AddDays(-1) : table.Ends);
    }

    private static SmileException NoPeriod(TableCycle table, DateOnly day)
    {
        var (edge, at, advice) = IsBefore(table, day)
            ? ("begins", table.Starts[0], "Add earlier starts to it")
            : ("ends", table.Ends, "Add the periods that follow to it");
        return Refuse.Invalid(
            "billingCycle",
            table.Name,
            string.Create(
                CultureInfo.InvariantCulture,
                $"Its table has no period for {day:yyyy-MM-dd}: it {edge} on {at:yyyy-MM-dd}. {advice}, in the catalogue's section "
                    + $"billingCycles."
            )
        );
    }
}
