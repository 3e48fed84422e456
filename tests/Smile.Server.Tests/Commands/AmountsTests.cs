using Smile.Cli;
using Smile.Kernel;

namespace Smile.Server.Tests.Commands;

/// <summary>Amounts of the command line: a decimal comma parts no thousands.</summary>
public sealed class AmountsTests
{
    [Theory]
    [InlineData("0.50", 0.5)]
    [InlineData("-12", -12.0)]
    [InlineData("1234.56", 1234.56)]
    [InlineData("0,50", null)]
    [InlineData("1,234.56", null)]
    [InlineData("1.234,56", null)]
    [InlineData("$5", null)]
    [InlineData("1e3", null)]
    [InlineData("", null)]
    public void An_amount_has_a_point_and_no_comma(string text, double? amount) =>
        Assert.Equal((decimal?)amount, Amounts.TryRead(text, out var read) ? read : null);

    [Theory]
    [InlineData(1234.5, 2, "1234.50 EUR")]
    [InlineData(-10, 0, "-10 EUR")]
    [InlineData(1.5, 3, "1.500 EUR")]
    public void An_amount_is_written_as_it_could_be_typed(double amount, int decimals, string text) =>
        Assert.Equal(text, Amounts.Text((decimal)amount, new Currency("EUR", decimals, "€")));
}
