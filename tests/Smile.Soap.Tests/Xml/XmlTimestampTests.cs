using System.Globalization;
using Smile.Soap.Xml;

namespace Smile.Soap.Tests.Xml;

/// <summary>K1, M17, O21: which instant a timestamp names.</summary>
public sealed class XmlTimestampTests
{
    [Theory]
    [InlineData("2014-04-16T00:00:00", "Australia/Perth", "2014-04-15T16:00:00.0000000+00:00")]
    [InlineData("2014-04-16T00:00:00", "Asia/Kathmandu", "2014-04-15T18:15:00.0000000+00:00")]
    [InlineData("2014-04-16T00:00:00", "America/Sao_Paulo", "2014-04-16T03:00:00.0000000+00:00")]
    [InlineData("2014-04-16T00:00:00Z", "Asia/Kathmandu", "2014-04-16T00:00:00.0000000+00:00")]
    [InlineData("2014-04-16T00:00:00+11:00", "Asia/Kathmandu", "2014-04-15T13:00:00.0000000+00:00")]
    [InlineData("2014-04-15T24:00:00", "Australia/Perth", "2014-04-15T16:00:00.0000000+00:00")]
    [InlineData("2019-04-07T02:30:00", "Australia/Sydney", "2019-04-06T15:30:00.0000000+00:00")] // passed twice: the first counts
    [InlineData("2019-10-06T02:30:00", "Australia/Sydney", "2019-10-05T16:30:00.0000000+00:00")] // left out: that much later
    [InlineData("0001-01-01T00:00:00", "Asia/Kathmandu", "0001-01-01T00:00:00.0000000+00:00")]
    [InlineData("0001-01-01T00:00:00+14:00", "Asia/Kathmandu", "0001-01-01T00:00:00.0000000+00:00")]
    [InlineData("9999-12-31T23:59:59", "America/Sao_Paulo", "9999-12-31T23:59:59.9999999+00:00")]
    [InlineData("9999-12-31T00:00:00-11:00", "America/Sao_Paulo", "9999-12-31T23:59:59.9999999+00:00")]
    public void A_timestamp_is_an_instant_in_utc_and_on_the_zones_clocks_without_an_offset(string text, string zone, string instant)
    {
        Assert.True(XmlTimestamp.TryParse(text, out var timestamp));

        Assert.Equal(instant, timestamp.In(TimeZoneInfo.FindSystemTimeZoneById(zone)).ToString("O", CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("2014-04-16T00:00:00.1239Z", "2014-04-16T00:00:00.123+00:00")]
    [InlineData("2014-04-16T00:00:00+05:45", "2014-04-16T00:00:00.000+05:45")]
    [InlineData("2014-04-16T00:00:00", "2014-04-16T00:00:00.000")]
    [InlineData("0001-01-01T00:00:00+11:00", "0001-01-01T00:00:00.000+11:00")]
    public void A_timestamp_is_written_with_milliseconds_and_the_offset_that_it_has(string text, string written)
    {
        Assert.True(XmlTimestamp.TryParse(text, out var timestamp));

        Assert.Equal(written, timestamp.ToString());
    }
}
