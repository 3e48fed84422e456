using Smile.Domain.Foundation;

namespace Smile.Domain.Billing;

/// <summary>Days from a first to a last one, both included, in the time zone of the account.</summary>
public readonly record struct DayRange(DateOnly From, DateOnly To)
{
    public int Days => To.DayNumber - From.DayNumber + 1;

    /// <summary>The days that are in both; null for none.</summary>
    public DayRange? Intersect(DayRange other)
    {
        var from = From > other.From ? From : other.From;
        var to = To < other.To ? To : other.To;
        return from <= to ? new DayRange(from, to) : null;
    }
}

/// <summary>The periods of invoicing and rating cycles (guide, "Rating and invoicing cycles", line 10354).</summary>
public static class BillingPeriods
{
    /// <summary>The period that a day is in. It begins on the cycle's day of the month, in shorter months on their last day.</summary>
    public static DayRange At(BillingCycle cycle, DateOnly day)
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

    /// <summary>The period after one.</summary>
    public static DayRange Next(BillingCycle cycle, DayRange period) => At(cycle, period.To.AddDays(1));

    /// <summary>The first day of the cycle's period that begins in a month.</summary>
    private static DateOnly Begin(BillingCycle cycle, int year, int month) =>
        cycle.IsEndOfMonth ? new DateOnly(year, month, 1) : new DateOnly(year, month, Math.Min(cycle.Day, DateTime.DaysInMonth(year, month)));
}
