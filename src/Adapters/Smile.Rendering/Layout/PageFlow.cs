using Smile.Catalogue.Wording;
using Smile.Rendering.Pdf;

namespace Smile.Rendering.Layout;

/// <summary>The pages of one document, and where on the last of them the next thing is drawn.</summary>
internal sealed class PageFlow(Theme theme, PdfResources resources, Language language)
{
    private readonly List<PdfCanvas> _pages = [];

    public Theme Theme => theme;

    /// <summary>The words and formats.</summary>
    public Language Language => language;

    public PdfResources Resources => resources;

    public IReadOnlyList<PdfCanvas> Pages => _pages;

    /// <summary>The page that is being filled.</summary>
    public PdfCanvas Page => _pages[^1];

    /// <summary>Where the next thing begins, from the top of the page.</summary>
    public double Y { get; set; }

    /// <summary>Whether nothing has been put on the page yet.</summary>
    public bool IsPageEmpty => Y <= Theme.FurtherTop;

    public bool HasRoom(double height) => Y + height <= theme.Bottom;

    public void Begin()
    {
        _pages.Add(new PdfCanvas(resources, theme.PageHeight));
        Y = Theme.FurtherTop;
    }

    /// <summary>Goes to a new page unless so much fits on this one.</summary>
    /// <returns>Whether it did.</returns>
    public bool Require(double height)
    {
        if (HasRoom(height) || IsPageEmpty)
        {
            return false;
        }

        Begin();
        return true;
    }

    public double Width(string text, TextStyle style) => resources.Fonts.Width(text, style.Weight, style.Size);

    /// <summary>The style, its letters so much smaller that the text is no wider than the room for it.</summary>
    public TextStyle Fitting(string text, TextStyle style, double width) =>
        Width(text, style) is var needed && needed > width ? style with { Size = style.Size * width / needed } : style;

    public IReadOnlyList<string> Wrap(string text, TextStyle style, double width, int mostLines) =>
        resources.Fonts.Wrap(text, style.Weight, style.Size, width, mostLines);
}
