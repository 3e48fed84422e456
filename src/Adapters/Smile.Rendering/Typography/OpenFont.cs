using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using HarfBuzzSharp;

namespace Smile.Rendering.Typography;

/// <summary>An OpenType font: which glyph a character has and how wide it is. Safe for many threads.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The library keeps each font for as long as the process runs.")]
internal sealed class OpenFont
{
    /// <summary>What plain text needs again and again.</summary>
    private const int PlainCodePoints = 0x250;

    private readonly Face _face;
    private readonly Font _font;
    private readonly PlacedGlyph[] _plain;

    private OpenFont(string name, Blob file, int index)
    {
        Name = name;
        file.MakeImmutable();
        _face = new Face(file, index);
        _face.MakeImmutable();
        _font = new Font(_face);
        UnitsPerEm = _face.UnitsPerEm;
        _font.SetScale(UnitsPerEm, UnitsPerEm);
        IsCff = _face.Tables.Contains(Tag.Parse("CFF "));
        using var head = _face.ReferenceTable(Tag.Parse("head"));
        var box = head.AsSpan();
        Box = box.Length < 44 ? [0, 0, 0, 0] : [I16(box, 36), I16(box, 38), I16(box, 40), I16(box, 42)];
        if (_font.TryGetHorizontalFontExtents(out var extents))
        {
            (Ascent, Descent) = (extents.Ascender, extents.Descender);
        }

        _plain =
        [
            .. Enumerable
                .Range(0, PlainCodePoints)
                .Select(code => (Letter: ((char)code).ToString(), Has: TryGetGlyph(code, out var glyph), Glyph: glyph))
                .Select(each => new PlacedGlyph(this, each.Glyph, each.Has ? Advance(each.Glyph) : 0, 0, 0, each.Letter)),
        ];

        static int I16(ReadOnlySpan<byte> table, int at) => BinaryPrimitives.ReadInt16BigEndian(table[at..]);
    }

    /// <summary>What PDF calls the font, such as <c>OpenSans-Regular</c>.</summary>
    public string Name { get; }

    public int UnitsPerEm { get; }

    /// <summary>Whether its outlines are PostScript's; otherwise TrueType's.</summary>
    public bool IsCff { get; }

    /// <summary>What all glyphs fit into: left, bottom, right, top, in font units.</summary>
    public IReadOnlyList<int> Box { get; }

    public int Ascent { get; }

    public int Descent { get; }

    /// <summary>Whether PDF can have it: variable fonts and those of pictures have no outlines that stand for themselves.</summary>
    public bool IsUsable => UnitsPerEm > 0 && (IsCff || _face.Tables.Contains(Tag.Parse("glyf"))) && !_face.HasVariationData;

    public static OpenFont Read(string name, Stream file)
    {
        // HarfBuzz reads the bytes where they are for as long as it has the font: they must not move, and what frees them keeps them.
        var bytes = GC.AllocateUninitializedArray<byte>((int)file.Length, pinned: true);
        file.ReadExactly(bytes);
        var blob = new Blob(Marshal.UnsafeAddrOfPinnedArrayElement(bytes, 0), bytes.Length, MemoryMode.ReadOnly, () => GC.KeepAlive(bytes));
        return new OpenFont(name, blob, 0);
    }

    /// <param name="index">Which font of a collection.</param>
    public static OpenFont Open(string path, int index = 0)
    {
        var name = string.Concat(
            Path.GetFileNameWithoutExtension(path).Where(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-')
        );
        return new OpenFont(index == 0 ? name : FormattableString.Invariant($"{name}-{index}"), Blob.FromFile(path), index);
    }

    /// <summary>The glyph of a code point; false where the font has none.</summary>
    public bool TryGetGlyph(int codePoint, out uint glyph) => _font.TryGetNominalGlyph(codePoint, out glyph) && glyph != 0;

    /// <summary>A Latin character as it stands alone, without a call of the native library; glyph 0 where the font has none.</summary>
    public PlacedGlyph Plain(char letter) => letter < PlainCodePoints ? _plain[letter] : default;

    /// <summary>How far the next glyph is, in font units.</summary>
    public int Advance(uint glyph) => _font.GetHorizontalGlyphAdvance(glyph);

    /// <summary>Has HarfBuzz choose and place the glyphs of the buffer's text.</summary>
    public void Shape(HarfBuzzSharp.Buffer buffer, params Feature[] features) => _font.Shape(buffer, features);

    /// <summary>What a PDF file embeds: a TrueType file, or the bare table of a PostScript font.</summary>
    public byte[] Subset(IReadOnlyList<uint> glyphs)
    {
        var file = HarfBuzzSubset.Create(_face, glyphs, IsCff ? "CFF " : null);
        if (IsCff)
        {
            CffNumbers.Renumber(file);
        }

        return file;
    }
}
