using System.Buffers;

namespace Smile.Soap.Xml;

/// <summary>
/// Which characters XML can hold: the platform's reader takes <c>&amp;#0;</c> and would hand it on to a database that does not.
/// </summary>
public static class XmlText
{
    /// <summary>What needs no second look; surrogates do, because only pairs are characters.</summary>
    private static readonly SearchValues<char> Plain = SearchValues.Create([
        .. Enumerable
            .Range(0, 0xFFFE)
            .Select(code => (char)code)
            .Where(character => !char.IsSurrogate(character) && (character >= ' ' || character is '\t' or '\n' or '\r')),
    ]);

    /// <summary>True where every character of the text is one of XML's.</summary>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        while (text.IndexOfAnyExcept(Plain) is >= 0 and var at)
        {
            if (text.Length <= at + 1 || !char.IsSurrogatePair(text[at], text[at + 1]))
            {
                return false;
            }

            text = text[(at + 2)..];
        }

        return true;
    }
}
