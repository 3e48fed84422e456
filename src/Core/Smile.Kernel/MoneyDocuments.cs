using Smile.Contracts;

namespace Smile.Kernel;

/// <summary>Amounts as the wire shows them.</summary>
public static class MoneyDocuments
{
    /// <summary>Decimals that a price of units is shown with (guide, line 17910).</summary>
    private const int RateDecimals = 5;

    /// <summary>The exact amount with at least the currency's decimals, and as it is printed for a customer (guide, line 2538).</summary>
    public static CurrencyValueType ToDocument(this Money money) => Document(money, money.Currency.Decimals);

    /// <summary>A price of units, with five decimals.</summary>
    public static CurrencyValueType ToRateDocument(this Money money) => Document(money, RateDecimals);

    private static CurrencyValueType Document(Money money, int decimals) =>
        new()
        {
            Currency = money.Currency.Code,
            Formatted = money.Formatted(),
            Value = Scaled(money.Amount, decimals),
        };

    /// <summary>
    /// A number with at least so many decimals. A sum has as many as the longer of its terms: a zero with decimals lengthens and never
    /// rounds.
    /// </summary>
    public static decimal Scaled(decimal value, int decimals) => value + new decimal(0, 0, 0, isNegative: false, (byte)decimals);
}
