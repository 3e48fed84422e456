using System.Text;
using Smile.Kernel;
using Smile.Usage.Exports;

namespace Smile.Modules.Tests.Usage;

/// <summary>Files of activity statements as text: what a reader of CSV reads, and what a spreadsheet does not run.</summary>
public sealed class ActivityCsvTests
{
    [Theory]
    [InlineData("+61290001111", "+61290001111")]
    [InlineData("-5", "-5")]
    [InlineData("+", "+")]
    [InlineData("Joe's phone", "Joe's phone")]
    [InlineData("*123#", "*123#")]
    [InlineData(" =1", " =1")]
    [InlineData(null, "")]
    [InlineData("=1+2", "'=1+2")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("+1+cmd|' /C calc'!A0", "'+1+cmd|' /C calc'!A0")]
    [InlineData("-2+3", "'-2+3")]
    [InlineData("\t=1", "'\t=1")]
    [InlineData("\r=1", "'\r=1")]
    [InlineData("\n=1", "'\n=1")]
    public void Numbers_stay_as_they_are_and_formulas_become_texts(string? text, string cell) => Assert.Equal(cell, ActivityCsv.Text(text));

    [Theory]
    [InlineData("5000000000", "5000000000")]
    [InlineData("7.500", "7.5")]
    [InlineData("0.00000001", "0.00000001")]
    [InlineData("-0.100000", "-0.1")]
    [InlineData("0.000", "0")]
    public void Amounts_have_a_point_and_no_zeros_behind_it(string number, string cell) =>
        Assert.Equal(cell, ActivityCsv.Number(decimal.Parse(number, System.Globalization.CultureInfo.InvariantCulture)));

    [Fact]
    public void Times_have_the_offset_of_their_day()
    {
        var zone = new BillingTimeZone(1, "Australia/Sydney");
        Assert.Equal("2015-01-01T11:00:00.000+11:00", ActivityCsv.Instant(zone, new DateTimeOffset(2015, 1, 1, 0, 0, 0, TimeSpan.Zero)));
        Assert.Equal("2015-07-01T10:00:00.007+10:00", ActivityCsv.Instant(zone, new DateTimeOffset(2015, 7, 1, 0, 0, 0, 7, TimeSpan.Zero)));
    }

    [Fact]
    public async Task Cells_that_need_it_are_quoted_and_the_last_row_counts_the_others()
    {
        using var file = new MemoryStream();
        var csv = new ActivityCsv(file, 17);
        csv.AddNames(["One", "Two"]);
        csv.AddEntry(["a,b", "say \"hi\""]);
        await csv.SendAsync(default);
        csv.AddEntry(["two\nlines", "é"]);
        await csv.EndAsync(default);
        Assert.Equal(
            "Record Type,Batch ID,One,Two\r\nE,17,\"a,b\",\"say \"\"hi\"\"\"\r\nE,17,\"two\nlines\",é\r\nF,17,2\r\n",
            Encoding.UTF8.GetString(file.ToArray())
        );
    }
}
