using System.Text;

namespace Smile.Documents.Typography;

/// <summary>How heavy letters are.</summary>
internal enum FontWeight
{
    Regular,
    Semibold,
}

/// <summary>A glyph that a character is shown with.</summary>
internal readonly record struct PlacedGlyph(TrueTypeFont Font, ushort Glyph, int CodePoint);

/// <summary>
/// The fonts of this assembly. A character comes from the first that has it; one that none has becomes the replacement character, so that
/// any text can be set. Right-to-left text is set in the order of its characters, and letters are not joined.
/// </summary>
internal sealed class FontSet
{
    private const int Replacement = 0xFFFD;
    private const int Blank = ' ';

    private readonly TrueTypeFont _regular = Load("OpenSans-Regular");
    private readonly TrueTypeFont _semibold = Load("OpenSans-Semibold");

    /// <summary>Read when a text first needs them: they are large.</summary>
    private readonly Lazy<TrueTypeFont>[] _fallbacks =
    [
        .. new[] { "DejaVuSans", "DroidSansFallback" }.Select(name => new Lazy<TrueTypeFont>(() => Load(name))),
    ];

    /// <summary>
    /// The text's glyphs from left to right. Line breaks and other controls become blanks; marks that turn the direction of what follows
    /// are left out, for a name must not turn the rest of its line.
    /// </summary>
    public IEnumerable<PlacedGlyph> Glyphs(string text, FontWeight weight)
    {
        foreach (
            var rune in text.EnumerateRunes().Where(rune => rune.Value is not ((>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069)))
        )
        {
            yield return Glyph(Rune.IsControl(rune) ? Blank : rune.Value, weight);
        }
    }

    /// <summary>How wide the text is, in points.</summary>
    public double Width(string text, FontWeight weight, double size)
    {
        var width = 0d;
        foreach (var placed in Glyphs(text, weight))
        {
            width += (double)placed.Font.Advance(placed.Glyph) / placed.Font.UnitsPerEm;
        }

        return width * size;
    }

    /// <summary>Breaks a text into lines, at blanks where there are any and otherwise within words.</summary>
    /// <param name="mostLines">A text that needs more ends with an ellipsis.</param>
    public IReadOnlyList<string> Wrap(string text, FontWeight weight, double size, double width, int mostLines)
    {
        if (Width(text, weight, size) <= width)
        {
            return [text];
        }

        var lines = new List<string>();
        var line = "";
        foreach (var word in text.Split(' ', '\t', '\n', '\r').SelectMany(word => Fit(word, weight, size, width)))
        {
            var longer = line.Length == 0 ? word : $"{line} {word}";
            if (line.Length > 0 && Width(longer, weight, size) > width)
            {
                lines.Add(line);
                longer = word;
            }

            line = longer;
        }

        lines.Add(line);
        return lines.Count <= mostLines ? lines : [.. lines.Take(mostLines - 1), Shorten(lines[mostLines - 1], weight, size, width)];
    }

    private string Shorten(string line, FontWeight weight, double size, double width)
    {
        while (line.Length > 0 && Width(line + "…", weight, size) > width)
        {
            line = line[..^1];
        }

        return line + "…";
    }

    /// <summary>A word in pieces that each fit the width.</summary>
    private IEnumerable<string> Fit(string word, FontWeight weight, double size, double width)
    {
        if (Width(word, weight, size) <= width)
        {
            return [word];
        }

        var pieces = new List<string>();
        var piece = new StringBuilder();
        var used = 0d;
        foreach (var rune in word.EnumerateRunes())
        {
            var advance = Width(rune.ToString(), weight, size);
            if (piece.Length > 0 && used + advance > width)
            {
                pieces.Add(piece.ToString());
                piece.Clear();
                used = 0d;
            }

            piece.Append(rune);
            used += advance;
        }

        pieces.Add(piece.ToString());
        return pieces;
    }

    private PlacedGlyph Glyph(int codePoint, FontWeight weight)
    {
        var first = weight == FontWeight.Semibold ? _semibold : _regular;
        if (first.TryGetGlyph(codePoint, out var glyph))
        {
            return new PlacedGlyph(first, glyph, codePoint);
        }

        foreach (var fallback in _fallbacks)
        {
            if (fallback.Value.TryGetGlyph(codePoint, out glyph))
            {
                return new PlacedGlyph(fallback.Value, glyph, codePoint);
            }
        }

        return Glyph(Replacement, weight);
    }

    private static TrueTypeFont Load(string name)
    {
        using var stream =
            typeof(FontSet).Assembly.GetManifestResourceStream(name + ".ttf")
            ?? throw new InvalidOperationException($"The font {name} is not in the assembly.");
        var file = new byte[stream.Length];
        stream.ReadExactly(file);
        return new TrueTypeFont(name, file);
    }
}
