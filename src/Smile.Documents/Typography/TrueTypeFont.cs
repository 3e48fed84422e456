using System.Buffers.Binary;

namespace Smile.Documents.Typography;

/// <summary>A TrueType font: which glyph a character has, how wide it is, what it looks like. Immutable once it is read.</summary>
internal sealed class TrueTypeFont
{
    private readonly byte[] _file;
    private readonly Dictionary<string, (int Offset, int Length)> _tables;
    private readonly Dictionary<int, ushort> _glyphs = [];
    private readonly bool _longOffsets;
    private readonly int _wideMetrics;
    private readonly int _glyphCount;

    public TrueTypeFont(string name, byte[] file)
    {
        Name = name;
        _file = file;
        _tables = Enumerable
            .Range(0, U16(4))
            .Select(index => 12 + 16 * index)
            .ToDictionary(at => System.Text.Encoding.ASCII.GetString(file, at, 4), at => (I32(at + 8), I32(at + 12)));
        var head = _tables["head"].Offset;
        UnitsPerEm = U16(head + 18);
        Box = [I16(head + 36), I16(head + 38), I16(head + 40), I16(head + 42)];
        _longOffsets = I16(head + 50) != 0;
        var horizontal = _tables["hhea"].Offset;
        Ascent = I16(horizontal + 4);
        Descent = I16(horizontal + 6);
        _wideMetrics = U16(horizontal + 34);
        _glyphCount = U16(_tables["maxp"].Offset + 4);
        ReadCharacters();
    }

    /// <summary>The PostScript name, such as <c>OpenSans-Regular</c>.</summary>
    public string Name { get; }

    public int UnitsPerEm { get; }

    /// <summary>What all glyphs fit into: left, bottom, right, top, in font units.</summary>
    public IReadOnlyList<int> Box { get; }

    public int Ascent { get; }

    public int Descent { get; }

    /// <summary>The glyph of a code point; false where the font has none.</summary>
    public bool TryGetGlyph(int codePoint, out ushort glyph) => _glyphs.TryGetValue(codePoint, out glyph) && glyph != 0;

    /// <summary>How far the next glyph is, in font units.</summary>
    public int Advance(ushort glyph) => U16(_tables["hmtx"].Offset + 4 * Math.Min(glyph, _wideMetrics - 1));

    public short LeftBearing(ushort glyph) =>
        glyph < _wideMetrics
            ? I16(_tables["hmtx"].Offset + 4 * glyph + 2)
            : I16(_tables["hmtx"].Offset + 4 * _wideMetrics + 2 * (glyph - _wideMetrics));

    /// <summary>A glyph's outline as the font has it; empty for blanks.</summary>
    public ReadOnlySpan<byte> Outline(ushort glyph)
    {
        if (glyph >= _glyphCount)
        {
            return [];
        }

        var (start, end) = (Location(glyph), Location(glyph + 1));
        return _file.AsSpan(_tables["glyf"].Offset + start, end - start);
    }

    /// <summary>A table's bytes; empty where the font does not have it.</summary>
    public ReadOnlySpan<byte> Table(string tag) => _tables.TryGetValue(tag, out var table) ? _file.AsSpan(table.Offset, table.Length) : [];

    private int Location(int glyph)
    {
        var table = _tables["loca"].Offset;
        return _longOffsets ? I32(table + 4 * glyph) : 2 * U16(table + 2 * glyph);
    }

    /// <summary>Reads the Unicode table: format 12 where there is one, which has all planes, else format 4.</summary>
    private void ReadCharacters()
    {
        var table = _tables["cmap"].Offset;
        var subtables = Enumerable
            .Range(0, U16(table + 2))
            .Select(index => table + 4 + 8 * index)
            .Where(at => U16(at) is 0 or 3)
            .Select(at => table + I32(at + 4))
            .Where(at => U16(at) is 4 or 12)
            .OrderByDescending(at => U16(at));
        var chosen = subtables.First();
        if (U16(chosen) == 12)
        {
            ReadGroups(chosen);
        }
        else
        {
            ReadSegments(chosen);
        }
    }

    private void ReadGroups(int at)
    {
        for (var group = at + 16; group < at + 16 + 12 * I32(at + 12); group += 12)
        {
            for (var (code, first) = (I32(group), I32(group)); code <= I32(group + 4); code++)
            {
                _glyphs[code] = (ushort)(I32(group + 8) + code - first);
            }
        }
    }

    private void ReadSegments(int at)
    {
        var twice = U16(at + 6);
        var (ends, starts, deltas, offsets) = (at + 14, at + 16 + twice, at + 16 + 2 * twice, at + 16 + 3 * twice);
        for (var segment = 0; segment < twice; segment += 2)
        {
            for (int code = U16(starts + segment); code <= U16(ends + segment) && code != 0xFFFF; code++)
            {
                var offset = U16(offsets + segment);
                var glyph = offset == 0 ? code : U16(offsets + segment + offset + 2 * (code - U16(starts + segment)));
                _glyphs[code] = glyph == 0 ? (ushort)0 : (ushort)(glyph + U16(deltas + segment));
            }
        }
    }

    private ushort U16(int at) => BinaryPrimitives.ReadUInt16BigEndian(_file.AsSpan(at));

    private short I16(int at) => BinaryPrimitives.ReadInt16BigEndian(_file.AsSpan(at));

    private int I32(int at) => BinaryPrimitives.ReadInt32BigEndian(_file.AsSpan(at));
}
