namespace Smile.Catalogue.Reading;

/// <summary>Reads calendars of rates, and hours of days.</summary>
internal static class CalendarSections
{
    private const int LongestCode = 60;

    public static void Calendar(MappingReader at, CatalogueDraft draft)
    {
        var code = at.Code("code", LongestCode);
        var entries = new List<TariffCalendarEntry>();
        foreach (var item in at.Mappings("entries"))
        {
            var entry = item.Read(Entry);
            if (item.IsGood("hours") && entries.Any(other => SharesDays(other, entry) && other.Hours.Overlaps(entry.Hours)))
            {
                item.Problem("hours", "They overlap those of an entry for the same days: which band is in force then?");
            }

            entries.Add(entry);
        }

        draft.Unique(at, "calendar", "code", code);
        draft.Calendars.Add(code, new TariffCalendar(code, at.Code("defaultBand", LongestCode), at.Dates("holidays"), entries));
    }

    /// <summary>Hours such as <c>08:00-20:00</c>; all day where the key is left out.</summary>
    public static HoursOfDay Hours(MappingReader at, string key)
    {
        const string allDay = "00:00-24:00";
        var text = at.Text(key, allDay);
        if (WorkingHours.OfDay(text) is { } hours)
        {
            return hours;
        }

        at.Problem(
            key,
            $"'{text}' are no hours of one day, such as 08:00-20:00. Hours over midnight are two: 20:00-24:00 and 00:00-08:00."
        );
        return HoursOfDay.All;
    }

    /// <summary>A calendar with one of its bands; null for none.</summary>
    public static (string Calendar, string Band)? Band(MappingReader at, CatalogueDraft draft)
    {
        var band = at.OptionalCode("band", LongestCode);
        if (at.OptionalCode("calendar", LongestCode) is not { } code)
        {
            if (band is not null)
            {
                at.Problem("band", "Name the calendar that has the band, too.");
            }

            return null;
        }

        draft.Calendars.Refer(at, "calendar", code);
        if (band is null)
        {
            at.Problem("band", "Name a band of the calendar, too.");
            return null;
        }

        if (
            draft.Calendars.Find(code) is { } calendar
            && calendar.DefaultBand != band
            && calendar.Entries.All(entry => entry.Band != band)
            && at.IsGood("band")
        )
        {
            at.Problem("band", $"The calendar {code} has no band {band}.");
        }

        return (code, band);
    }

    private static TariffCalendarEntry Entry(MappingReader at)
    {
        var date = at.OptionalDate("date");
        var isForHolidays = at.Flag("onHolidays", CatalogueDefaults.IsForHolidays);
        var weekdays = at.Choices<DayOfWeek>("weekdays", []);
        if ((date is null ? 0 : 1) + (isForHolidays ? 1 : 0) + (weekdays.Count > 0 ? 1 : 0) != 1)
        {
            at.Problem("weekdays", "An entry is for weekdays, for holidays (onHolidays: true) or for one date.");
        }

        return new TariffCalendarEntry(date, isForHolidays, weekdays, Hours(at, "hours"), at.Code("band", LongestCode));
    }

    private static bool SharesDays(TariffCalendarEntry one, TariffCalendarEntry other) =>
        one.Date == other.Date
        && one.IsForHolidays == other.IsForHolidays
        && (one.Date is not null || one.IsForHolidays || one.Weekdays.Intersect(other.Weekdays).Any());
}
