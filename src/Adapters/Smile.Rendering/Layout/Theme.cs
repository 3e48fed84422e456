using Smile.Catalogue;
using Smile.Rendering.Pdf;
using Smile.Rendering.Typography;

namespace Smile.Rendering.Layout;

/// <summary>Sizes, colours and letters, as the stationery has them.</summary>
internal sealed class Theme(Stationery stationery)
{
    private const double PointsPerMillimetre = 72d / 25.4d;

    /// <summary>Left and right of everything.</summary>
    public const double Margin = 20 * PointsPerMillimetre;

    /// <summary>Where the content of a further page begins.</summary>
    public const double FurtherTop = 76;

    /// <summary>Kept free at the foot of each page.</summary>
    public const double FootHeight = 62;

    public Stationery Stationery => stationery;

    public double PageWidth { get; } = stationery.Paper == PaperSize.A4 ? 210 * PointsPerMillimetre : 612;

    public double PageHeight { get; } = stationery.Paper == PaperSize.A4 ? 297 * PointsPerMillimetre : 792;

    public double ContentWidth => PageWidth - 2 * Margin;

    public double Right => PageWidth - Margin;

    public double Bottom => PageHeight - FootHeight;

    public Colour Primary { get; } = Colour.Parse(stationery.PrimaryColour);

    public Colour Body { get; } = Colour.Parse(stationery.TextColour);

    /// <summary>For what is less important.</summary>
    public Colour Quiet => Body.Tint(0.68);

    /// <summary>For thin rules.</summary>
    public Colour Line => Body.Tint(0.16);

    /// <summary>Behind what stands out.</summary>
    public Colour Panel => Primary.Tint(0.07);

    public TextStyle Text => new(FontWeight.Regular, 8.5, Body);

    public TextStyle Strong => Text with { Weight = FontWeight.Semibold };

    public TextStyle Small => new(FontWeight.Regular, 7.5, Quiet);

    public TextStyle Label => Text with { Colour = Quiet };

    public TextStyle Heading => new(FontWeight.Semibold, 10, Primary);

    public TextStyle Title => new(FontWeight.Semibold, 21, Primary);

    public static double Points(decimal millimetres) => (double)millimetres * PointsPerMillimetre;
}
