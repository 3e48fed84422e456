using System.Globalization;
using System.Text;
using Smile.Rendering.Typography;

namespace Smile.Rendering.Pdf;

/// <summary>A colour of a screen or printer.</summary>
internal readonly record struct Colour(byte Red, byte Green, byte Blue)
{
    public static readonly Colour White = new(255, 255, 255);

    /// <param name="text">Such as <c>#1F4E79</c>.</param>
    public static Colour Parse(string text)
    {
        var value = int.Parse(text.AsSpan(1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return new Colour((byte)(value >> 16), (byte)(value >> 8), (byte)value);
    }

    /// <summary>The colour thinned with white.</summary>
    /// <param name="share">How much of the colour is left, 0 to 1.</param>
    public Colour Tint(double share) => new(Mix(Red, share), Mix(Green, share), Mix(Blue, share));

    public override string ToString() => $"{PdfFile.Number(Red / 255d)} {PdfFile.Number(Green / 255d)} {PdfFile.Number(Blue / 255d)}";

    private static byte Mix(byte part, double share) => (byte)Math.Round(255 - (255 - part) * share);
}

/// <summary>How a text looks.</summary>
internal readonly record struct TextStyle(FontWeight Weight, double Size, Colour Colour);

/// <summary>What is drawn on one page. Lengths are in points, from the upper left corner.</summary>
internal sealed class PdfCanvas(PdfResources resources, double height)
{
    private readonly StringBuilder _content = new();

    public byte[] ToContent() => Encoding.Latin1.GetBytes(_content.ToString());

    public void Fill(Colour colour, double x, double y, double width, double rectangleHeight) =>
        _content.Append(
            CultureInfo.InvariantCulture,
            $"{colour} rg {N(x)} {N(height - y - rectangleHeight)} {N(width)} {N(rectangleHeight)} re f\n"
        );

    /// <summary>A horizontal line.</summary>
    public void Rule(Colour colour, double x, double y, double width, double thickness, bool dashed = false) =>
        _content.Append(
            CultureInfo.InvariantCulture,
            $"q {(dashed ? "[3 3] 0 d " : "")}{colour} RG {N(thickness)} w {N(x)} {N(height - y)} m {N(x + width)} {N(height - y)} l S Q\n"
        );

    public void Picture(double x, double y, double width, double pictureHeight) =>
        _content.Append(
            CultureInfo.InvariantCulture,
            $"q {N(width)} 0 0 {N(pictureHeight)} {N(x)} {N(height - y - pictureHeight)} cm /{PdfResources.LogoName} Do Q\n"
        );

    /// <param name="baseline">Where the letters stand.</param>
    public void Text(string text, TextStyle style, double x, double baseline)
    {
        _content.Append(CultureInfo.InvariantCulture, $"BT {style.Colour} rg 1 0 0 1 {N(x)} {N(height - baseline)} Tm ");
        new PdfTextRun(resources, _content, style.Size).Draw(resources.Fonts.Glyphs(text, style.Weight));
        _content.Append("ET\n");
    }

    /// <param name="right">Where the text ends.</param>
    public void TextRight(string text, TextStyle style, double right, double baseline) =>
        Text(text, style, right - resources.Fonts.Width(text, style.Weight, style.Size), baseline);

    private static string N(double value) => PdfFile.Number(value);
}
