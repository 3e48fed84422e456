using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Smile.Soap.Xml;

/// <summary>
/// Writes documents of the contract as UTF-8. Elements of the data namespace carry one fixed prefix, which the caller declares.
/// Characters that XML cannot hold (control characters that someone stored in a name) become U+FFFD: a document that no client
/// can parse would be worse than a lost control character.
/// </summary>
public sealed class ContractWriter : IDisposable
{
    private readonly string _dataPrefix;
    private byte[] _buffer;
    private int _length;
    private bool _startTagOpen;
    private bool? _rowsFollow;
    private int _endOfRows;

    /// <summary>
    /// Whether characters beyond the basic plane (an emoji in a name) are written as numeric references, as bodies of messages have them:
    /// Java's UTF-8, in which the broker keeps text, has other bytes for them, and hands those on to STOMP listeners, who cannot read them.
    /// </summary>
    private bool AsReferences { get; init; }

    /// <param name="dataPrefix">Prefix of the data namespace with its colon, such as <c>ns2:</c>, or empty for a default namespace.</param>
    /// <param name="capacity">First size of the buffer in bytes; it grows as needed.</param>
    public ContractWriter(string dataPrefix, int capacity = 4096)
    {
        _dataPrefix = dataPrefix;
        _buffer = ArrayPool<byte>.Shared.Rent(capacity);
    }

    /// <summary>What has been written so far. Valid until the writer is disposed or written to.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _length);

    /// <summary>Writes a stand-alone document, with the data namespace as its default namespace.</summary>
    public static string WriteDocument<T>(string name, T value, Action<ContractWriter, T> write)
    {
        using var writer = new ContractWriter("") { AsReferences = true };
        writer.Raw("<"u8);
        writer.Name(name);
        writer._startTagOpen = true;
        writer.RawAttribute(" xmlns", ContractNamespaces.Data);
        writer.RawAttribute(" xmlns:xsi", ContractNamespaces.SchemaInstance);
        write(writer, value);
        writer.End(name);
        return Encoding.UTF8.GetString(writer.Written.Span);
    }

    public void Start(string name)
    {
        CloseStartTag();
        Raw("<"u8);
        Name(_dataPrefix);
        Name(name);
        _startTagOpen = true;
    }

    public void End(string name)
    {
        if (_startTagOpen)
        {
            _startTagOpen = false;
            Raw("/>"u8);
            return;
        }

        Raw("</"u8);
        Name(_dataPrefix);
        Name(name);
        Raw(">"u8);
    }

    /// <summary>Starts an element of another namespace, written with its prefix.</summary>
    public void StartQualified(string qualifiedName)
    {
        CloseStartTag();
        Raw("<"u8);
        Name(qualifiedName);
        _startTagOpen = true;
    }

    public void EndQualified(string qualifiedName)
    {
        CloseStartTag();
        Raw("</"u8);
        Name(qualifiedName);
        Raw(">"u8);
    }

    /// <summary>States the actual type of an element whose declared type has derived ones.</summary>
    public void Type(string typeName) => RawAttribute(" xsi:type", _dataPrefix + typeName);

    public void Attribute(string name, string? value)
    {
        if (value is not null)
        {
            Raw(" "u8);
            RawAttribute(name, value);
        }
    }

    public void Attribute(string name, int? value) => Attribute(name, value?.ToString(CultureInfo.InvariantCulture));

    public void Attribute(string name, long? value) => Attribute(name, value?.ToString(CultureInfo.InvariantCulture));

    public void Attribute(string name, bool? value) =>
        Attribute(
            name,
            value is { } some
                ? some
                    ? "true"
                    : "false"
                : null
        );

    public void Attribute(string name, decimal? value) => Attribute(name, value?.ToString(CultureInfo.InvariantCulture));

    public void Attribute(string name, XmlDate? value) => Attribute(name, value?.ToString());

    public void Element(string name, string? value)
    {
        if (value is not null)
        {
            Start(name);
            Value(value);
            End(name);
        }
    }

    public void Element(string name, int? value)
    {
        if (value is { } some)
        {
            Start(name);
            Value(some);
            End(name);
        }
    }

    public void Element(string name, long? value)
    {
        if (value is { } some)
        {
            Start(name);
            Value(some);
            End(name);
        }
    }

    public void Element(string name, decimal? value)
    {
        if (value is { } some)
        {
            Start(name);
            Value(some);
            End(name);
        }
    }

    public void Element(string name, bool? value)
    {
        if (value is { } some)
        {
            Start(name);
            Value(some);
            End(name);
        }
    }

    public void Element(string name, XmlDate? value) => Element(name, value?.ToString());

    public void Element(string name, XmlTimestamp? value) => Element(name, value?.ToString());

    public void Element(string name, byte[]? value) => Element(name, value is null ? null : Convert.ToBase64String(value));

    public void Value(string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            CloseStartTag();
            Escape(value, inAttribute: false);
        }
    }

    public void Value(int? value) => Value((long?)value);

    public void Value(long? value)
    {
        if (value is { } some)
        {
            CloseStartTag();
            Utf8Formatter.TryFormat(some, Reserve(20), out var written);
            _length += written;
        }
    }

    public void Value(decimal? value)
    {
        if (value is { } some)
        {
            CloseStartTag();
            Utf8Formatter.TryFormat(some, Reserve(40), out var written);
            _length += written;
        }
    }

    public void Value(bool? value)
    {
        if (value is { } some)
        {
            CloseStartTag();
            Raw(some ? "true"u8 : "false"u8);
        }
    }

    public void Value(XmlDate? value) => Value(value?.ToString());

    public void Value(XmlTimestamp? value) => Value(value?.ToString());

    /// <summary>Here is the place of rows that are written later, as they are read; only an operation's answer has such a place.</summary>
    public void StreamedRows()
    {
        switch (_rowsFollow)
        {
            case true:
                CloseStartTag();
                _endOfRows = _length;
                break;
            case null:
                throw new InvalidOperationException("This document is written at once: it must hold its rows itself.");
        }
    }

    /// <summary>Says whether there is at least one streamed row: an empty list is written as one that holds nothing.</summary>
    internal void ExpectRows(bool any) => _rowsFollow = any;

    /// <summary>Takes away what was written behind the place of streamed rows.</summary>
    internal byte[] CutBehindRows()
    {
        if (_endOfRows == 0)
        {
            throw new InvalidOperationException("The document has no place for its rows.");
        }

        var end = _buffer.AsSpan(_endOfRows.._length).ToArray();
        _length = _endOfRows;
        return end;
    }

    /// <summary>Forgets what was written, to go on with the same document.</summary>
    internal void Clear()
    {
        _buffer.AsSpan(0, _length).Clear();
        _length = 0;
    }

    /// <summary>Text that is markup already: constants of the envelope only.</summary>
    internal void Raw(ReadOnlySpan<byte> utf8)
    {
        utf8.CopyTo(Reserve(utf8.Length));
        _length += utf8.Length;
    }

    internal void Envelope(ReadOnlySpan<byte> utf8)
    {
        CloseStartTag();
        Raw(utf8);
    }

    /// <summary>Timestamps have milliseconds and an offset: <c>2019-01-01T09:30:00.000+11:00</c>.</summary>
    public static string FormatTimestamp(DateTimeOffset value) =>
        value.ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture);

    public void Dispose()
    {
        var buffer = _buffer;
        _buffer = [];
        if (buffer.Length > 0)
        {
            Return(buffer, _length);
        }

        _length = 0;
    }

    private void RawAttribute(string name, string value)
    {
        Name(name);
        Raw("=\""u8);
        Escape(value, inAttribute: true);
        Raw("\""u8);
    }

    private void CloseStartTag()
    {
        if (_startTagOpen)
        {
            _startTagOpen = false;
            Raw(">"u8);
        }
    }

    private void Name(string name)
    {
        _length += Encoding.UTF8.GetBytes(name, Reserve(name.Length * 3));
    }

    private void Escape(ReadOnlySpan<char> text, bool inAttribute)
    {
        while (!text.IsEmpty)
        {
            var plain = IndexOfSpecial(text);
            if (plain != 0)
            {
                var run = plain < 0 ? text : text[..plain];
                _length += Encoding.UTF8.GetBytes(run, Reserve(run.Length * 3));
                if (plain < 0)
                {
                    return;
                }
            }

            var consumed = 1;
            switch (text[plain])
            {
                case '<':
                    Raw("&lt;"u8);
                    break;
                case '>':
                    Raw("&gt;"u8);
                    break;
                case '&':
                    Raw("&amp;"u8);
                    break;
                case '"':
                    Raw(inAttribute ? "&quot;"u8 : "\""u8);
                    break;
                case '\r':
                    Raw("&#13;"u8);
                    break;
                case '\n':
                    Raw(inAttribute ? "&#10;"u8 : "\n"u8);
                    break;
                case '\t':
                    Raw(inAttribute ? "&#9;"u8 : "\t"u8);
                    break;
                case var high when char.IsHighSurrogate(high) && text.Length > plain + 1 && char.IsLowSurrogate(text[plain + 1]):
                    if (AsReferences)
                    {
                        Raw(Encoding.ASCII.GetBytes($"&#{char.ConvertToUtf32(high, text[plain + 1])};"));
                    }
                    else
                    {
                        _length += Encoding.UTF8.GetBytes(text.Slice(plain, 2), Reserve(4));
                    }

                    consumed = 2;
                    break;
                default:
                    Raw("\uFFFD"u8);
                    break;
            }

            text = text[(plain + consumed)..];
        }
    }

    private static readonly SearchValues<char> Plain = SearchValues.Create(PlainCharacters());

    private static int IndexOfSpecial(ReadOnlySpan<char> text) => text.IndexOfAnyExcept(Plain);

    private static char[] PlainCharacters() =>
        [
            .. Enumerable
                .Range(0x20, 0xFFFE - 0x20)
                .Select(code => (char)code)
                .Where(character => !char.IsSurrogate(character) && character is not ('<' or '>' or '&' or '"')),
        ];

    private Span<byte> Reserve(int count)
    {
        if (_buffer.Length - _length < count)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _length + count));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            Return(_buffer, _length);
            _buffer = larger;
        }

        return _buffer.AsSpan(_length);
    }

    /// <summary>Answers may hold passwords and card numbers: what is pooled must not keep them.</summary>
    private static void Return(byte[] buffer, int written)
    {
        buffer.AsSpan(0, written).Clear();
        ArrayPool<byte>.Shared.Return(buffer);
    }
}
