using System.Globalization;
using Smile.Domain.Foundation;

namespace Smile.Documents.Layout;

/// <summary>How numbers and days are printed.</summary>
internal static class Figures
{
    public static string Day(DateOnly day) => day.ToString("d MMM yyyy", CultureInfo.InvariantCulture);

    public static string Period(DateOnly? from, DateOnly? to) => (from, to) switch
    {
        ({ } first, { } last) when first == last => Day(first),
        ({ } first, { } last) when first.Year == last.Year && first.Month == last.Month => $"{first.Day} - {Day(last)}",
        ({ } first, { } last) when first.Year == last.Year => $"{first.ToString("d MMM", CultureInfo.InvariantCulture)} - {Day(last)}",
        ({ } first, { } last) => $"{Day(first)} - {Day(last)}",
        ({ } first, null) => Day(first),
        (null, { } last) => Day(last),
        _ => "",
    };

    /// <summary>An amount without its currency, credits in brackets.</summary>
    public static string Amount(Money money) => Amount(money.Amount, money.Currency);

    public static string Amount(decimal amount, Currency currency)
    {
        var rounded = currency.Round(amount);
        var digits = Math.Abs(rounded).ToString("N" + currency.Decimals, CultureInfo.InvariantCulture);
        return rounded < 0 ? $"({digits})" : digits;
    }

    public static string Quantity(decimal? quantity) => quantity?.ToString("#,0.#####", CultureInfo.InvariantCulture) ?? "";

    public static string Percent(decimal percent) => percent.ToString("0.#####", CultureInfo.InvariantCulture) + "%";
}
