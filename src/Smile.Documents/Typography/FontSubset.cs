using System.Buffers.Binary;

namespace Smile.Documents.Typography;

/// <summary>The glyphs of a font that one document uses, numbered anew from 1 in the order of their first use.</summary>
internal sealed class FontSubset(TrueTypeFont font)
{
    private const int TableEntryLength = 16;

    private readonly List<ushort> _glyphs = [0];
    private readonly Dictionary<ushort, ushort> _numbers = new() { [0] = 0 };
    private readonly Dictionary<ushort, int> _codePoints = [];

    public TrueTypeFont Font => font;

    /// <summary>The font's own numbers of the glyphs, in the order of their new ones.</summary>
    public IReadOnlyList<ushort> Glyphs => _glyphs;

    /// <summary>Which character each glyph stands for, by its new number.</summary>
    public IReadOnlyDictionary<ushort, int> CodePoints => _codePoints;

    /// <summary>The new number of a glyph.</summary>
    public ushort Use(ushort glyph, int codePoint)
    {
        var number = Number(glyph);
        _codePoints.TryAdd(number, codePoint);
        return number;
    }

    /// <summary>A font file with these glyphs only. To be called last: the parts of composed glyphs join them.</summary>
    public byte[] ToFile()
    {
        var outlines = new MemoryStream();
        var locations = new List<int> { 0 };
        for (var index = 0; index < _glyphs.Count; index++)
        {
            outlines.Write(Renumber(font.Outline(_glyphs[index])));
            outlines.SetLength((outlines.Length + 3) & ~3L);
            outlines.Position = outlines.Length;
            locations.Add((int)outlines.Length);
        }

        return Assemble([
            ("cvt ", font.Table("cvt ").ToArray()),
            ("fpgm", font.Table("fpgm").ToArray()),
            ("glyf", outlines.ToArray()),
            ("head", Patched("head", 50, 1)),
            ("hhea", Patched("hhea", 34, _glyphs.Count)),
            ("hmtx", Metrics()),
            ("loca", [.. locations.SelectMany(Bytes)]),
            ("maxp", Patched("maxp", 4, _glyphs.Count)),
            ("prep", font.Table("prep").ToArray()),
        ]);
    }

    private ushort Number(ushort glyph)
    {
        if (!_numbers.TryGetValue(glyph, out var number))
        {
            _numbers[glyph] = number = (ushort)_glyphs.Count;
            _glyphs.Add(glyph);
        }

        return number;
    }

    /// <summary>An outline whose parts, where it is composed of other glyphs, have their new numbers.</summary>
    private byte[] Renumber(ReadOnlySpan<byte> outline)
    {
        const int moreParts = 0x20;
        var copy = outline.ToArray();
        if (copy.Length == 0 || BinaryPrimitives.ReadInt16BigEndian(copy) >= 0)
        {
            return copy;
        }

        for (var (at, flags) = (10, moreParts); (flags & moreParts) != 0; )
        {
            flags = BinaryPrimitives.ReadUInt16BigEndian(copy.AsSpan(at));
            BinaryPrimitives.WriteUInt16BigEndian(copy.AsSpan(at + 2), Number(BinaryPrimitives.ReadUInt16BigEndian(copy.AsSpan(at + 2))));
            at +=
                4
                + ((flags & 0x01) != 0 ? 4 : 2)
                + (
                    (flags & 0x08) != 0 ? 2
                    : (flags & 0x40) != 0 ? 4
                    : (flags & 0x80) != 0 ? 8
                    : 0
                );
        }

        return copy;
    }

    private byte[] Metrics()
    {
        var metrics = new byte[4 * _glyphs.Count];
        for (var index = 0; index < _glyphs.Count; index++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(metrics.AsSpan(4 * index), (ushort)font.Advance(_glyphs[index]));
            BinaryPrimitives.WriteInt16BigEndian(metrics.AsSpan(4 * index + 2), font.LeftBearing(_glyphs[index]));
        }

        return metrics;
    }

    private byte[] Patched(string tag, int at, int value)
    {
        var table = font.Table(tag).ToArray();
        BinaryPrimitives.WriteUInt16BigEndian(table.AsSpan(at), (ushort)value);
        return table;
    }

    private static byte[] Assemble(IReadOnlyList<(string Tag, byte[] Content)> all)
    {
        var tables = all.Where(table => table.Content.Length > 0).ToArray();
        var power = (int)Math.Log2(tables.Length);
        var file = new MemoryStream();
        file.Write(Bytes(0x00010000));
        foreach (var number in new[] { tables.Length, 16 << power, power, TableEntryLength * tables.Length - (16 << power) })
        {
            file.Write([(byte)(number >> 8), (byte)number]);
        }

        var offset = 12 + TableEntryLength * tables.Length;
        foreach (var (tag, content) in tables)
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(tag));
            file.Write(Bytes((int)Checksum(content)));
            file.Write(Bytes(offset));
            file.Write(Bytes(content.Length));
            offset += (content.Length + 3) & ~3;
        }

        foreach (var (_, content) in tables)
        {
            file.Write(content);
            file.Write(new byte[-content.Length & 3]);
        }

        return file.ToArray();
    }

    private static uint Checksum(byte[] content)
    {
        var sum = 0u;
        for (var at = 0; at < content.Length; at++)
        {
            sum += (uint)content[at] << (24 - 8 * (at & 3));
        }

        return sum;
    }

    private static byte[] Bytes(int value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];
}
