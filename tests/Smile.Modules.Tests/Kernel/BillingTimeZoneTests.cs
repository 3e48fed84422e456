using System.Globalization;
using Smile.Kernel;

namespace Smile.Modules.Tests.Kernel;

public sealed class BillingTimeZoneTests
{
    /// <summary>
    /// The clocks of Melbourne go forward on 6 October 2019 at two o'clock and back on 5 April 2020 at three; those of Beirut and
    /// Santiago go forward at midnight, so that 31 March 2019 and 8 September 2019 begin at one o'clock there.
    /// </summary>
    public static TheoryData<string, string, string, string> Days =>
        new()
        {
            { "Australia/Melbourne", "2019-10-05", "2019-10-04T14:00:00Z", "2019-10-05+10:00" },
            { "Australia/Melbourne", "2019-10-06", "2019-10-05T14:00:00Z", "2019-10-06+10:00" },
            { "Australia/Melbourne", "2019-10-07", "2019-10-06T13:00:00Z", "2019-10-07+11:00" },
            { "Australia/Melbourne", "2020-04-05", "2020-04-04T13:00:00Z", "2020-04-05+11:00" },
            { "Australia/Melbourne", "2020-04-06", "2020-04-05T14:00:00Z", "2020-04-06+10:00" },
            { "Australia/Brisbane", "2019-10-07", "2019-10-06T14:00:00Z", "2019-10-07+10:00" },
            { "Asia/Beirut", "2019-03-31", "2019-03-30T22:00:00Z", "2019-03-31+03:00" },
            { "America/Santiago", "2019-09-08", "2019-09-08T04:00:00Z", "2019-09-08-03:00" },
            { "America/Santiago", "2019-09-07", "2019-09-07T04:00:00Z", "2019-09-07-04:00" },
        };

    [Theory]
    [MemberData(nameof(Days))]
    public void A_day_begins_with_its_first_instant_and_has_the_offset_of_that_instant(
        string zoneName,
        string date,
        string start,
        string onTheWire
    )
    {
        var zone = new BillingTimeZone(1, zoneName);
        var day = DateOnly.Parse(date, CultureInfo.InvariantCulture);

        var first = zone.StartOf(day);

        Assert.Equal(DateTimeOffset.Parse(start, CultureInfo.InvariantCulture), first);
        Assert.Equal(TimeSpan.Zero, first.Offset);
        Assert.Equal(day, zone.DateOf(first));
        Assert.Equal(day.AddDays(-1), zone.DateOf(first.AddTicks(-1)));
        Assert.Equal(onTheWire, zone.ToXml(day).ToString());
    }

    /// <summary>Samoa and Kwajalein crossed the date line, and left a day out.</summary>
    [Theory]
    [InlineData("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z")]
    [InlineData("Pacific/Kwajalein", "1993-08-21", "1993-08-21T12:00:00Z")]
    public void A_day_that_a_zone_leaves_out_begins_with_the_next_one(string zoneName, string date, string start)
    {
        var zone = new BillingTimeZone(1, zoneName);
        var day = DateOnly.Parse(date, CultureInfo.InvariantCulture);
        var first = DateTimeOffset.Parse(start, CultureInfo.InvariantCulture);

        Assert.Equal((first, first), (zone.StartOf(day), zone.StartOf(day.AddDays(1))));
        Assert.Equal(first.AddHours(-24), zone.StartOf(day.AddDays(-1)));
        Assert.Equal((day.AddDays(-1), day.AddDays(1)), (zone.DateOf(first.AddTicks(-1)), zone.DateOf(first)));
    }

    [Theory]
    [InlineData("2019-10-06", 23)]
    [InlineData("2020-04-05", 25)]
    [InlineData("2020-04-06", 24)]
    public void A_day_on_which_the_clocks_change_is_shorter_or_longer_by_an_hour(string date, int hours)
    {
        var zone = new BillingTimeZone(13, "Australia/Melbourne");
        var day = DateOnly.Parse(date, CultureInfo.InvariantCulture);

        Assert.Equal(TimeSpan.FromHours(hours), zone.StartOf(day.AddDays(1)) - zone.StartOf(day));
    }

    [Fact]
    public void A_day_that_has_its_first_hour_twice_begins_with_the_earlier_one()
    {
        // The clocks of Azores go back on 27 October 2019 from one o'clock to midnight.
        var zone = new BillingTimeZone(1, "Atlantic/Azores");
        var day = new DateOnly(2019, 10, 27);

        Assert.Equal(new DateTimeOffset(2019, 10, 27, 0, 0, 0, TimeSpan.Zero), zone.StartOf(day));
        Assert.Equal(TimeSpan.FromHours(25), zone.StartOf(day.AddDays(1)) - zone.StartOf(day));
    }

    [Theory]
    [InlineData("2019-10-05T15:59:59Z", "2019-10-06T01:59:59+10:00")]
    [InlineData("2019-10-05T16:00:00Z", "2019-10-06T03:00:00+11:00")]
    public void An_instant_is_shown_with_the_offset_that_holds_then(string instant, string shown) =>
        Assert.Equal(
            shown,
            new BillingTimeZone(13, "Australia/Melbourne")
                .At(DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture))
                .ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture)
        );
}
