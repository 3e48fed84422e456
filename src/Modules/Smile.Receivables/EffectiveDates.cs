using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Session;
using Smile.Soap.Xml;

namespace Smile.Receivables;

/// <summary>The days and times that requests give transactions.</summary>
public static class EffectiveDates
{
    /// <summary>Further ahead is rejected as a data-entry error.</summary>
    private const int MostDaysAhead = 366;

    private static readonly DateOnly Earliest = new(1970, 1, 1);

    /// <summary>A day, at the time of day that it is now: what was entered later counts later (guide, lines 5166, 6643).</summary>
    public static DateTimeOffset On(StageSession session, Account account, DateOnly day)
    {
        var zone = session.ZoneOf(account);
        var now = zone.At(session.Now);
        var instant = zone.StartOf(day) + now.TimeOfDay;

        // Where the clocks change that day, the last moment of the day must do.
        return zone.DateOf(instant) == day ? instant : zone.StartOf(day.AddDays(1)).AddMilliseconds(-1);
    }

    /// <summary>The day of a date or a timestamp, in the account's time zone (guide, lines 4038, 4223).</summary>
    public static DateOnly Day(StageSession session, Account account, string text, string what, int daysAhead = MostDaysAhead) =>
        Checked(session, account, Read(session.ZoneOf(account), text, what), what, daysAhead: daysAhead);

    /// <summary>The day that a text says, as a date or as a timestamp of which the day in the zone counts.</summary>
    public static DateOnly Read(BillingTimeZone zone, string text, string what) =>
        XmlDate.TryParse(text, out var date) ? date.Date
        : XmlTimestamp.TryParse(text, out var timestamp) ? zone.DateOf(timestamp)
        : throw Refuse.Invalid(what, text, "Expected a date such as 2015-02-14+11:00 or a timestamp such as 2015-02-14T00:00:00+11:00.");

    /// <summary>Refuses days that nobody can mean.</summary>
    public static DateOnly Checked(
        StageSession session,
        Account account,
        DateOnly day,
        string what,
        Fault fault = Fault.InvalidRequestException,
        int daysAhead = MostDaysAhead
    )
    {
        var latest = session.DayOf(account).AddDays(daysAhead);
        return day >= Earliest && day <= latest
            ? day
            : throw Refuse.With(fault, what, day, $"The date must be from {Earliest:yyyy-MM-dd} to {latest:yyyy-MM-dd}.");
    }
}
