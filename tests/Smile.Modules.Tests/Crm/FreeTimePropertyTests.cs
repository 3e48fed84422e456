using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Smile.Catalogue;
using Smile.Crm.Appointments;
using Smile.Kernel;

namespace Smile.Modules.Tests.Crm;

/// <summary>
/// Free time against a model that knows nothing of spans: it asks of every single minute what the clock shows. Around days on which clocks
/// are changed, in zones that do it by half an hour, at midnight and not at all.
/// </summary>
public sealed class FreeTimePropertyTests
{
    /// <summary>Zones with a day on which their clocks are changed, or none.</summary>
    private static readonly (string Zone, DateOnly Day)[] Places =
    [
        ("Australia/Sydney", new(2015, 4, 5)),
        ("Australia/Sydney", new(2015, 10, 4)),
        ("Australia/Lord_Howe", new(2015, 4, 5)),
        ("Australia/Lord_Howe", new(2015, 10, 4)),
        ("America/Sao_Paulo", new(2015, 2, 22)),
        ("America/Sao_Paulo", new(2015, 10, 18)),
        ("America/New_York", new(2015, 3, 8)),
        ("America/New_York", new(2015, 11, 1)),
        ("Asia/Kathmandu", new(2015, 6, 1)),
        ("Pacific/Apia", new(2011, 12, 30)),
        ("Europe/Berlin", new(2015, 3, 29)),
        ("Europe/Berlin", new(2015, 10, 25)),
    ];

    private sealed record Desk(
        (string Zone, DateOnly Day) Place,
        WorkingSpan[] Hours,
        DateOnly[] Off,
        (int From, int Length)[] Taken,
        int SearchFrom,
        int SearchMinutes,
        int Duration,
        int Travel,
        int Now
    );

    [Fact]
    public void What_is_offered_is_free_and_what_is_free_is_offered()
    {
        var minutes = Gen.Choose(0, 95).Select(quarter => quarter * 15);
        var hours =
            from day in Gen.Choose(0, 6)
            from odd in Gen.Choose(0, 14)
            from start in minutes
            from length in Gen.Choose(1, 20)
            select new WorkingSpan((DayOfWeek)day, Math.Min(start + odd, 1439), Math.Min(start + odd + length * 30, 1440));
        var taken = from start in Gen.Choose(0, 3 * 1440) from length in Gen.Choose(1, 300) select (start, length);
        var desks =
            from place in Gen.Elements(Places)
            from spans in hours.ListOf(12)
            from night in Gen.Elements(0, 1)
            from off in Gen.Choose(-1, 2).ListOf(1)
            from bookings in taken.ListOf(5)
            from searchFrom in Gen.Choose(0, 2 * 1440)
            from searchMinutes in Gen.Choose(0, 2 * 1440)
            from duration in Gen.Choose(1, 180)
            from travel in Gen.Choose(0, 90)
            from now in Gen.Choose(0, 1440)
            select new Desk(
                place,
                [.. Apart(night == 1 ? [.. spans, .. Nights(place.Day)] : [.. spans])],
                [.. off.Select(place.Day.AddDays)],
                [.. bookings],
                searchFrom,
                searchMinutes,
                duration,
                travel,
                now
            );
        Prop.ForAll(Arb.From(desks), RequireSame).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    [Theory]
    [InlineData("2015-04-03T06:00:00Z", 60, "2015-04-03T07:00:00Z")] // On a Friday at five in the afternoon the desk closes.
    [InlineData("2015-04-03T06:00:00Z", 120, "2015-04-07T00:00:00Z")] // The Monday is a holiday, and the clocks have gone back.
    [InlineData("2015-04-04T06:00:00Z", 1, "2015-04-06T23:01:00Z")]
    public void Working_time_passes_in_working_hours_alone(string start, int minutes, string expected)
    {
        var desk = new WorkCalendar(
            new BillingTimeZone(19, "Australia/Sydney"),
            [.. Enumerable.Range(1, 5).Select(day => new WorkingSpan((DayOfWeek)day, 540, 1080))],
            day => day == new DateOnly(2015, 4, 6)
        );
        Assert.Equal(At(expected), desk.After(At(start), minutes));
    }

    [Fact]
    public void Working_time_that_never_comes_is_not_waited_for()
    {
        var desk = new WorkCalendar(new BillingTimeZone(1, "Etc/UTC"), [new WorkingSpan(DayOfWeek.Monday, 0, 1440)], _ => true);
        Assert.Null(desk.After(At("2015-04-03T06:00:00Z"), 1));
    }

    /// <summary>A zone that leaves out a day, as it goes over to the other side of the date line.</summary>
    [Fact]
    public void A_day_that_a_zone_leaves_out_has_no_working_time_and_those_beside_it_have_theirs()
    {
        var desk = new WorkCalendar(
            new BillingTimeZone(1, "Pacific/Apia"),
            [.. Enumerable.Range(0, 7).Select(day => new WorkingSpan((DayOfWeek)day, 540, 1020))],
            _ => false
        );
        Assert.Equal(
            ["2011-12-29T19:00Z-2011-12-30T03:00Z", "2011-12-30T19:00Z-2011-12-31T03:00Z"],
            desk.Within(new Period(At("2011-12-29T10:00:00Z"), At("2011-12-31T10:00:00Z")))
                .Select(period => $"{Text(period.From)}-{Text(period.To)}")
        );
    }

    private static void RequireSame(Desk desk)
    {
        var zone = new BillingTimeZone(1, desk.Place.Zone);
        var begin = new DateTimeOffset(desk.Place.Day.AddDays(-1).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).AddHours(-14);
        var now = begin.AddMinutes(desk.Now);
        var search = new Period(begin.AddMinutes(desk.SearchFrom), begin.AddMinutes(desk.SearchFrom + desk.SearchMinutes));
        var taken = desk.Taken.Select(each => new Period(begin.AddMinutes(each.From), begin.AddMinutes(each.From + each.Length))).ToList();
        var lengths = new AppointmentLengths(TimeSpan.FromMinutes(desk.Duration), TimeSpan.FromMinutes(desk.Travel));
        var calendar = new WorkCalendar(zone, desk.Hours, desk.Off.Contains);

        var from = search.From - lengths.Travel > now ? search.From - lengths.Travel : now;
        var free = Period.Without(calendar.Within(new Period(from, search.To)), Period.Merged(taken));
        var offered = FreeTime.Slots(free, search, lengths).SelectMany(slot => Starts(slot.From, slot.To - lengths.Duration)).ToHashSet();

        // The model: every minute by itself.
        var first = begin.AddMinutes(-desk.Travel - 1);
        var isFree = Enumerable
            .Range(0, 5 * 1440)
            .Select(minute => first.AddMinutes(minute))
            .Where(minute => minute >= now && Works(desk, zone, minute) && !taken.Any(each => each.From <= minute && minute < each.To))
            .ToHashSet();
        var expected = Starts(search.From, search.To - lengths.Duration)
            .Where(start =>
                Enumerable.Range(-desk.Travel, desk.Travel + desk.Duration).All(minute => isFree.Contains(start.AddMinutes(minute)))
            )
            .ToHashSet();
        Assert.True(
            offered.SetEquals(expected),
            string.Create(
                CultureInfo.InvariantCulture,
                $"{desk}: offered beyond: {string.Join(' ', offered.Except(expected).Take(3).Select(Text))}, "
                    + $"missed: {string.Join(' ', expected.Except(offered).Take(3).Select(Text))}"
            )
        );
    }

    private static bool Works(Desk desk, BillingTimeZone zone, DateTimeOffset instant)
    {
        var clock = zone.At(instant);
        var minute = clock.Hour * 60 + clock.Minute;
        return !desk.Off.Contains(DateOnly.FromDateTime(clock.DateTime))
            && desk.Hours.Any(span => span.Day == clock.DayOfWeek && span.From <= minute && minute < span.To);
    }

    private static IEnumerable<DateTimeOffset> Starts(DateTimeOffset first, DateTimeOffset last)
    {
        for (var start = first; start <= last; start = start.AddMinutes(1))
        {
            yield return start;
        }
    }

    /// <summary>Work through the nights around a day, over the change of the clocks.</summary>
    private static IEnumerable<WorkingSpan> Nights(DateOnly day) =>
        Enumerable.Range(-1, 3).Select(offset => new WorkingSpan(day.AddDays(offset).DayOfWeek, 0, 1440));

    /// <summary>Without those that overlap one before, as the catalogue has them.</summary>
    private static List<WorkingSpan> Apart(IEnumerable<WorkingSpan> spans)
    {
        var apart = new List<WorkingSpan>();
        foreach (var span in spans.Where(span => span.From < span.To))
        {
            if (!apart.Any(other => other.Day == span.Day && other.From < span.To && span.From < other.To))
            {
                apart.Add(span);
            }
        }

        return apart;
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static string Text(DateTimeOffset instant) => instant.ToString("yyyy-MM-ddTHH:mmZ", CultureInfo.InvariantCulture);
}
