using System.Globalization;
using Smile.Kernel;

namespace Smile.Modules.Tests.Kernel;

public sealed class MoneyTests
{
    private static readonly Currency Aud = new("AUD", 2, "$", 0.05m);
    private static readonly Currency Jpy = new("JPY", 0, "¥");
    private static readonly Currency Kwd = new("KWD", 3, "KWD ");

    public static TheoryData<string, string, string> Amounts =>
        new()
        {
            { "AUD", "47.4", "$47.40" },
            { "AUD", "-221.55", "$(221.55)" },
            { "AUD", "0", "$0.00" },
            { "AUD", "1234567.891", "$1,234,567.89" },
            { "AUD", "0.005", "$0.01" },
            { "AUD", "-0.005", "$(0.01)" },
            { "JPY", "1234.5", "¥1,235" },
            { "JPY", "-80", "¥(80)" },
            { "KWD", "1.5", "KWD 1.500" },
            { "KWD", "-0.0005", "KWD (0.001)" },
        };

    [Theory]
    [MemberData(nameof(Amounts))]
    public void Amounts_are_printed_as_in_the_guide_with_the_decimals_of_their_currency(string currency, string amount, string printed)
    {
        var money = new Money(
            decimal.Parse(amount, CultureInfo.InvariantCulture),
            new[] { Aud, Jpy, Kwd }.Single(candidate => candidate.Code == currency)
        );

        Assert.Equal(printed, money.Formatted());
    }

    [Theory]
    [InlineData("2.345", "2.35")]
    [InlineData("-2.345", "-2.35")]
    [InlineData("2.335", "2.34")]
    public void Half_a_cent_is_rounded_away_from_zero(string amount, string rounded) =>
        Assert.Equal(
            decimal.Parse(rounded, CultureInfo.InvariantCulture),
            new Money(decimal.Parse(amount, CultureInfo.InvariantCulture), Aud).Rounded().Amount
        );

    [Fact]
    public void The_lines_of_the_guides_first_invoice_add_up()
    {
        var total = new[] { 15.84m, 27.27m, -0.02m, 4.31m }
            .Select(amount => new Money(amount, Aud))
            .Aggregate((left, right) => left + right);

        Assert.Equal("$47.40", total.Formatted());
        Assert.Equal("$(47.40)", (-total).Formatted());
        Assert.Equal(0m, (total - total).Amount);
    }

    [Fact]
    public void Amounts_in_different_currencies_do_not_add_up() =>
        Assert.Throws<InvalidOperationException>(() => new Money(1m, Aud) + new Money(1m, Jpy));
}
