using Smile.Kernel;

namespace Smile.Modules.Tests.Kernel;

public sealed class LuhnTests
{
    /// <summary>The ten consecutive USNs of the guide (line 1662).</summary>
    public static TheoryData<long, string> GuideUsns =>
        new()
        {
            { 214382622, "2143826226" },
            { 214382623, "2143826234" },
            { 214382624, "2143826242" },
            { 214382625, "2143826259" },
            { 214382626, "2143826267" },
            { 214382627, "2143826275" },
            { 214382628, "2143826283" },
            { 214382629, "2143826291" },
            { 214382630, "2143826309" },
            { 214382631, "2143826317" },
        };

    [Theory]
    [MemberData(nameof(GuideUsns))]
    public void A_usn_is_its_number_with_the_check_digit_of_the_guide(long number, string usn)
    {
        Assert.Equal(usn, Luhn.Append(number));
        Assert.True(Luhn.IsValid(usn));
    }

    [Theory]
    [InlineData("2143826227")]
    [InlineData("2143862226")]
    [InlineData("6")]
    [InlineData("")]
    [InlineData("CN2143826226")]
    [InlineData("214382622٦")]
    public void A_wrong_digit_two_swapped_ones_and_what_is_no_number_are_not_valid(string usn) => Assert.False(Luhn.IsValid(usn));

    [Fact]
    public void Zero_has_the_check_digit_zero() => Assert.Equal("00", Luhn.Append(0));

    [Fact]
    public void The_largest_number_has_a_check_digit() => Assert.True(Luhn.IsValid(Luhn.Append(long.MaxValue)));

    [Fact]
    public void A_negative_number_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => Luhn.Append(-1));
}
