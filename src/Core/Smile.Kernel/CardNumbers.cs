using System.Globalization;
using System.Text.RegularExpressions;

namespace Smile.Kernel;

/// <summary>Detects card numbers, so that they can be masked before they are logged or stored.</summary>
public static partial class CardNumbers
{
    public const int LeastDigits = 12;
    public const int MostDigits = 19;

    private const int LeastDigitsOfAScheme = 13;

    /// <summary>The text with every card number in it masked.</summary>
    public static string Mask(string text) => Candidates().Replace(text, match => IsCardNumber(Digits(match.Value)) ? "…" : match.Value);

    /// <summary>Whether a card number stands in the text.</summary>
    public static bool Contains(string text) => Candidates().EnumerateMatches(text) is var matches && Any(text, matches);

    /// <summary>Whether the digits are a card's: of the right length, with a right check digit.</summary>
    public static bool IsCardNumber(string digits) => digits.Length is >= LeastDigits and <= MostDigits && Luhn.IsValid(digits);

    /// <summary>
    /// Whether the digits are such as a card scheme issues. One in ten account numbers of a bank has a card's check digit by chance: for
    /// them, the length and the first digits count too.
    /// </summary>
    public static bool IsOfAScheme(string digits) =>
        digits.Length >= LeastDigitsOfAScheme
        && digits.All(char.IsAsciiDigit)
        && IsCardNumber(digits)
        && int.Parse(digits.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture)
            is (>= 4000 and <= 4999)
                or (>= 5100 and <= 5599)
                or (>= 2221 and <= 2720)
                or (>= 3400 and <= 3499)
                or (>= 3700 and <= 3799)
                or (>= 3000 and <= 3099)
                or (>= 3600 and <= 3699)
                or (>= 3800 and <= 3899)
                or 6011
                or (>= 6500 and <= 6599)
                or (>= 3500 and <= 3599);

    /// <summary>The digits without the spaces and hyphens that people write between them.</summary>
    public static string Digits(string text) => string.Concat(text.Where(character => character is not (' ' or '-')));

    private static bool Any(string text, Regex.ValueMatchEnumerator matches)
    {
        foreach (var match in matches)
        {
            if (IsCardNumber(Digits(text.Substring(match.Index, match.Length))))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What looks like a card number; whole UUIDs, which have as many digits by chance, are passed over as one piece.</summary>
    [GeneratedRegex(
        @"(?<![0-9A-Za-z-])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![0-9A-Za-z-])|(?<!\d)\d(?:[ -]?\d){11,18}(?!\d)",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Candidates();
}
