using System.Globalization;
using System.Text;
using HarfBuzzSharp;
using Smile.Rendering.Typography.Bidi;

namespace Smile.Rendering.Typography;

/// <summary>A glyph where it is printed. Lengths are in units of the font.</summary>
/// <param name="X">How far right of its place it stands, as marks do.</param>
/// <param name="Y">How far above the line.</param>
/// <param name="Text">What it stands for together with the glyphs after it whose text is empty.</param>
internal readonly record struct PlacedGlyph(OpenFont Font, uint Glyph, int Advance, int X, int Y, string Text);

/// <summary>
/// Turns a line of text into glyphs from left to right: finds each letter's font, joins and places letters as their script asks, and puts
/// what runs to the left in its place. A letter that no font has becomes the replacement character.
/// </summary>
internal sealed class TextShaper(FontLibrary library, HanForm form)
{
    private const string Replacement = "\ufffd";

    /// <summary>European text is set letter by letter, so that figures stand below each other in every document.</summary>
    private static readonly Feature[] LetterByLetter = [.. new[] { "kern", "liga", "clig" }.Select(tag => new Feature(Tag.Parse(tag), 0))];

    public List<PlacedGlyph> Shape(string text, FontWeight weight)
    {
        var elements = Elements(SafeText.Clean(text), weight);
        var codePoints = elements.SelectMany(element => element.Text.EnumerateRunes().Select(rune => rune.Value)).ToList();
        var levels = BidiLevels.Of(codePoints);
        var at = 0;
        for (var index = 0; index < elements.Count; index++)
        {
            elements[index] = elements[index] with { Level = levels[at] };
            at += elements[index].Text.EnumerateRunes().Count();
        }

        var glyphs = new List<PlacedGlyph>();
        using var buffer = new HarfBuzzSharp.Buffer();
        foreach (var run in BidiLevels.InVisualOrder(Runs(elements), run => run.Level))
        {
            AddGlyphs(buffer, run, glyphs);
        }

        return glyphs;
    }

    /// <summary>The letters with their marks, each with a font that has them all.</summary>
    private List<Element> Elements(string text, FontWeight weight)
    {
        var elements = new List<Element>();
        for (var at = 0; at < text.Length; )
        {
            var length = StringInfo.GetNextTextElementLength(text.AsSpan(at));
            Add(text.Substring(at, length));
            at += length;
        }

        return elements;

        void Add(string letters)
        {
            var runes = letters.EnumerateRunes().ToList();
            if (FontOf(runes, weight) is { } font)
            {
                elements.Add(new Element(letters, font, UnicodeFunctions.Default.GetScript(runes[0].Value), 0));
            }
            else if (runes.Count > 1)
            {
                runes.ForEach(rune => Add(rune.ToString()));
            }
            else
            {
                elements.Add(new Element(Replacement, library.Primary(weight), Script.Common, 0));
            }
        }
    }

    private OpenFont? FontOf(List<Rune> runes, FontWeight weight)
    {
        var primary = library.Primary(weight);
        var seen = runes.Where(rune => !SafeText.IsInvisible(rune)).ToList();
        if (HasAll(primary))
        {
            return primary;
        }

        return seen.Select(rune => library.Fallback(rune.Value, form)).FirstOrDefault(font => font is not null && HasAll(font));

        bool HasAll(OpenFont font) => seen.TrueForAll(rune => font.TryGetGlyph(rune.Value, out _));
    }

    /// <summary>What is of one font, script and direction, for HarfBuzz sets no more at once.</summary>
    private static List<Element> Runs(List<Element> elements)
    {
        var runs = new List<Element>();
        var text = new StringBuilder();
        foreach (var element in elements.Where(element => element.Text is not ("\u200e" or "\u200f" or "\u061c")))
        {
            var isCommon = element.Script == Script.Common || element.Script == Script.Inherited;
            if (
                runs.Count > 0
                && runs[^1] is var last
                && last.Font == element.Font
                && last.Level == element.Level
                && (isCommon || last.Script == element.Script || last.Script == Script.Common || last.Script == Script.Inherited)
            )
            {
                text.Append(element.Text);
                runs[^1] = last with { Script = isCommon ? last.Script : element.Script };
                continue;
            }

            EndRun();
            runs.Add(element);
            text.Append(element.Text);
        }

        EndRun();
        return runs;

        void EndRun()
        {
            if (runs.Count > 0)
            {
                runs[^1] = runs[^1] with { Text = text.ToString() };
                text.Clear();
            }
        }
    }

    private static void AddGlyphs(HarfBuzzSharp.Buffer buffer, Element run, List<PlacedGlyph> glyphs)
    {
        buffer.ClearContents();
        buffer.AddUtf16(run.Text);
        buffer.Direction = (run.Level & 1) == 0 ? Direction.LeftToRight : Direction.RightToLeft;
        buffer.Script = run.Script;
        buffer.ClusterLevel = ClusterLevel.MonotoneCharacters;
        buffer.Flags = BufferFlags.RemoveDefaultIgnorables;
        var isEuropean =
            run.Script == Script.Common || run.Script == Script.Latin || run.Script == Script.Greek || run.Script == Script.Cyrillic;
        run.Font.Shape(buffer, isEuropean ? LetterByLetter : []);

        var infos = buffer.GetGlyphInfoSpan();
        var positions = buffer.GetGlyphPositionSpan();
        var most = run.Font.UnitsPerEm;
        var ends = ClusterEnds(infos, run.Text.Length);
        for (var index = 0; index < infos.Length; index++)
        {
            var cluster = (int)infos[index].Cluster;
            var isFirst = index == 0 || infos[index - 1].Cluster != infos[index].Cluster;
            glyphs.Add(
                new PlacedGlyph(
                    run.Font,
                    infos[index].Codepoint,
                    positions[index].XAdvance,
                    Math.Clamp(positions[index].XOffset, -2 * most, 2 * most),
                    Math.Clamp(positions[index].YOffset, -most, most),
                    isFirst ? run.Text[cluster..ends[cluster]] : ""
                )
            );
        }
    }

    /// <summary>Where the text ends that begins at each place that glyphs stand for.</summary>
    private static Dictionary<int, int> ClusterEnds(ReadOnlySpan<GlyphInfo> infos, int length)
    {
        var starts = new SortedSet<int>();
        foreach (var info in infos)
        {
            starts.Add((int)info.Cluster);
        }

        return starts.Zip(starts.Skip(1).Append(length)).ToDictionary(pair => pair.First, pair => pair.Second);
    }

    private readonly record struct Element(string Text, OpenFont Font, Script Script, byte Level);
}
