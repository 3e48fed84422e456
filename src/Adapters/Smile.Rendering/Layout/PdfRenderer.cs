using System.Globalization;
using Smile.Catalogue;
using Smile.Catalogue.Wording;
using Smile.Correspondence.Documents;
using Smile.Rendering.Pdf;
using Smile.Rendering.Typography;

namespace Smile.Rendering.Layout;

/// <summary>Lays a document out and writes it as PDF.</summary>
internal sealed class PdfRenderer(FontLibrary library)
{
    public void Render(CustomerDocument document, Stationery stationery, Stream output)
    {
        var theme = new Theme(stationery);
        var fonts = new FontSet(library, EastAsian.FormOf(Texts(document)));
        var resources = new PdfResources(fonts, stationery.Logo is { } logo ? PngPicture.Read(logo.Span) : null);
        var flow = new PageFlow(theme, resources, document.Language);
        flow.Begin();
        HeadSection.Draw(flow, document);
        ItemSection.Draw(flow, document);
        StatementSection.Draw(flow, document);
        TotalSection.Draw(flow, document);
        SlipSection.Draw(flow, document);
        UsageSection.Draw(flow, document);
        for (var page = 0; page < flow.Pages.Count; page++)
        {
            DrawEdges(flow, document, page);
        }

        Write(flow, document, output);
    }

    /// <summary>The texts that say which language's characters the customer reads.</summary>
    private static IEnumerable<string> Texts(CustomerDocument document) =>
        document.Addressee.Concat(document.Groups.SelectMany(group => group.Lines.Select(line => line.Description).Prepend(group.Heading)));

    /// <summary>What stands on every page, once their number is known.</summary>
    private static void DrawEdges(PageFlow flow, CustomerDocument document, int index)
    {
        var theme = flow.Theme;
        var page = flow.Pages[index];
        if (index > 0)
        {
            page.Fill(theme.Primary, 0, 0, theme.PageWidth, 6);
            page.Text(flow.Wrap(document.Issuer.Name, theme.Heading, theme.ContentWidth / 2, 1)[0], theme.Heading, Theme.Margin, 46);
            page.TextRight($"{document.Title} {document.Number}", theme.Label, theme.Right, 46);
            page.Rule(theme.Line, Theme.Margin, 56, theme.ContentWidth, 0.5);
        }

        var y = theme.PageHeight - 40;
        page.Rule(theme.Line, Theme.Margin, y, theme.ContentWidth, 0.5);
        foreach (var line in flow.Wrap(theme.Stationery.FooterText, theme.Small, theme.ContentWidth - 80, 2))
        {
            y += 10.5;
            page.Text(line, theme.Small, Theme.Margin, y);
        }

        page.TextRight(flow.Language.Fill(Word.PageOf, index + 1, flow.Pages.Count), theme.Small, theme.Right, theme.PageHeight - 29.5);
    }

    private static void Write(PageFlow flow, CustomerDocument document, Stream output)
    {
        using var file = new PdfFile();
        var (resources, tree) = (file.Allocate(), file.Allocate());
        var pages = flow
            .Pages.Select(page =>
            {
                var content = file.WriteStream("", page.ToContent());
                return file.Write(
                    $"<< /Type /Page /Parent {N(tree)} 0 R /MediaBox [0 0 {N(flow.Theme.PageWidth)} {N(flow.Theme.PageHeight)}] "
                        + $"/Resources {N(resources)} 0 R /Contents {N(content)} 0 R >>"
                );
            })
            .ToList();
        flow.Resources.Write(file, resources);
        file.Write($"<< /Type /Pages /Count {N(pages.Count)} /Kids [{string.Join(' ', pages.Select(page => $"{N(page)} 0 R"))}] >>", tree);

        // The document's own date, not the clock's: the same document is the same file.
        var created = document.IssueDate.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        var information = file.Write(
            $"<< /Title {PdfFile.Text($"{document.Title} {document.Number}")} /Author {PdfFile.Text(document.Issuer.Name)} /Producer "
                + $"(Smile server) /CreationDate (D:{created}000000Z) >>"
        );
        var catalogue = file.Write(
            $"<< /Type /Catalog /Pages {N(tree)} 0 R /Lang ({document.Language.Code}) /ViewerPreferences << /DisplayDocTitle true >> >>"
        );
        file.Finish(catalogue, information, output);

        static string N(double value) => PdfFile.Number(value);
    }
}
