using System.Globalization;
using Smile.Kernel;

namespace Smile.Cli;

/// <summary>
/// Amounts of the command line: digits with a point, and nothing that another country reads otherwise. A decimal comma must not be taken
/// for one that parts thousands: 0,50 would be fifty.
/// </summary>
internal static class Amounts
{
    public static bool TryRead(string text, out decimal amount) =>
        decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out amount);

    /// <summary>An amount as it could be typed, with its currency.</summary>
    public static string Text(decimal amount, Currency currency) =>
        $"{amount.ToString("F" + currency.Decimals, CultureInfo.InvariantCulture)} {currency.Code}";
}
