using Smile.Catalogue;

namespace Smile.Usage;

/// <summary>Brings telephone numbers to the form of E.164 without <c>+</c>, by what a source says of its own.</summary>
public sealed class UsageNumbers(UsageNumbering numbering)
{
    private const int Longest = 100;

    /// <summary>
    /// The number in its one form. What is no telephone number, such as a name or a short code, stays as it is.
    /// </summary>
    public string Normal(string number)
    {
        var text = Digits(number);
        foreach (var rewrite in numbering.Rewrites)
        {
            if (text.StartsWith(rewrite.From, StringComparison.Ordinal))
            {
                text = rewrite.To + text[rewrite.From.Length..];
                break;
            }
        }

        if (text.StartsWith('+'))
        {
            return text[1..];
        }

        foreach (var prefix in numbering.InternationalPrefixes)
        {
            if (text.StartsWith(prefix, StringComparison.Ordinal) && text.Length > prefix.Length)
            {
                return text[prefix.Length..];
            }
        }

        return
            numbering.TrunkPrefix.Length > 0
            && text.StartsWith(numbering.TrunkPrefix, StringComparison.Ordinal)
            && text.Length > numbering.TrunkPrefix.Length
            ? numbering.CountryCode + text[numbering.TrunkPrefix.Length..]
            : text;
    }

    /// <summary>
    /// The forms in which a number may be the username of a subscription: with and without <c>+</c>, and as it is dialled here.
    /// </summary>
    public IEnumerable<string> Forms(string number)
    {
        var normal = Normal(number);
        yield return normal;
        yield return "+" + normal;
        if (numbering.CountryCode is { } country && normal.StartsWith(country, StringComparison.Ordinal))
        {
            yield return numbering.TrunkPrefix + normal[country.Length..];
        }

        if (number != normal)
        {
            yield return number;
        }
    }

    /// <summary>By what suspended usage is looked for: its identifier, in its one form where it is a number.</summary>
    internal static string SoughtBy(UsageNumbers numbers, UsageEntry entry) =>
        entry.IdentifierType == UsageIdentifierType.Number ? numbers.Normal(entry.Identifier) : entry.Identifier;

    /// <summary>Without what people put between digits, where it is a telephone number.</summary>
    private static string Digits(string number)
    {
        var text = number.Trim();
        if (text.Length is 0 or > Longest || text.Any(character => !IsOfNumber(character)))
        {
            return text;
        }

        return string.Concat(
            text.Where((character, index) => char.IsAsciiDigit(character) || character is '*' or '#' || (character == '+' && index == 0))
        );
    }

    private static bool IsOfNumber(char character) =>
        char.IsAsciiDigit(character) || character is '+' or ' ' or '-' or '(' or ')' or '.' or '/' or '*' or '#';
}
