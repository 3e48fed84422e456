using System.Globalization;
using System.Text;
using System.Xml;

namespace Smile.Soap.Xml;

/// <summary>
/// Reads documents of the contract from XML. Generated readers drive it: they enter an element, ask for its children one by one and
/// read values. Whatever the contract does not know is refused by name, never dropped in silence.
/// </summary>
public sealed class ContractReader(XmlReader reader)
{
    /// <summary>Decimals are kept in PostgreSQL as numeric and added up: beyond this size an amount is a mistake or an attack.</summary>
    private const decimal LargestDecimal = 1_000_000_000_000_000m;
    private const int LongestEcho = 60;

    /// <summary>The elements entered, each by name and by the path down to it: values ask for their path often.</summary>
    private readonly List<(string Name, string Path)> _entered = [];
    private readonly List<(int Depth, string Name)> _nil = [];
    private string _left = "";

    /// <summary>The local name of the element that <see cref="NextChild"/> stopped at.</summary>
    public string LocalName => reader.LocalName;

    /// <summary>The path from the body to the current element, for messages: <c>orderAccount/Order/Package</c>.</summary>
    public string Path =>
        reader.NodeType == XmlNodeType.Element ? PathTo(reader.LocalName)
        : _entered.Count == 0 ? ""
        : _entered[^1].Path;

    /// <summary>Whether a simple value that stands here is a parameter of the operation: documents are one level deeper.</summary>
    private bool IsOutsideDocuments => _entered.Count <= 1;

    /// <summary>Steps into the current element; its children follow from <see cref="NextChild"/> until that returns false.</summary>
    /// <returns>What <see cref="NextChild"/> needs to know where the element ends: false for an empty element.</returns>
    public bool Enter()
    {
        _entered.Add((reader.LocalName, Path));
        var hasContent = !reader.IsEmptyElement;
        reader.Read();
        return hasContent;
    }

    /// <summary>Moves to the next child element; leaves the element when there is none.</summary>
    public bool NextChild(bool entered)
    {
        while (entered)
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element:
                    return true;
                case XmlNodeType.EndElement:
                    reader.Read();
                    Leave();
                    return false;
                case XmlNodeType.Text or XmlNodeType.CDATA when !string.IsNullOrWhiteSpace(reader.Value):
                    throw new ContractReadException($"Unexpected text in <{Path}>: this element holds other elements, not text.");
                default:
                    if (!reader.Read())
                    {
                        throw new ContractReadException($"The document ends inside <{Path}>.");
                    }

                    break;
            }
        }

        Leave();
        return false;
    }

    /// <summary>A simple parameter may come in no namespace, in the endpoint's or in the data namespace.</summary>
    public void ExpectParameterNamespace()
    {
        if (reader.NamespaceURI is not ("" or ContractNamespaces.Endpoint or ContractNamespaces.Data))
        {
            throw new ContractReadException(
                $"The parameter <{Path}> is in the namespace '{Echo.Of(reader.NamespaceURI, LongestEcho)}': put it in no namespace."
            );
        }
    }

    /// <summary>A document, and every element in it, belongs to the data namespace.</summary>
    public void ExpectDataNamespace(bool isDocumentParameter = false)
    {
        if (reader.NamespaceURI != ContractNamespaces.Data)
        {
            throw new ContractReadException(
                $"The element <{Path}> is in the wrong namespace ('{Echo.Of(reader.NamespaceURI, LongestEcho)}'): it belongs to "
                    + $"'{ContractNamespaces.Data}'.",
                isDocumentParameter
            );
        }
    }

    public ContractReadException UnknownElement() => new($"Unknown element <{Path}>: the contract does not have it here.");

    /// <summary>
    /// A required child or attribute (<c>@name</c>) of the element just left is absent: the operation's documented fault says so, as it
    /// does for any other bad request.
    /// </summary>
    public ContractReadException Missing(string name) =>
        new(
            $"{(name.StartsWith('@') ? "The attribute" : "The element")} <{PathTo(_left)}/{name}> is required and was not specified.",
            aboutDocument: true
        );

    /// <summary>Refuses an element that the contract allows once.</summary>
    public void Once(bool alreadyRead)
    {
        if (alreadyRead || _nil.Contains((_entered.Count, reader.LocalName)))
        {
            throw new ContractReadException($"The element <{Path}> is given more than once.");
        }
    }

    /// <summary>True for an absent value spelt out: <c>xsi:nil="true"</c>. The element is then skipped.</summary>
    public bool SkipNil()
    {
        if (
            !reader.HasAttributes
            || reader.GetAttribute("nil", ContractNamespaces.SchemaInstance) is not { } stated
            || !ParseBoolean(stated, Path + "/@xsi:nil")
        )
        {
            return false;
        }

        var path = Path;
        _nil.Add((_entered.Count, reader.LocalName));
        if (!reader.IsEmptyElement)
        {
            do
            {
                reader.Read();
            } while (reader.NodeType is XmlNodeType.Comment or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace);
            if (reader.NodeType != XmlNodeType.EndElement)
            {
                throw new ContractReadException($"The element <{path}> says that it is nil and has content: leave one of the two out.");
            }
        }

        reader.Read();
        return true;
    }

    /// <summary>The named attribute without a namespace, or null.</summary>
    public string? Attribute(string name)
    {
        var value = reader.GetAttribute(name);
        return value is null || XmlText.IsValid(value) ? value : throw Forbidden($"{Path}/@{name}");
    }

    /// <summary>
    /// Refuses attributes other than those named, and an <c>xsi:type</c> that is not the declared type. The operation's element may have
    /// what SOAP's encoding puts there: older clients such as Axis 1 and ksoap2 send <c>encodingStyle</c>, <c>id</c> and <c>root</c>.
    /// </summary>
    public void ExpectAttributes(params ReadOnlySpan<string> known) => ExpectAttributes(_entered.Count == 0, known);

    /// <param name="isOutsideDocuments">Whether the element is the operation's or a simple parameter: what others than the contract say on
    /// it is passed over.</param>
    private void ExpectAttributes(bool isOutsideDocuments, params ReadOnlySpan<string> known)
    {
        if (!reader.HasAttributes)
        {
            return;
        }

        while (reader.MoveToNextAttribute())
        {
            switch (reader.NamespaceURI)
            {
                case "" when Contains(known, reader.LocalName):
                case ContractNamespaces.SchemaInstance
                    when reader.LocalName is "type" or "nil" or "schemaLocation" or "noNamespaceSchemaLocation":
                case ContractNamespaces.Xmlns or ContractNamespaces.Xml:
                case "" when isOutsideDocuments && reader.LocalName == "id":
                case not ("" or ContractNamespaces.SchemaInstance or ContractNamespaces.Endpoint or ContractNamespaces.Data)
                    when isOutsideDocuments:
                    continue;
                default:
                    var attribute = Echo.Of(reader.Name, LongestEcho);
                    reader.MoveToElement();
                    throw new ContractReadException($"Unknown attribute '{attribute}' on <{Path}>: the contract does not have it here.");
            }
        }

        reader.MoveToElement();
    }

    /// <summary>
    /// The local name of the type that <c>xsi:type</c> states, or the declared one where there is none. A type that is neither
    /// declared nor derived from it in the contract is refused.
    /// </summary>
    public string TypeName(string declared, params ReadOnlySpan<string> derived)
    {
        var stated = reader.HasAttributes ? reader.GetAttribute("type", ContractNamespaces.SchemaInstance) : null;
        if (stated is null)
        {
            return declared;
        }

        stated = stated.Trim();
        var colon = stated.IndexOf(':', StringComparison.Ordinal);
        var name = stated[(colon + 1)..];
        var space = reader.LookupNamespace(colon < 0 ? "" : stated[..colon]);
        var isKnown = space == ContractNamespaces.Data && (name == declared || Contains(derived, name));
        return isKnown
            ? name
            : throw new ContractReadException(
                $"The xsi:type '{Echo.Of(stated, LongestEcho)}' on <{Path}> is not a type of this contract: use '{declared}' or leave "
                    + $"xsi:type out."
            );
    }

    /// <summary>
    /// For an element of a simple type: refuses an <c>xsi:type</c> that is not one of XML Schema's own, and nil where a value is needed.
    /// </summary>
    private void ExpectSimpleType()
    {
        if (reader.GetAttribute("nil", ContractNamespaces.SchemaInstance) is { } nil && ParseBoolean(nil, Path + "/@xsi:nil"))
        {
            throw new ContractReadException($"The element <{Path}> is nil: leave it out.");
        }

        if (reader.GetAttribute("type", ContractNamespaces.SchemaInstance) is { } stated)
        {
            var colon = stated.IndexOf(':', StringComparison.Ordinal);
            var space = reader.LookupNamespace(colon < 0 ? "" : stated[..colon].Trim());
            if (
                space != "http://www.w3.org/2001/XMLSchema"
                && !(IsOutsideDocuments && space is (ContractNamespaces.SoapEncoding11 or ContractNamespaces.SoapEncoding12))
            )
            {
                throw new ContractReadException(
                    $"The xsi:type '{Echo.Of(stated, LongestEcho)}' on <{Path}> is not a type of this contract: leave xsi:type out."
                );
            }
        }
    }

    /// <summary>Reads the text of the current element and moves past it.</summary>
    public string ReadString()
    {
        if (reader.HasAttributes)
        {
            ExpectSimpleType();
            ExpectAttributes(IsOutsideDocuments);
        }

        return ReadContent();
    }

    /// <summary>Reads the text of an element whose attributes have been read.</summary>
    public string ReadContent()
    {
        _left = reader.LocalName;
        if (reader.IsEmptyElement)
        {
            reader.Read();
            return "";
        }

        reader.Read();
        var longest = (reader as XmlDictionaryReader)?.Quotas.MaxStringContentLength ?? int.MaxValue;
        var text = "";
        StringBuilder? pieces = null;
        while (true)
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace:
                    // The reader hands a text out in pieces, one for each escape in it: to join them as strings would take quadratic time.
                    if (text.Length == 0)
                    {
                        text = reader.Value;
                    }
                    else
                    {
                        pieces ??= new StringBuilder(text);
                        pieces.Append(reader.Value);
                    }

                    if ((pieces?.Length ?? text.Length) > longest)
                    {
                        throw new ContractReadException(
                            $"The text of <{PathTo(_left)}> is too long: at most {longest} characters are taken."
                        );
                    }

                    reader.Read();
                    break;
                case XmlNodeType.EndElement:
                    reader.Read();
                    var whole = pieces?.ToString() ?? text;
                    return XmlText.IsValid(whole) ? whole : throw Forbidden(PathTo(_left));
                case XmlNodeType.Comment:
                    reader.Read();
                    break;
                default:
                    throw new ContractReadException($"Unexpected content in <{PathTo(_left)}>: a plain value belongs there.");
            }
        }
    }

    public int ReadInt() => Read(ParseInt);

    public long ReadLong() => Read(ParseLong);

    public decimal ReadDecimal() => Read(ParseDecimal);

    public bool ReadBoolean() => Read(ParseBoolean);

    public XmlDate ReadDate() => Read(ParseDate);

    public XmlTimestamp ReadTimestamp() => Read(ParseTimestamp);

    public byte[] ReadBytes() => Read(ParseBytes);

    /// <summary>Reads a value of an enumeration with the generated parser.</summary>
    public T ReadValue<T>(Func<string, string, T> parse) => Read(parse);

    private static ContractReadException Forbidden(string path) => new($"The value of <{path}> holds a character that XML does not allow.");

    private string PathTo(string name)
    {
        var shortened = name.Length > LongestEcho ? Echo.Of(name, LongestEcho) : name;
        return _entered.Count == 0 ? shortened : $"{_entered[^1].Path}/{shortened}";
    }

    private void Leave()
    {
        _left = _entered[^1].Name;
        _entered.RemoveAt(_entered.Count - 1);
        if (_nil.Count > 0)
        {
            _nil.RemoveAll(element => element.Depth > _entered.Count);
        }
    }

    private T Read<T>(Func<string, string, T> parse)
    {
        var path = Path;
        return parse(ReadString(), path);
    }

    public static int ParseInt(string text, string path) =>
        int.TryParse(text.AsSpan().Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Malformed(path, $"a whole number between {int.MinValue} and {int.MaxValue}");

    public static long ParseLong(string text, string path) =>
        long.TryParse(text.AsSpan().Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Malformed(path, "a whole number of at most 18 digits");

    public static decimal ParseDecimal(string text, string path) =>
        decimal.TryParse(
            text.AsSpan().Trim(),
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture,
            out var value
        )
        && Math.Abs(value) < LargestDecimal
            ? value
            : throw Malformed(path, "a decimal number such as 47.40, below 10^15");

    public static bool ParseBoolean(string text, string path) =>
        text.AsSpan().Trim() switch
        {
            "true" or "1" => true,
            "false" or "0" => false,
            _ => throw Malformed(path, "true or false"),
        };

    public static XmlDate ParseDate(string text, string path) =>
        XmlDate.TryParse(text, out var value) ? value : throw Malformed(path, "a date such as 2019-01-31 or 2019-01-31+11:00");

    public static XmlTimestamp ParseTimestamp(string text, string path) =>
        XmlTimestamp.TryParse(text, out var value) ? value : throw Malformed(path, "a timestamp such as 2019-01-31T09:30:00.000+11:00");

    public static byte[] ParseBytes(string text, string path)
    {
        var bytes = new byte[text.Length * 3 / 4 + 3];
        return Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : throw Malformed(path, "base64 data");
    }

    /// <summary>A value of the wrong form. It is not repeated: it may be a password or a card number in the wrong place.</summary>
    public static ContractReadException Malformed(string path, string expected) =>
        new($"The value of <{path}> is not valid: expected {expected}.", aboutDocument: true);

    /// <summary>
    /// A value that its enumeration does not have: an unknown status is answered with the operation's own fault (guide, line 18243).
    /// </summary>
    public static ContractReadException UnknownValue(string text, string path, string known) =>
        new($"The value '{Echo.Of(text, LongestEcho)}' of <{path}> is unknown: use one of {known}.", aboutDocument: true);

    private static bool Contains(ReadOnlySpan<string> names, string name)
    {
        foreach (var candidate in names)
        {
            if (candidate == name)
            {
                return true;
            }
        }

        return false;
    }
}
