using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Smile.Catalogue;
using Smile.Rendering.Typography;

namespace Smile.Rendering.Pdf;

/// <summary>The fonts and the picture that the pages of one document share.</summary>
internal sealed class PdfResources(FontSet fonts, PngPicture? logo)
{
    public const string LogoName = "Logo";

    private readonly List<FontSubset> _subsets = [];

    public FontSet Fonts => fonts;

    public PngPicture? Logo => logo;

    public FontSubset SubsetOf(OpenFont font) => _subsets[IndexOf(font)];

    /// <summary>What pages call the font.</summary>
    public string NameOf(OpenFont font) => "F" + IndexOf(font).ToString(CultureInfo.InvariantCulture);

    /// <summary>Writes everything, once all pages are drawn.</summary>
    /// <param name="number">The number of the resource dictionary.</param>
    public void Write(PdfFile file, int number)
    {
        var names = string.Concat(
            _subsets.Select((subset, index) => $" /F{PdfFile.Number(index)} {PdfFile.Number(WriteFont(file, subset))} 0 R")
        );
        var picture = logo is null ? "" : $" /XObject << /{LogoName} {PdfFile.Number(WritePicture(file, logo))} 0 R >>";
        file.Write($"<< /Font <<{names} >>{picture} >>", number);
    }

    private int IndexOf(OpenFont font)
    {
        for (var index = 0; index < _subsets.Count; index++)
        {
            if (_subsets[index].Font == font)
            {
                return index;
            }
        }

        _subsets.Add(new FontSubset(font));
        return _subsets.Count - 1;
    }

    private static int WritePicture(PdfFile file, PngPicture picture)
    {
        var size =
            $"/Type /XObject /Subtype /Image /Width {PdfFile.Number(picture.Width)} /Height {PdfFile.Number(picture.Height)} "
            + $"/BitsPerComponent 8";
        var mask = picture.Opacity is { } opacity
            ? $" /SMask {PdfFile.Number(file.WriteStream($"{size} /ColorSpace /DeviceGray", opacity.Span))} 0 R"
            : "";
        return file.WriteStream($"{size} /ColorSpace /DeviceRGB{mask}", picture.Colours.Span);
    }

    private static int WriteFont(PdfFile file, FontSubset subset)
    {
        var font = subset.Font;
        var program = subset.ToFile();
        var stream = file.WriteStream(font.IsCff ? "/Subtype /CIDFontType0C" : $"/Length1 {PdfFile.Number(program.Length)}", program);
        var name = $"{Tag(program)}+{font.Name}";
        var box = string.Join(' ', font.Box.Select(edge => Scaled(edge)));
        var descriptor = file.Write(
            $"<< /Type /FontDescriptor /FontName /{name} /Flags 4 /FontBBox [{box}] /ItalicAngle 0 /Ascent {Scaled(font.Ascent)} "
                + $"/Descent {Scaled(font.Descent)} /CapHeight {Scaled(font.Ascent * 2 / 3)} /StemV 80 "
                + $"/FontFile{(font.IsCff ? 3 : 2)} {PdfFile.Number(stream)} 0 R >>"
        );
        var widths = string.Join(' ', Enumerable.Range(0, subset.Glyphs.Count).Select(number => Scaled(subset.WidthOf((ushort)number))));
        var kind = font.IsCff ? "/CIDFontType0" : "/CIDFontType2 /CIDToGIDMap /Identity";
        var descendant = file.Write(
            $"<< /Type /Font /Subtype {kind} /BaseFont /{name} /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> "
                + $"/FontDescriptor {PdfFile.Number(descriptor)} 0 R /W [0 [{widths}]] >>"
        );
        var characters = file.WriteStream("", Encoding.ASCII.GetBytes(CharacterMap(subset)));
        return file.Write(
            $"<< /Type /Font /Subtype /Type0 /BaseFont /{name} /Encoding /Identity-H /DescendantFonts [{PdfFile.Number(descendant)} 0 "
                + $"R] /ToUnicode {PdfFile.Number(characters)} 0 R >>"
        );

        string Scaled(double units) => PdfFile.Number(Math.Round(units * 1000 / font.UnitsPerEm));
    }

    /// <summary>Six letters that tell subsets of one font apart.</summary>
    private static string Tag(byte[] program) => string.Concat(SHA256.HashData(program).Take(6).Select(part => (char)('A' + part % 26)));

    /// <summary>Which text each glyph stands for, for searching and copying.</summary>
    private static string CharacterMap(FontSubset subset)
    {
        const int mostInBlock = 100;
        var map = new StringBuilder(
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Smile def /CMapType 2 def 1 begincodespacerange "
                + "<0000> <FFFF> endcodespacerange\n"
        );
        foreach (var block in subset.Texts.OrderBy(pair => pair.Key).Chunk(mostInBlock))
        {
            map.Append(CultureInfo.InvariantCulture, $"{block.Length} beginbfchar\n");
            foreach (var (glyph, text) in block)
            {
                map.Append(
                    CultureInfo.InvariantCulture,
                    $"<{glyph:X4}> <{Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(text))}>\n"
                );
            }

            map.Append("endbfchar\n");
        }

        return map.Append("endcmap CMapName currentdict /CMap defineresource pop end end\n").ToString();
    }
}
