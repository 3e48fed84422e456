using System.Globalization;
using Smile.Rendering.Typography.Bidi;

namespace Smile.Rendering.Typography;

/// <summary>Measures and breaks the texts of one document.</summary>
internal sealed class FontSet(FontLibrary library, HanForm form = HanForm.Simplified)
{
    private const char LeftToRightMark = '\u200e';
    private const char RightToLeftMark = '\u200f';

    private readonly TextShaper _shaper = new(library, form);

    /// <summary>A text is measured, broken and drawn: its letters are joined once.</summary>
    private readonly Dictionary<(string Text, FontWeight Weight), IReadOnlyList<PlacedGlyph>> _shaped = [];

    /// <summary>The text's glyphs from left to right.</summary>
    public IReadOnlyList<PlacedGlyph> Glyphs(string text, FontWeight weight)
    {
        var font = library.Primary(weight);
        if (IsPlain(text, font))
        {
            return [.. text.Select(font.Plain)];
        }

        if (!_shaped.TryGetValue((text, weight), out var glyphs))
        {
            _shaped[(text, weight)] = glyphs = _shaper.Shape(text, weight);
        }

        return glyphs;
    }

    /// <summary>How wide the text is, in points.</summary>
    public double Width(string text, FontWeight weight, double size)
    {
        var width = 0d;
        var font = library.Primary(weight);
        if (IsPlain(text, font))
        {
            foreach (var letter in text)
            {
                width += (double)font.Plain(letter).Advance / font.UnitsPerEm;
            }
        }
        else
        {
            foreach (var placed in Glyphs(text, weight))
            {
                width += (double)placed.Advance / placed.Font.UnitsPerEm;
            }
        }

        return width * size;
    }

    /// <summary>
    /// Breaks a text into lines: at blanks, between Chinese or Japanese characters, and within words that are wider than a line.
    /// </summary>
    /// <param name="mostLines">A text that needs more ends with an ellipsis.</param>
    public IReadOnlyList<string> Wrap(string text, FontWeight weight, double size, double width, int mostLines)
    {
        if (Width(text, weight, size) <= width)
        {
            return [text];
        }

        var lines = new List<string>();
        var line = "";
        var used = 0d;
        var blank = Width(" ", weight, size);
        foreach (var (piece, isSpaced) in Pieces(text, weight, size, width))
        {
            var own = Width(piece, weight, size);
            var gap = line.Length > 0 && isSpaced ? blank : 0;
            if (line.Length > 0 && used + gap + own > width)
            {
                lines.Add(line);
                (line, used, gap) = ("", 0, 0);
                if (lines.Count > mostLines)
                {
                    break;
                }
            }

            line = gap > 0 ? $"{line} {piece}" : line + piece;
            used += gap + own;
        }

        lines.Add(line);
        var kept = lines.Count <= mostLines ? lines : [.. lines.Take(mostLines - 1), Shorten(lines[mostLines - 1], weight, size, width)];
        return InDirectionOf(text, kept);
    }

    private static bool IsPlain(string text, OpenFont font)
    {
        if (!SafeText.IsPlain(text))
        {
            return false;
        }

        foreach (var letter in text)
        {
            if (font.Plain(letter).Glyph == 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Lines whose own first letter says otherwise than the whole text's get a mark that says which way they run.</summary>
    private static IReadOnlyList<string> InDirectionOf(string text, List<string> lines)
    {
        if (SafeText.IsPlain(text))
        {
            return lines;
        }

        var isToTheLeft = RunsToTheLeft(text);
        return
        [
            .. lines.Select(line => RunsToTheLeft(line) == isToTheLeft ? line : (isToTheLeft ? RightToLeftMark : LeftToRightMark) + line),
        ];

        static bool RunsToTheLeft(string text) =>
            BidiLevels.RunsToTheLeft(SafeText.Clean(text).EnumerateRunes().Select(rune => rune.Value));
    }

    private string Shorten(string line, FontWeight weight, double size, double width)
    {
        const string ellipsis = "…";
        var used = Width(ellipsis, weight, size);
        var at = 0;
        while (at < line.Length)
        {
            var length = StringInfo.GetNextTextElementLength(line.AsSpan(at));
            used += Width(line.Substring(at, length), weight, size);
            if (used > width)
            {
                break;
            }

            at += length;
        }

        return line[..at] + ellipsis;
    }

    /// <summary>What may stand on lines of its own, none wider than a line, and whether a blank was before it.</summary>
    private IEnumerable<(string Piece, bool IsSpaced)> Pieces(string text, FontWeight weight, double size, double width)
    {
        foreach (var word in text.Split(' ', '\t', '\n', '\r'))
        {
            var isSpaced = true;
            foreach (var part in Parts(word).SelectMany(part => Fit(part, weight, size, width)))
            {
                yield return (part, isSpaced);
                isSpaced = false;
            }
        }
    }

    /// <summary>A word in the parts that a line may end between.</summary>
    private static IEnumerable<string> Parts(string word)
    {
        var (start, previous) = (0, 0);
        for (var at = 0; at < word.Length; )
        {
            var length = StringInfo.GetNextTextElementLength(word.AsSpan(at));
            _ = System.Text.Rune.DecodeFromUtf16(word.AsSpan(at), out var first, out _);
            if (at > 0 && EastAsian.MayBreak(previous, first.Value))
            {
                yield return word[start..at];
                start = at;
            }

            previous = first.Value;
            at += length;
        }

        yield return word[start..];
    }

    /// <summary>A word in pieces that each fit the width.</summary>
    private List<string> Fit(string word, FontWeight weight, double size, double width)
    {
        if (Width(word, weight, size) <= width)
        {
            return [word];
        }

        var pieces = new List<string>();
        var (start, used) = (0, 0d);
        for (var at = 0; at < word.Length; )
        {
            var length = StringInfo.GetNextTextElementLength(word.AsSpan(at));
            var advance = Width(word.Substring(at, length), weight, size);
            if (at > start && used + advance > width)
            {
                pieces.Add(word[start..at]);
                (start, used) = (at, 0);
            }

            used += advance;
            at += length;
        }

        pieces.Add(word[start..]);
        return pieces;
    }
}
