using Smile.Catalogue;
using Smile.Kernel;

namespace Smile.Crm.Appointments;

/// <summary>
/// The working time of a group or an operator: whenever the clocks of its zone show a time of its hours, on a day that is none off. Where
/// clocks are put back within the hours it is longer, where they are put forward shorter.
/// </summary>
/// <param name="isOff">Whether nobody works on a day.</param>
internal sealed class WorkCalendar(BillingTimeZone zone, IReadOnlyList<WorkingSpan> hours, Func<DateOnly, bool> isOff)
{
    /// <summary>Who has been closed for so long does not open again.</summary>
    private const int MostWeeks = 200;

    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    /// <summary>Clocks are not changed twice within it.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromHours(6);

    public BillingTimeZone Zone => zone;

    /// <summary>A group's own.</summary>
    public static WorkCalendar Of(CatalogueSnapshot catalogue, TicketGroupItem group) =>
        new(catalogue.Zone(group.TimeZone), group.Hours, group.ClosedDays.Contains);

    /// <summary>An operator's as a member of a group: his hours, or the group's, without his leave and its closed days.</summary>
    public static WorkCalendar Of(CatalogueSnapshot catalogue, TicketGroupItem group, OperatorItem person) =>
        new(
            catalogue.Zone(group.TimeZone),
            person.Hours.Count > 0 ? person.Hours : group.Hours,
            day => group.ClosedDays.Contains(day) || person.Leave.Any(leave => leave.From <= day && day <= leave.To)
        );

    /// <summary>The working time within a time, in order, as long as it goes on without a break.</summary>
    public IReadOnlyList<Period> Within(Period time) =>
        Period.Merged(
            from part in PartsOf(time)
            from day in DaysOf(part)
            where !isOff(day)
            from span in hours
            where span.Day == day.DayOfWeek
            select part.Time.And(new Period(Instant(day, span.From, part.Offset), Instant(day, span.To, part.Offset)))
        );

    /// <summary>The instant at which so much working time has passed; null where that does not come.</summary>
    public DateTimeOffset? After(DateTimeOffset start, int minutes)
    {
        var left = TimeSpan.FromMinutes(minutes);
        for (var week = 0; week < MostWeeks; week++)
        {
            var from = start + week * Week;
            foreach (var period in Within(new Period(from, from + Week)))
            {
                if (period.Length >= left)
                {
                    return period.From + left;
                }

                left -= period.Length;
            }
        }

        return null;
    }

    private static DateTimeOffset Instant(DateOnly day, int minute, TimeSpan offset) =>
        new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue).AddMinutes(minute), offset).ToUniversalTime();

    private static IEnumerable<DateOnly> DaysOf((Period Time, TimeSpan Offset) part)
    {
        var last = DateOnly.FromDateTime(part.Time.To.ToOffset(part.Offset).DateTime);
        for (var day = DateOnly.FromDateTime(part.Time.From.ToOffset(part.Offset).DateTime); day <= last; day = day.AddDays(1))
        {
            yield return day;
        }
    }

    /// <summary>
    /// The parts of a time in which the clocks go on as they are. Asked of the clocks themselves, for they are not changed by summer time
    /// alone: a zone may leave out a day, and go over to the other side of the date line.
    /// </summary>
    private IEnumerable<(Period Time, TimeSpan Offset)> PartsOf(Period time)
    {
        var at = time.From;
        while (at < time.To)
        {
            var offset = zone.At(at).Offset;
            var next = at + Look < time.To ? at + Look : time.To;
            if (zone.At(next.AddTicks(-1)).Offset != offset)
            {
                next = ChangeBetween(at, next, offset);
            }

            yield return (new Period(at, next), offset);
            at = next;
        }
    }

    /// <summary>The minute from which on the clocks have another offset.</summary>
    private DateTimeOffset ChangeBetween(DateTimeOffset from, DateTimeOffset to, TimeSpan offset)
    {
        var minute = from.AddTicks(-(from.UtcTicks % TimeSpan.TicksPerMinute));
        var (low, high) = (1, (int)Math.Ceiling((to - minute).TotalMinutes));
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = zone.At(minute.AddMinutes(middle)).Offset == offset ? (middle + 1, high) : (low, middle);
        }

        return minute.AddMinutes(low);
    }
}
