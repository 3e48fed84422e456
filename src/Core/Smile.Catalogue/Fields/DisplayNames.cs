using System.Text.RegularExpressions;

namespace Smile.Catalogue.Fields;

/// <summary>Texts with a place in braces for each of some values, such as <c>ADSL2 Modem ({colour})</c>.</summary>
public static partial class DisplayNames
{
    /// <summary>The names that stand in braces.</summary>
    public static IEnumerable<string> NamesIn(string pattern) => Place().Matches(pattern).Select(match => match.Groups[1].Value);

    /// <summary>Puts the values in. What they hold is text, also where it has braces.</summary>
    /// <param name="valueOf">Null for none: nothing stands in its place.</param>
    public static string Fill(string pattern, Func<string, string?> valueOf) =>
        Place().Replace(pattern, match => valueOf(match.Groups[1].Value) ?? "");

    [GeneratedRegex(@"\{([^{}]*)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Place();
}
