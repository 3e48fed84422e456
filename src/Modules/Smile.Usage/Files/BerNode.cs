using System.Formats.Asn1;

namespace Smile.Usage.Files;

/// <summary>A value in the Basic Encoding Rules: its tag, all of it, and what is within.</summary>
internal readonly record struct BerNode(Asn1Tag Tag, ReadOnlyMemory<byte> Encoded, ReadOnlyMemory<byte> Content)
{
    /// <summary>Values within values; TAP has a dozen.</summary>
    public const int MostDepth = 32;

    /// <summary>The number of its tag, where it is one of the format's own; -1 for others.</summary>
    public int Application => Tag.TagClass == TagClass.Application ? Tag.TagValue : -1;

    /// <summary>The value at the beginning, and how many bytes it has.</summary>
    /// <exception cref="AsnContentException">There is none, or it says that it is longer than what is there.</exception>
    public static (BerNode Node, int Length) First(ReadOnlyMemory<byte> bytes)
    {
        var tag = AsnDecoder.ReadEncodedValue(bytes.Span, AsnEncodingRules.BER, out var from, out var length, out var consumed);
        return (new BerNode(tag, bytes[..consumed], bytes.Slice(from, length)), consumed);
    }

    /// <summary>The values within; none where it has none.</summary>
    public IEnumerable<BerNode> Children()
    {
        if (!Tag.IsConstructed)
        {
            yield break;
        }

        for (var rest = Content; rest.Length > 0; )
        {
            var (child, length) = First(rest);
            yield return child;
            rest = rest[length..];
        }
    }

    /// <summary>The first value within of a tag; null where there is none.</summary>
    public BerNode? Child(int application)
    {
        foreach (var child in Children())
        {
            if (child.Application == application)
            {
                return child;
            }
        }

        return null;
    }

    /// <summary>Reads all of it, so that nothing within is broken.</summary>
    /// <exception cref="AsnContentException">Something is, or is deeper than <see cref="MostDepth"/>.</exception>
    public void Check(int depth = 1)
    {
        if (depth > MostDepth)
        {
            throw new AsnContentException($"Values are within values more than {MostDepth} times.");
        }

        foreach (var child in Children())
        {
            child.Check(depth + 1);
        }
    }

    /// <exception cref="FormatException">It is none, or a larger one than anybody has.</exception>
    public long Number()
    {
        try
        {
            return AsnDecoder.TryReadInt64(Encoded.Span, AsnEncodingRules.BER, out var number, out _, Tag)
                ? number
                : throw new FormatException("A number has more than eight bytes.");
        }
        catch (AsnContentException exception)
        {
            throw new FormatException("It is no number.", exception);
        }
    }

    /// <summary>Its bytes, which may be written in several parts.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public byte[] Bytes()
    {
        try
        {
            return AsnDecoder.ReadOctetString(Encoded.Span, AsnEncodingRules.BER, out _, Tag);
        }
        catch (AsnContentException exception)
        {
            throw new FormatException("It is no text.", exception);
        }
    }
}
