using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Smile.Server.Commands;

/// <summary>
/// Amounts of the command line: digits with a point, and nothing that another country reads otherwise. A decimal comma must not be taken for one that
/// parts thousands: 0,50 would be fifty.
/// </summary>
internal static class Amounts
{
    /// <summary>An optional amount.</summary>
    public static Option<decimal?> Option(string name, string description) => new(name) { Description = description, CustomParser = result => Parse(result) };

    public static Argument<decimal> Argument(string name, string description) => new(name) { Description = description, CustomParser = result => Parse(result) ?? 0m };

    /// <returns>Null where the text is no amount.</returns>
    public static decimal? Parse(string text) =>
        decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) ? amount : null;

    private static decimal? Parse(ArgumentResult result)
    {
        var text = result.Tokens.Count == 0 ? "" : result.Tokens[0].Value;
        if (Parse(text) is { } amount)
        {
            return amount;
        }

        result.AddError($"'{text}' is not an amount. Write it with a point and without marks between thousands, such as 1234.50.");
        return null;
    }
}
