using System.Globalization;

namespace Smile.Kernel;

/// <summary>A currency: how many decimals its amounts have and how they are printed.</summary>
/// <param name="Code">ISO 4217.</param>
/// <param name="Decimals">Digits of the minor unit: 2 for AUD, 0 for JPY, 3 for KWD.</param>
/// <param name="Symbol">Printed before amounts.</param>
/// <param name="CashUnit">Totals are rounded to a multiple of this (0.05 for AUD in the guide's examples); zero for no cash
/// rounding.</param>
public sealed record Currency(string Code, int Decimals, string Symbol, decimal CashUnit = 0m)
{
    /// <summary>More than any price has, fewer than shares of periods have: what is a half but for them is a half.</summary>
    private const int ExactDecimals = 12;

    /// <summary>
    /// Rounds half away from zero to the minor unit. A share such as 7/30 has an end here, and 7/30 of 29.85 are 6.965 all the same.
    /// </summary>
    public decimal Round(decimal amount) =>
        Math.Round(Math.Round(amount, ExactDecimals, MidpointRounding.AwayFromZero), Decimals, MidpointRounding.AwayFromZero);

    /// <summary>An amount in figures, without the symbol: <c>-1,234.50</c>, in whatever culture.</summary>
    public string Figures(decimal amount) => amount.ToString("N" + Decimals, CultureInfo.InvariantCulture);
}

/// <summary>An amount of money. There is no amount without a currency.</summary>
public readonly record struct Money(decimal Amount, Currency Currency)
{
    public static Money operator +(Money left, Money right) => left.Same(right) with { Amount = left.Amount + right.Amount };

    public static Money operator -(Money left, Money right) => left.Same(right) with { Amount = left.Amount - right.Amount };

    public static Money operator -(Money value) => value with { Amount = -value.Amount };

    public Money Rounded() => this with { Amount = Currency.Round(Amount) };

    /// <summary>As printed for a customer: <c>$47.40</c>, a credit as <c>$(221.55)</c> (guide, line 3427).</summary>
    public string Formatted()
    {
        var digits = Currency.Figures(Currency.Round(Math.Abs(Amount)));
        return Amount < 0 ? $"{Currency.Symbol}({digits})" : Currency.Symbol + digits;
    }

    private Money Same(Money other) =>
        Currency.Code == other.Currency.Code
            ? this
            : throw new InvalidOperationException($"Amounts in {Currency.Code} and {other.Currency.Code} do not add up.");
}
