using System.Text.RegularExpressions;

namespace Smile.Domain.Foundation;

/// <summary>Knows what looks like a card number, so that none gets into a message, a log or a row by the wrong door.</summary>
public static partial class CardNumbers
{
    public const int LeastDigits = 12;
    public const int MostDigits = 19;

    /// <summary>The text with every card number in it blotted out.</summary>
    public static string Mask(string text) => Candidates().Replace(text, match => IsCardNumber(Digits(match.Value)) ? "…" : match.Value);

    /// <summary>Whether a card number stands in the text.</summary>
    public static bool Contains(string text) => Candidates().EnumerateMatches(text) is var matches && Any(text, matches);

    /// <summary>Whether the digits are a card's: of the right length, with a right check digit.</summary>
    public static bool IsCardNumber(string digits) => digits.Length is >= LeastDigits and <= MostDigits && Luhn.IsValid(digits);

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

    [GeneratedRegex(@"(?<!\d)\d(?:[ -]?\d){11,18}(?!\d)", RegexOptions.CultureInvariant)]
    private static partial Regex Candidates();
}
