using System.Xml;
using System.Xml.Linq;
using Smile.Catalogue;

namespace Smile.Usage.Files;

/// <summary>
/// The elements below the root. Attributes and elements are columns by their paths, such as <c>headerModule.type</c>; those of the root,
/// and what stands before the first record, by <c>document.</c> and their name. Column <c>element</c> is the name of the element.
/// </summary>
internal static class XmlRows
{
    private const int LargestFileCharacters = int.MaxValue;
    private const int LargestElement = 1024 * 1024;

    private static readonly XmlReaderSettings Settings = new()
    {
        // Entities could read files of the server, or take all of its memory.
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        IgnoreWhitespace = true,
        MaxCharactersInDocument = LargestFileCharacters,
        CloseInput = false,
    };

    public static IEnumerable<UsageRow> Read(TextReader text, UsageLayout layout)
    {
        using var reader = XmlReader.Create(text, Settings);
        var document = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Try(() => reader.MoveToContent(), out var problem) is not XmlNodeType.Element)
        {
            yield return UsageRow.Broken(1, "", problem ?? "The file is empty.");
            yield break;
        }

        AddAttributes(document, "document.", reader);
        Try(() => reader.Read(), out problem);
        while (problem is null && !reader.EOF)
        {
            if (reader.NodeType != XmlNodeType.Element || reader.Depth != 1)
            {
                Try(() => reader.Read(), out problem);
                continue;
            }

            var line = ((IXmlLineInfo)reader).LineNumber;
            if (Try(() => XNode.ReadFrom(reader), out problem) is not XElement element)
            {
                break;
            }

            var name = element.Name.LocalName;
            var values = new Dictionary<string, string>(StringComparer.Ordinal) { ["element"] = name };
            Add(values, "", element);
            var raw = element.ToString(SaveOptions.DisableFormatting);
            if (raw.Length > LargestElement)
            {
                yield return UsageRow.Broken(line, raw, $"An element has more than {LargestElement} characters.");
                continue;
            }

            if (name != layout.Element && !element.HasElements && !element.HasAttributes)
            {
                document[$"document.{name}"] = element.Value.Trim();
            }

            var head = document;
            yield return new UsageRow(
                line,
                UsageRow.Shortened(raw),
                column => values.GetValueOrDefault(column) ?? head.GetValueOrDefault(column, "")
            )
            {
                IsOther = name != layout.Element,
            };
        }

        if (problem is not null)
        {
            yield return UsageRow.Broken(Math.Max(1, ((IXmlLineInfo)reader).LineNumber), "", problem);
        }
    }

    private static void Add(Dictionary<string, string> values, string path, XElement element)
    {
        foreach (var attribute in element.Attributes().Where(attribute => !attribute.IsNamespaceDeclaration))
        {
            values.TryAdd(path + attribute.Name.LocalName, attribute.Value);
        }

        foreach (var child in element.Elements())
        {
            if (!child.HasElements)
            {
                values.TryAdd(path + child.Name.LocalName, child.Value.Trim());
            }

            Add(values, $"{path}{child.Name.LocalName}.", child);
        }
    }

    private static void AddAttributes(Dictionary<string, string> values, string path, XmlReader reader)
    {
        while (reader.MoveToNextAttribute())
        {
            values.TryAdd(path + reader.LocalName, reader.Value);
        }

        reader.MoveToElement();
    }

    private static T? Try<T>(Func<T> read, out string? problem)
    {
        try
        {
            problem = null;
            return read();
        }
        catch (XmlException exception)
        {
            problem = $"It is no XML: {exception.Message}";
            return default;
        }
    }
}
