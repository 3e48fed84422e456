using System.Globalization;
using System.Text;
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
    private const int MostDepth = 32;
    private const int PieceOfText = 4096;

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

    /// <exception cref="UsageFileException">It is no XML, or not all of it is there.</exception>
    public static IEnumerable<UsageRow> Read(TextReader text, UsageLayout layout)
    {
        using var reader = XmlReader.Create(text, Settings);
        var piece = new char[PieceOfText];
        var document = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Strict(reader, reader.MoveToContent) is not XmlNodeType.Element)
        {
            throw new UsageFileException("The file is empty.");
        }

        AddAttributes(document, "document.", reader);
        Strict(reader, reader.Read);
        while (!reader.EOF)
        {
            if (reader.NodeType != XmlNodeType.Element || reader.Depth != 1)
            {
                Strict(reader, reader.Read);
                continue;
            }

            var line = ((IXmlLineInfo)reader).LineNumber;
            var (element, problem) = Strict(reader, () => Element(reader, piece));
            var raw = element.ToString(SaveOptions.DisableFormatting);
            if (problem is not null)
            {
                yield return UsageRow.Broken(line, raw, problem);
                continue;
            }

            var name = element.Name.LocalName;
            var values = new Dictionary<string, string>(StringComparer.Ordinal) { ["element"] = name };
            Add(values, "", element);
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
    }

    /// <summary>
    /// Reads an element to its end. Of one that is too large or too deep no more is kept than may be, whatever a file has.
    /// </summary>
    /// <returns>With what is wrong with it; null for nothing.</returns>
    private static (XElement Element, string? Problem) Element(XmlReader reader, char[] piece)
    {
        var (top, size, problem) = (reader.Depth, 0, default(string));
        var element = Start(reader, ref size);
        var current = element;
        for (var isOpen = !reader.IsEmptyElement; isOpen && reader.Read(); )
        {
            if (reader.NodeType == XmlNodeType.EndElement && reader.Depth == top)
            {
                isOpen = false;
            }
            else if (problem is null)
            {
                current = Child(reader, piece, current, ref size);
                problem =
                    size > LargestElement ? $"An element has more than {LargestElement} characters."
                    : reader.Depth - top > MostDepth ? $"Elements are within elements more than {MostDepth} times."
                    : null;
            }
        }

        reader.Read();
        return (element, problem);
    }

    /// <summary>Adds a node, and says what the next one is within.</summary>
    private static XElement Child(XmlReader reader, char[] piece, XElement current, ref int size)
    {
        switch (reader.NodeType)
        {
            case XmlNodeType.Element:
                var child = Start(reader, ref size);
                current.Add(child);
                return reader.IsEmptyElement ? current : child;
            case XmlNodeType.EndElement:
                return current.Parent ?? current;
            case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace:
                current.Add(new XText(Text(reader, piece, ref size)));
                return current;
            default:
                return current;
        }
    }

    /// <summary>A text by pieces: of one that is too large the rest is passed over.</summary>
    private static string Text(XmlReader reader, char[] piece, ref int size)
    {
        var text = new StringBuilder();
        for (int read; (read = reader.ReadValueChunk(piece, 0, piece.Length)) > 0; )
        {
            size += read;
            if (size <= LargestElement)
            {
                text.Append(piece, 0, read);
            }
        }

        return text.ToString();
    }

    private static XElement Start(XmlReader reader, ref int size)
    {
        var element = new XElement(XName.Get(reader.LocalName, reader.NamespaceURI));
        size += reader.Name.Length;
        while (reader.MoveToNextAttribute())
        {
            size += reader.Name.Length + reader.Value.Length;
            if (reader.NamespaceURI != XNamespace.Xmlns.NamespaceName)
            {
                element.Add(new XAttribute(XName.Get(reader.LocalName, reader.NamespaceURI), reader.Value));
            }
        }

        reader.MoveToElement();
        return element;
    }

    private static void Add(Dictionary<string, string> values, string path, XElement element)
    {
        foreach (var attribute in element.Attributes())
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

    /// <summary>What breaks a file hides what stands behind it: such a file is not taken as if that were all.</summary>
    private static T Strict<T>(XmlReader reader, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (XmlException)
        {
            var at = (IXmlLineInfo)reader;
            var where =
                at.LineNumber > 0 ? string.Create(CultureInfo.InvariantCulture, $" in line {at.LineNumber}, place {at.LinePosition}") : "";
            throw new UsageFileException($"It is no XML{where}, has a document type, or not all of it is there.");
        }
    }
}
