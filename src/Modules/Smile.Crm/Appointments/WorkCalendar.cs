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
    private const int MostDays = 1_500;

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
    public IReadOnlyList<Period> Within(Period time)
    {
        var found = new List<Period>();
        for (var day = zone.DateOf(time.From); day <= zone.DateOf(time.To); day = day.AddDays(1))
        {
            found.AddRange(OfDay(day).Select(period => period.And(time)));
        }

        return Period.Merged(found);
    }

    /// <summary>The instant at which so much working time has passed; null where that does not come.</summary>
    public DateTimeOffset? After(DateTimeOffset start, int minutes)
    {
        var left = TimeSpan.FromMinutes(minutes);
        var day = zone.DateOf(start);
        for (var count = 0; count < MostDays; count++, day = day.AddDays(1))
        {
            foreach (var period in Period.Merged(OfDay(day).Select(period => period.And(new Period(start, DateTimeOffset.MaxValue)))))
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

    private IEnumerable<Period> OfDay(DateOnly day) =>
        isOff(day)
            ? []
            :
            [
                .. from part in PartsOf(day)
                from span in hours
                where span.Day == day.DayOfWeek
                select part.Time.And(new Period(Instant(day, span.From, part.Offset), Instant(day, span.To, part.Offset))),
            ];

    private static DateTimeOffset Instant(DateOnly day, int minute, TimeSpan offset) =>
        new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue).AddMinutes(minute), offset).ToUniversalTime();

    /// <summary>The parts of a day in which the clocks go on as they are: two on a day on which they are changed.</summary>
    private IEnumerable<(Period Time, TimeSpan Offset)> PartsOf(DateOnly day)
    {
        var (start, end) = (zone.StartOf(day), zone.StartOf(day.AddDays(1)));
        if (start >= end)
        {
            // A day that a zone has left out.
            return [];
        }

        var (before, after) = (zone.At(start).Offset, zone.At(end.AddTicks(-1)).Offset);
        if (before == after)
        {
            return [(new Period(start, end), before)];
        }

        var (low, high) = (0, (int)(end - start).TotalMinutes);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = zone.At(start.AddMinutes(middle)).Offset == before ? (middle + 1, high) : (low, middle);
        }

        var change = start.AddMinutes(low);
        return [(new Period(start, change), before), (new Period(change, end), after)];
    }
}
