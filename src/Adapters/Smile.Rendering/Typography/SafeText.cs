using System.Globalization;
using System.Text;

namespace Smile.Rendering.Typography;

/// <summary>Makes text that anyone may have written fit for a line of print.</summary>
internal static class SafeText
{
    /// <summary>No script needs more on one letter; a thousand would be printed over the lines above.</summary>
    private const int MostMarks = 8;

    /// <summary>
    /// Line breaks and other controls become blanks, halves of characters the replacement character. Marks that turn the direction of
    /// what follows are left out, for a name must not turn the rest of its line, and so are invisible tags and marks beyond the eighth.
    /// </summary>
    public static string Clean(string text)
    {
        if (IsPlain(text))
        {
            return text;
        }

        var clean = new StringBuilder(text.Length);
        var marks = 0;
        foreach (var rune in text.EnumerateRunes().Where(rune => !IsDropped(rune.Value)))
        {
            var category = Rune.GetUnicodeCategory(rune);
            marks = category is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark ? marks + 1 : 0;
            if (category is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                clean.Append(' ');
            }
            else if (marks <= MostMarks)
            {
                clean.Append(rune);
            }
        }

        return clean.ToString();
    }

    /// <summary>Whether each character is a glyph from left to right, whatever stands beside it.</summary>
    public static bool IsPlain(ReadOnlySpan<char> text)
    {
        foreach (var letter in text)
        {
            if (letter is not ((>= ' ' and <= '~') or (>= '\u00a0' and < '\u0250' and not '\u00ad')))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether a font need not have it: it is not seen itself.</summary>
    public static bool IsInvisible(Rune rune) =>
        Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format
        || rune.Value is 0x034F or (>= 0x180B and <= 0x180F) or (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF);

    private static bool IsDropped(int codePoint) =>
        codePoint
            is (>= 0x202A and <= 0x202E)
                or (>= 0x2066 and <= 0x206F)
                or (>= 0xFFF9 and <= 0xFFFB)
                or 0xFEFF
                or (>= 0xE0000 and <= 0xE007F);
}
