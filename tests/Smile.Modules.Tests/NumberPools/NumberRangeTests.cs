using System.Numerics;
using Smile.NumberPools;

namespace Smile.Modules.Tests.NumberPools;

public sealed class NumberRangeTests
{
    [Theory]
    [InlineData(0, 29, 10, "0-9 10-19 20-29")]
    [InlineData(5, 24, 10, "10-19")]
    [InlineData(5, 18, 10, "")]
    [InlineData(10, 19, 10, "10-19")]
    [InlineData(3, 5, 1, "3-3 4-4 5-5")]
    [InlineData(3, 5, 0, "3-5")]
    [InlineData(4, 11, 3, "6-8 9-11")]
    public void Blocks_begin_at_multiples_of_their_size(int first, int last, int size, string expected) =>
        Assert.Equal(expected, Show(Range(first, last).Blocks(size)));

    [Theory]
    [InlineData("", "")]
    [InlineData("4-6 1-3", "1-6")]
    [InlineData("1-3 5-6", "1-3 5-6")]
    [InlineData("1-9 2-3 9-12", "1-12")]
    public void Ranges_that_meet_become_one(string ranges, string expected) =>
        Assert.Equal(expected, Show(NumberRange.Merge(Read(ranges))));

    [Theory]
    [InlineData("1-9", "4-5", "1-3 6-9")]
    [InlineData("1-9", "1-9", "")]
    [InlineData("1-9", "0-5", "6-9")]
    [InlineData("1-9", "10-12", "1-9")]
    public void What_is_left_beside_another_range(string range, string other, string expected) =>
        Assert.Equal(expected, Show(Read(range).Single().Without(Read(other).Single())));

    [Fact]
    public void A_part_is_what_both_have()
    {
        Assert.Equal(Range(3, 5), Range(1, 5).Clip(Range(3, 9)));
        Assert.Null(Range(1, 2).Clip(Range(3, 9)));
        Assert.True(Range(1, 5).Contains(Range(5, 5)) && !Range(1, 5).Contains(Range(5, 6)));
    }

    private static NumberRange Range(BigInteger first, BigInteger last) => new(first, last);

    private static IEnumerable<NumberRange> Read(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(range => range.Split('-'))
            .Select(ends => Range(int.Parse(ends[0], null), int.Parse(ends[1], null)));

    private static string Show(IEnumerable<NumberRange> ranges) => string.Join(' ', ranges.Select(range => $"{range.First}-{range.Last}"));
}
