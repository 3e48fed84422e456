using Smile.Kernel;
using Smile.Receivables.InvoiceGroupings;

namespace Smile.Modules.Tests.Receivables.InvoiceGroupings;

public sealed class InvoiceGroupingTests
{
    [Theory]
    [InlineData(null, null, null, null, true)]
    [InlineData(null, "2015-03-31", "2015-04-01", null, false)]
    [InlineData(null, "2015-03-31", "2015-03-31", null, true)]
    [InlineData("2015-04-01", null, null, "2015-03-31", false)]
    [InlineData("2015-04-01", null, null, "2015-04-01", true)]
    [InlineData("2015-01-01", "2015-01-31", "2015-02-01", "2015-02-28", false)]
    [InlineData("2015-01-01", "2015-12-31", "2015-02-01", "2015-02-28", true)]
    [InlineData("2015-02-01", "2015-02-28", "2015-01-01", "2015-12-31", true)]
    [InlineData("2015-02-01", "2015-02-28", null, null, true)]
    public void Periods_overlap_where_they_share_a_day(string? from, string? to, string? otherFrom, string? otherTo, bool overlap)
    {
        var grouping = new InvoiceGrouping
        {
            Id = Guid.NewGuid(),
            AccountUsn = new Usn("1"),
            ConfigurationId = Guid.NewGuid(),
            ActiveFrom = Day(from),
            ActiveTo = Day(to),
            Created = DateTimeOffset.UnixEpoch,
            ChangedBy = new Usn("1"),
        };

        Assert.Equal(overlap, grouping.Overlaps(Day(otherFrom), Day(otherTo)));
    }

    private static DateOnly? Day(string? text) =>
        text is null ? null : DateOnly.ParseExact(text, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
}
