using System.Globalization;
using System.Text;
using Smile.Rendering.Typography;
using Smile.Rendering.Typography.Bidi;

namespace Smile.Rendering.Pdf;

/// <summary>Writes the glyphs of one line, from left to right, between <c>BT</c> and <c>ET</c>.</summary>
internal sealed class PdfTextRun(PdfResources resources, StringBuilder content, double size)
{
    private const int Em = 1000;

    private OpenFont? _font;
    private bool _isInText;
    private bool _isAdjusted;
    private double _rise;

    /// <summary>How far right of where the reader would put the next glyph it stands, in thousandths of the size.</summary>
    private double _gap;

    public void Draw(IReadOnlyList<PlacedGlyph> glyphs)
    {
        for (var start = 0; start < glyphs.Count; )
        {
            var end = start + 1;
            while (end < glyphs.Count && glyphs[end].Text.Length == 0)
            {
                end++;
            }

            DrawCluster(glyphs, start, end);
            start = end;
        }

        EndText();
    }

    /// <summary>Glyphs that stand for a text together. Where their own texts would not say it, the file says it beside them.</summary>
    private void DrawCluster(IReadOnlyList<PlacedGlyph> glyphs, int start, int end)
    {
        var text = glyphs[start].Text;
        var subset = resources.SubsetOf(glyphs[start].Font);
        if (end == start + 1 && JoinedLetters(glyphs[start]) is { } letters)
        {
            DrawJoined(glyphs[start], letters, subset);
            return;
        }

        var isSaid = subset.Means(subset.Use(glyphs[start].Glyph), text) && end == start + 1;
        if (!isSaid)
        {
            EndText();
            content.Append(CultureInfo.InvariantCulture, $"/Span << /ActualText {PdfFile.Text(text)} >> BDC ");
        }

        for (var index = start; index < end; index++)
        {
            DrawGlyph(glyphs[index], subset.Use(glyphs[index].Glyph));
        }

        if (!isSaid)
        {
            EndText();
            content.Append("EMC ");
        }
    }

    /// <summary>The letters of a ligature that is read from right to left, where the font has each of them alone too.</summary>
    private static List<(string Letter, uint Glyph)>? JoinedLetters(PlacedGlyph placed)
    {
        if (
            placed.Text.Length < 2
            || placed.Advance <= 0
            || !BidiLevels.RunsToTheLeft(placed.Text.EnumerateRunes().Select(rune => rune.Value))
        )
        {
            return null;
        }

        var letters = new List<(string Letter, uint Glyph)>();
        foreach (var rune in placed.Text.EnumerateRunes())
        {
            if (!placed.Font.TryGetGlyph(rune.Value, out var glyph) || placed.Font.Advance(glyph) <= 0)
            {
                return null;
            }

            letters.Add((rune.ToString(), glyph));
        }

        return letters.Count > 1 ? letters : null;
    }

    /// <summary>
    /// Readers disagree on the order of the letters that a glyph stands for where lines run to the left. So the picture stands for its last
    /// letter, and the others follow it unseen, each over its share of the picture.
    /// </summary>
    private void DrawJoined(PlacedGlyph placed, List<(string Letter, uint Glyph)> letters, FontSubset subset)
    {
        var number = subset.Use(placed.Glyph);
        var share = (double)placed.Advance / letters.Count;
        subset.Means(number, letters[^1].Letter);
        subset.Narrow(number, share);
        DrawGlyph(placed with { Advance = (int)Math.Round(share) }, number);
        for (var index = letters.Count - 2; index >= 0; index--)
        {
            Move(0);
            EndText();
            var (letter, glyph) = letters[index];
            var unseen = subset.Use(glyph);
            subset.Means(unseen, letter);
            var scale = share / subset.WidthOf(unseen) * 100;
            content.Append(CultureInfo.InvariantCulture, $"3 Tr {PdfFile.Number(scale)} Tz <{unseen:X4}> Tj 100 Tz 0 Tr ");
        }
    }

    private void DrawGlyph(PlacedGlyph placed, ushort number)
    {
        var font = placed.Font;
        if (font != _font)
        {
            EndText();
            content.Append(CultureInfo.InvariantCulture, $"/{resources.NameOf(font)} {PdfFile.Number(size)} Tf ");
            _font = font;
        }

        var rise = (double)placed.Y / font.UnitsPerEm * size;
        if (Math.Abs(rise - _rise) > 0.001)
        {
            EndText();
            content.Append(CultureInfo.InvariantCulture, $"{PdfFile.Number(rise)} Ts ");
            _rise = rise;
        }

        var shift = Thousandths(placed.X);
        Move(shift);
        BeginText();
        content.Append(CultureInfo.InvariantCulture, $"{number:X4}");

        // The font says widths in whole thousandths; what differs by less is not seen, and never comes from plain text.
        var natural = Thousandths(resources.SubsetOf(font).WidthOf(number));
        _gap += Thousandths(placed.Advance) - natural - shift;

        double Thousandths(double units) => units * Em / font.UnitsPerEm;
    }

    private void Move(double shift)
    {
        _gap += shift;
        if (Math.Abs(_gap) < 0.5)
        {
            return;
        }

        BeginArray();
        content.Append(CultureInfo.InvariantCulture, $"{PdfFile.Number(-_gap)} ");
        _gap = 0;
    }

    private void BeginText()
    {
        if (!_isInText)
        {
            content.Append('<');
            _isInText = true;
        }
    }

    /// <summary>Moves between glyphs stand in an array of them; a text before the first of them joins it.</summary>
    private void BeginArray()
    {
        if (_isInText)
        {
            content.Append(_isAdjusted ? "> " : "> Tj ");
            _isInText = false;
        }

        if (!_isAdjusted)
        {
            content.Append("[ ");
            _isAdjusted = true;
        }
    }

    private void EndText()
    {
        if (_isInText)
        {
            content.Append("> ");
            _isInText = false;
            content.Append(_isAdjusted ? "" : "Tj ");
        }

        if (_isAdjusted)
        {
            content.Append("] TJ ");
            _isAdjusted = false;
        }
    }
}
