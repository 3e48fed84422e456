using Smile.Catalogue.Wording;
using Smile.Correspondence.Documents;

namespace Smile.Rendering.Layout;

/// <summary>The head of the first page: logo, company, address, what the document is and what it comes to.</summary>
internal static class HeadSection
{
    private const double Top = 34;
    private const double LogoWidth = 190;
    private const double LogoHeight = 54;
    private const double PanelWidth = 216;
    private const double LineHeight = 11;
    private const double AddressLineHeight = 13.5;
    private const int MostAddressLines = 10;
    private const double HeadingLineHeight = 13;
    private const int MostNameLines = 3;

    /// <summary>What the catalogue takes as one line fits into so many, also in wide letters.</summary>
    private const int MostLinesOfOne = 6;

    /// <summary>Under more, what the document says about itself would have no room on the page.</summary>
    private const int MostCompanyLines = 40;

    public static void Draw(PageFlow flow, CustomerDocument document)
    {
        var theme = flow.Theme;
        flow.Page.Fill(theme.Primary, 0, 0, theme.PageWidth, 6);
        var logoBottom = DrawLogo(flow);
        var companyBottom = DrawCompany(flow, document.Issuer);
        var addressLeft = Math.Min(Theme.Points(theme.Stationery.AddressBlock.Left), theme.PageWidth - Theme.Margin - 120);
        var addressTop = Math.Min(
            Math.Max(
                Theme.Points(theme.Stationery.AddressBlock.Top),
                Math.Max(logoBottom, addressLeft > theme.PageWidth / 3 ? companyBottom : 0) + 10
            ),
            theme.PageHeight / 2
        );

        // The address keeps its place in the envelope's window; what the document says about itself takes the other side.
        var isLeft = addressLeft < theme.PageWidth / 2;
        var panelLeft = isLeft ? theme.Right - PanelWidth : Theme.Margin;
        var addressWidth = (isLeft ? panelLeft - 18 : theme.Right) - addressLeft;
        var addressBottom = DrawAddress(flow, document.Addressee, addressLeft, addressTop, addressWidth);
        var panelBottom = DrawPanel(flow, document, panelLeft, Math.Max(isLeft ? companyBottom : logoBottom, addressTop - 22) + 12);
        flow.Y = Math.Max(addressBottom, panelBottom) + 22;
    }

    private static double DrawLogo(PageFlow flow)
    {
        if (flow.Resources.Logo is not { } logo)
        {
            return Top;
        }

        var scale = Math.Min(LogoWidth / logo.Width, LogoHeight / logo.Height);
        flow.Page.Picture(Theme.Margin, Top - 6, logo.Width * scale, logo.Height * scale);
        return Top + logo.Height * scale;
    }

    private static double DrawCompany(PageFlow flow, DocumentIssuer issuer)
    {
        var theme = flow.Theme;
        var y = Top + 8;
        var name = flow.Wrap(issuer.Name, theme.Heading, PanelWidth, MostNameLines);
        for (var index = 0; index < name.Count; index++)
        {
            y += index == 0 ? 0 : HeadingLineHeight;
            flow.Page.TextRight(name[index], theme.Heading, theme.Right, y);
        }

        IEnumerable<string?> lines = [issuer.TaxNumber, .. issuer.ContactLines, .. theme.Stationery.HeaderLines];
        var wrapped = lines.OfType<string>().SelectMany(line => flow.Wrap(line, theme.Small, PanelWidth, MostLinesOfOne));
        foreach (var line in wrapped.Take(MostCompanyLines))
        {
            y += LineHeight;
            flow.Page.TextRight(line, theme.Small, theme.Right, y);
        }

        return y + 6;
    }

    private static double DrawAddress(PageFlow flow, IReadOnlyList<string> addressee, double left, double top, double width)
    {
        var style = flow.Theme.Text with { Size = 10 };
        var y = top;
        foreach (var line in addressee.SelectMany(line => flow.Wrap(line, style, width, 2)).Take(MostAddressLines))
        {
            y += AddressLineHeight;
            flow.Page.Text(line, style, left, y);
        }

        return y;
    }

    private static double DrawPanel(PageFlow flow, CustomerDocument document, double left, double top)
    {
        var theme = flow.Theme;
        var y = top;
        foreach (var line in flow.Wrap(document.Title, theme.Title, PanelWidth, 2))
        {
            y += 24;
            flow.Page.Text(line, theme.Title, left, y);
        }

        y += 10;
        foreach (var fact in Facts(document, flow.Language))
        {
            var label = flow.Wrap(fact.Label, theme.Label, PanelWidth / 2 - 16, 1)[0];
            flow.Page.Text(label, theme.Label, left, y + 11);
            foreach (var line in flow.Wrap(fact.Value, theme.Strong, PanelWidth / 2 + 8, 3))
            {
                y += 12.5;
                flow.Page.Text(line, theme.Strong, left + PanelWidth / 2 - 8, y - 1.5);
            }
        }

        return document.Headline is { } headline ? DrawHeadline(flow, headline, left, y + 10) : y;
    }

    private static double DrawHeadline(PageFlow flow, DocumentHeadline headline, double left, double top)
    {
        const double height = 34;
        var theme = flow.Theme;
        var style = theme.Title with { Size = 16 };
        flow.Page.Fill(theme.Panel, left, top, PanelWidth, height);
        flow.Page.Fill(theme.Primary, left, top, 3, height);
        flow.Page.Text(flow.Wrap(headline.Label, theme.Strong, PanelWidth / 2 - 16, 1)[0], theme.Strong, left + 12, top + 20);
        var amount = flow.Language.Show(headline.Amount);
        style = flow.Fitting(amount, style, PanelWidth / 2 + 10);
        flow.Page.TextRight(amount, style, left + PanelWidth - 10, top + 23);
        return top + height;
    }

    private static IEnumerable<DocumentFact> Facts(CustomerDocument document, Language language)
    {
        yield return new DocumentFact(language[Word.Number], document.Number);
        yield return new DocumentFact(language[Word.Date], language.Day(document.IssueDate));
        if (document.DueDate is { } due)
        {
            yield return new DocumentFact(language[Word.DueDate], language.Day(due));
        }

        yield return new DocumentFact(language[Word.Account], document.AccountUsn.Value);
        if (document.Statement is { } statement)
        {
            yield return new DocumentFact(language[Word.Period], language.Period(statement.From, statement.To));
        }

        foreach (var fact in document.Facts)
        {
            yield return fact;
        }
    }
}
