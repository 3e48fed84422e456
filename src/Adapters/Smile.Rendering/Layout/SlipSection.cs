using Smile.Catalogue.Wording;
using Smile.Correspondence.Documents;

namespace Smile.Rendering.Layout;

/// <summary>The payment slip, at the bottom of the last page.</summary>
internal static class SlipSection
{
    private const double BoxWidth = 216;
    private const double LineHeight = 11;

    public static void Draw(PageFlow flow, CustomerDocument document)
    {
        if (document.PaymentSlip is not { } slip)
        {
            return;
        }

        var theme = flow.Theme;
        var language = flow.Language;
        var textWidth = theme.ContentWidth - BoxWidth - 24;
        var ways = theme.Stationery.PaymentSlipLines.SelectMany(line => flow.Wrap(line, theme.Text, textWidth, 3)).ToList();
        IReadOnlyList<DocumentFact> facts =
        [
            new(language[Word.Reference], slip.Reference),
            new(language[Word.Account], document.AccountUsn.Value),
            .. slip.DueDate is { } due ? [new DocumentFact(language[Word.DueDate], language.Day(due))] : (DocumentFact[])[],
        ];
        var height = 46 + Math.Max(ways.Count * LineHeight, facts.Count * 14 + 30);
        flow.Require(height);
        var top = theme.Bottom - height;
        flow.Page.Rule(theme.Quiet, 0, top, theme.PageWidth, 0.6, dashed: true);
        flow.Page.TextRight(language[Word.Detach], theme.Small, theme.Right, top + 11);
        flow.Page.Text(language[Word.PaymentSlip], theme.Heading with { Size = 12 }, Theme.Margin, top + 24);
        var y = top + 30;
        foreach (var line in ways)
        {
            y += LineHeight;
            flow.Page.Text(line, theme.Text, Theme.Margin, y);
        }

        DrawBox(flow, slip, facts, theme.Right - BoxWidth, top + 20);
        flow.Y = theme.Bottom;
    }

    private static void DrawBox(PageFlow flow, PaymentSlip slip, IReadOnlyList<DocumentFact> facts, double left, double top)
    {
        var theme = flow.Theme;
        var y = top + 6;
        flow.Page.Fill(theme.Panel, left, top, BoxWidth, facts.Count * 14 + 42);
        foreach (var fact in facts)
        {
            y += 14;
            flow.Page.Text(fact.Label, theme.Label, left + 10, y);
            flow.Page.TextRight(flow.Wrap(fact.Value, theme.Strong, BoxWidth / 2, 1)[0], theme.Strong, left + BoxWidth - 10, y);
        }

        flow.Page.Rule(theme.Primary, left + 10, y + 8, BoxWidth - 20, 0.6);
        var style = theme.Heading with { Size = 12 };
        flow.Page.Text(flow.Language[Word.AmountDue], theme.Strong, left + 10, y + 25);
        var amount = flow.Language.Show(slip.Amount);
        flow.Page.TextRight(
            amount,
            flow.Fitting(amount, style, BoxWidth - 30 - flow.Width(flow.Language[Word.AmountDue], theme.Strong)),
            left + BoxWidth - 10,
            y + 25
        );
    }
}
