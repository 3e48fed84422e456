using System.Text.RegularExpressions;

namespace Smile.Soap.Xml;

/// <summary>
/// What a caller sent, as far as a refusal may repeat it: a part, on one line, so that neither answers nor logs grow or break by it.
/// </summary>
internal static partial class Echo
{
    public static string Of(string text, int longest = 100)
    {
        // Cut before it is looked at, with room for a number that is cut: every text that comes is of bounded cost.
        var part = LongNumbers().Replace(text.Length > 2 * longest ? text[..(2 * longest)] : text, "…");
        part = part.Length > longest || text.Length > 2 * longest ? part[..Math.Min(longest, part.Length)] + "…" : part;
        return part.Any(char.IsControl)
            ? string.Concat(part.ReplaceLineEndings(" ").Select(character => char.IsControl(character) ? ' ' : character))
            : part;
    }

    /// <summary>What may be a card's number: in a wrong element it must not come back, nor stand in a log.</summary>
    [GeneratedRegex(@"(?<!\d)\d(?:[ -]?\d){11,18}(?!\d)", RegexOptions.CultureInvariant)]
    private static partial Regex LongNumbers();
}
