using System.Globalization;
using System.Text.RegularExpressions;

namespace Smile.Rating.RateCards;

/// <summary>
/// Reads what the cells of files say. What one country reads otherwise than another is refused: 0,15 and 1.000,00 as well as 015.
/// </summary>
internal static partial class CardCells
{
    public const int LongestPrefix = 20;

    /// <summary>A range of prefixes that is longer is a slip.</summary>
    private const int MostOfRange = 10_000;

    private static readonly char[] Separators = [' ', ';', '|', ',', '\t', '\n', '\r'];

    /// <summary>A number that is not below zero; null with what would be right where it is none.</summary>
    /// <param name="wholeDigits">Digits before the point that there may be.</param>
    /// <param name="decimals">Digits behind it that there may be.</param>
    public static decimal? Number(string text, int wholeDigits, int decimals, out string? advice)
    {
        advice = null;
        if (text.Contains(',', StringComparison.Ordinal))
        {
            advice = "Write a decimal point, and nothing between thousands: 0.15 and 1000.";
            return null;
        }

        if (Plain().Match(text) is not { Success: true } match)
        {
            advice = text.StartsWith('-') ? "It must not be below zero." : "Expected digits with a point, such as 0.15.";
            return null;
        }

        if (text.Length > 1 && text[0] == '0' && char.IsAsciiDigit(text[1]))
        {
            advice =
                $"That is {text.TrimStart('0').PadLeft(1, '0')}, written as nobody does. Is it {text[..1]}.{text[1..]}? Write one of them.";
            return null;
        }

        if (match.Groups[1].Length > wholeDigits || match.Groups[2].Value.TrimEnd('0').Length > decimals)
        {
            advice = string.Create(
                CultureInfo.InvariantCulture,
                $"It may have {wholeDigits} digits before the point and {decimals} behind it."
            );
            return null;
        }

        return decimal.Parse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
    }

    public static DateOnly? Day(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
        && day.Year is >= 2000 and <= 2999
            ? day
            : null;

    public static bool? YesOrNo(string text) =>
        text.ToUpperInvariant() switch
        {
            "TRUE" or "YES" => true,
            "FALSE" or "NO" => false,
            _ => null,
        };

    /// <summary>A word of an enumeration, in any case and with or without spaces; never a number.</summary>
    public static T? Word<T>(string text)
        where T : struct, Enum
    {
        var word = text.Replace(" ", "", StringComparison.Ordinal);
        return
            word.Length > 0
            && char.IsAsciiLetter(word[0])
            && Enum.TryParse<T>(word, ignoreCase: true, out var value)
            && Enum.IsDefined(value)
            ? value
            : null;
    }

    /// <summary>
    /// Prefixes of a cell, which may be several and ranges of the same length: <c>4930 4931 4940-4949</c>. A star is all numbers.
    /// </summary>
    /// <param name="problem">Called with what is not right and why.</param>
    public static IEnumerable<string> Prefixes(string text, Action<string, string> problem)
    {
        foreach (var word in text.Split(Separators, StringSplitOptions.RemoveEmptyEntries))
        {
            if (word == "*")
            {
                yield return "";
                continue;
            }

            var ends = word.Split('-');
            var (first, last) = (ends[0].TrimStart('+'), ends[^1].TrimStart('+'));
            if (ends.Length > 2 || !IsPrefix(first) || !IsPrefix(last))
            {
                problem(
                    word,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"Expected the first digits of numbers, at most {LongestPrefix}, such as 4930, a range 4940-4949, or * for all."
                    )
                );
            }
            else if (ends.Length == 1)
            {
                yield return first;
            }
            else if (
                first.Length != last.Length
                || first.Length > 18
                || Value(last) < Value(first)
                || Value(last) - Value(first) >= MostOfRange
            )
            {
                problem(word, $"A range goes up, by less than {MostOfRange}, between prefixes of the same length, such as 4940-4949.");
            }
            else
            {
                for (var value = Value(first); value <= Value(last); value++)
                {
                    yield return value.ToString(CultureInfo.InvariantCulture).PadLeft(first.Length, '0');
                }
            }
        }
    }

    private static bool IsPrefix(string text) => text.Length is > 0 and <= LongestPrefix && text.All(char.IsAsciiDigit);

    private static long Value(string digits) => long.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^([0-9]{1,20})(?:\.([0-9]{1,20}))?$")]
    private static partial Regex Plain();
}
