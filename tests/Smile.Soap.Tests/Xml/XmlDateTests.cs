using FsCheck;
using FsCheck.Fluent;
using Smile.Soap.Xml;

namespace Smile.Soap.Tests.Xml;

public sealed class XmlDateTests
{
    [Theory]
    [InlineData("2019-01-01")]
    [InlineData("2019-01-01Z")]
    [InlineData("2019-01-01+11:00")]
    [InlineData("2019-01-01-03:30")]
    [InlineData("0001-01-01+14:00")]
    [InlineData("9999-12-31-14:00")]
    public void A_date_is_written_as_it_was_read(string text)
    {
        Assert.True(XmlDate.TryParse($" {text}\n", out var date));
        Assert.Equal(text, date.ToString());
    }

    [Theory]
    [InlineData("2019-01-01+00:00")]
    [InlineData("2019-01-01-00:00")]
    public void No_offset_from_utc_is_written_as_z(string text)
    {
        Assert.True(XmlDate.TryParse(text, out var date));
        Assert.Equal("2019-01-01Z", date.ToString());
    }

    [Theory]
    [InlineData("2019-01-01 ", true)]
    [InlineData("2019-01-01z", false)]
    [InlineData("2019-01-01+14:01", false)]
    [InlineData("2019-01-01+1:00", false)]
    [InlineData("2019-01-01+11:60", false)]
    [InlineData("2019-01-01 +11:00", false)]
    [InlineData("2019-01-01Z+11:00", false)]
    [InlineData("20190101", false)]
    [InlineData("", false)]
    public void What_is_no_date_is_not_read(string text, bool isDate) => Assert.Equal(isDate, XmlDate.TryParse(text, out _));

    [Fact]
    public void Any_date_with_any_offset_comes_back()
    {
        var dates =
            from day in Gen.Choose(0, DateOnly.MaxValue.DayNumber)
            from minutes in Gen.Choose(-14 * 60, 14 * 60)
            from hasOffset in Gen.Elements(true, false)
            select new XmlDate(DateOnly.FromDayNumber(day), hasOffset ? TimeSpan.FromMinutes(minutes) : null);

        Prop.ForAll(dates.ToArbitrary(), date => XmlDate.TryParse(date.ToString(), out var again) && again == date)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }
}
