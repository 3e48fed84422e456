namespace Smile.Rendering.Typography;

/// <summary>The glyphs of a font that one document uses, numbered anew from 1 in the order of their first use.</summary>
internal sealed class FontSubset(OpenFont font)
{
    private readonly List<uint> _glyphs = [0];
    private readonly Dictionary<uint, ushort> _numbers = new() { [0] = 0 };
    private readonly Dictionary<ushort, string> _texts = [];
    private readonly Dictionary<ushort, double> _widths = [];

    public OpenFont Font => font;

    /// <summary>The font's own numbers of the glyphs, in the order of their new ones.</summary>
    public IReadOnlyList<uint> Glyphs => _glyphs;

    /// <summary>Which text each glyph stands for, by its new number.</summary>
    public IReadOnlyDictionary<ushort, string> Texts => _texts;

    /// <summary>The new number of a glyph.</summary>
    public ushort Use(uint glyph)
    {
        if (!_numbers.TryGetValue(glyph, out var number))
        {
            _numbers[glyph] = number = (ushort)_glyphs.Count;
            _glyphs.Add(glyph);
        }

        return number;
    }

    /// <summary>Says which text a glyph stands for.</summary>
    /// <returns>Whether it does: the first text that a glyph has it keeps.</returns>
    public bool Means(ushort number, string text) => _texts.TryAdd(number, text) || _texts[number] == text;

    /// <summary>How wide readers are told that a glyph is, in units of the font.</summary>
    public double WidthOf(ushort number) => _widths.TryGetValue(number, out var width) ? width : font.Advance(_glyphs[number]);

    /// <summary>Tells readers that a glyph is narrower than its picture, for the letters that it joins with its last one.</summary>
    public void Narrow(ushort number, double width) => _widths[number] = width;

    public byte[] ToFile() => font.Subset(_glyphs);
}
