using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace Smile.Contracts.Tests;

/// <summary>
/// The content of a document as text that two equal documents share: element names, attributes by name, text and order. Prefixes, white
/// space between elements, and the spelling of one value (a timestamp with or without milliseconds) do not count.
/// </summary>
internal static class CanonicalText
{
    public static string Of(XElement element)
    {
        var text = new StringBuilder();
        Append(element, 0, text);
        return text.ToString();
    }

    private static void Append(XElement element, int depth, StringBuilder text)
    {
        text.Append(' ', depth * 2).Append(element.Name);
        foreach (
            var attribute in element
                .Attributes()
                .Where(attribute => !attribute.IsNamespaceDeclaration)
                .OrderBy(attribute => attribute.Name.ToString(), StringComparer.Ordinal)
        )
        {
            text.Append(' ').Append(attribute.Name).Append('=').Append(AttributeValue(element, attribute));
        }

        if (!element.HasElements)
        {
            text.Append(": ").Append(Value(element.Value));
        }
        else
        {
            foreach (var loose in element.Nodes().OfType<XText>().Where(loose => !string.IsNullOrWhiteSpace(loose.Value)))
            {
                text.Append(" text: ").Append(loose.Value);
            }
        }

        text.Append('\n');
        foreach (var child in element.Elements())
        {
            Append(child, depth + 1, text);
        }
    }

    /// <summary>An <c>xsi:type</c> counts by the name that its prefix stands for.</summary>
    private static string AttributeValue(XElement element, XAttribute attribute)
    {
        if (attribute.Name.LocalName != "type" || attribute.Name.NamespaceName != System.Xml.Schema.XmlSchema.InstanceNamespace)
        {
            return Value(attribute.Value);
        }

        var parts = attribute.Value.Split(':');
        var space = parts.Length == 1 ? element.GetDefaultNamespace() : element.GetNamespaceOfPrefix(parts[0]);
        return $"{{{space}}}{parts[^1]}";
    }

    private static string Value(string text) =>
        text.Contains('T', StringComparison.Ordinal)
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var timestamp)
        && text.Length >= 19
        && text[10] == 'T'
            ? timestamp.ToString("O", CultureInfo.InvariantCulture)
            : text;
}
