using System.Text.RegularExpressions;

namespace Smile.Catalogue;

/// <summary>
/// Texts about tickets, with places such as <c>{{ number }}</c>. What is put into a place is data: it is not read as a text with places.
/// </summary>
public static partial class TicketTexts
{
    /// <summary>A place of a custom field is this and the field's name.</summary>
    public const string OfField = "field.";

    /// <summary>The places that all texts may have.</summary>
    public static IReadOnlyList<string> Places { get; } =
    ["number", "subject", "body", "type", "status", "group", "operator", "account", "subscription", "name", "company"];

    /// <param name="valueOf">What stands in a place; null for nothing.</param>
    public static string Fill(string text, Func<string, string?> valueOf) =>
        Place().Replace(text, place => valueOf(place.Groups[1].Value) ?? "");

    /// <summary>The places of a text that there are not.</summary>
    /// <param name="fields">The fields that tickets have which the text is about.</param>
    public static IEnumerable<string> UnknownPlaces(string text, IReadOnlyCollection<string> fields) =>
        Place()
            .Matches(text)
            .Select(place => place.Groups[1].Value)
            .Where(name =>
                !Places.Contains(name) && !(name.StartsWith(OfField, StringComparison.Ordinal) && fields.Contains(name[OfField.Length..]))
            )
            .Distinct();

    [GeneratedRegex(@"\{\{\s*([^{}]*?)\s*\}\}", RegexOptions.CultureInvariant)]
    private static partial Regex Place();
}
