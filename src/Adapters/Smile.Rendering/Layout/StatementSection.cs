using Smile.Catalogue.Wording;
using Smile.Correspondence.Documents;
using Smile.Kernel;

namespace Smile.Rendering.Layout;

/// <summary>An account's transactions with their running balance, and what has been owed for how long.</summary>
internal static class StatementSection
{
    public static void Draw(PageFlow flow, CustomerDocument document)
    {
        if (document.Statement is not { } statement)
        {
            return;
        }

        var language = flow.Language;
        new Table(
            flow,
            Theme.Margin,
            flow.Theme.ContentWidth,
            [
                new TableColumn(language[Word.Date], 72, Alignment.Left),
                new TableColumn(language[Word.Transaction], 0, Alignment.Left),
                new TableColumn(language[Word.Number], 100, Alignment.Left),
                new TableColumn(language.Fill(Word.DebitIn, document.Currency.Code), 76, Alignment.Figure),
                new TableColumn(language.Fill(Word.CreditIn, document.Currency.Code), 76, Alignment.Figure),
                new TableColumn(language[Word.Balance], 80, Alignment.Figure),
            ],
            [
                new TableRow(
                    RowStyle.Plain,
                    [language.Day(statement.From), language[Word.OpeningBalance], "", "", "", language.Figure(statement.OpeningBalance)]
                ),
                .. statement.Rows.Select(row => new TableRow(
                    RowStyle.Plain,
                    [
                        language.Day(row.Date),
                        row.Type,
                        row.Number,
                        Optional(language, row.Debit),
                        Optional(language, row.Credit),
                        language.Figure(row.Balance),
                    ]
                )),
                new TableRow(
                    RowStyle.Sum,
                    [language.Day(statement.To), language[Word.ClosingBalance], "", "", "", language.Figure(statement.ClosingBalance)]
                ),
            ]
        ).Draw();
        flow.Y += 18;
        DrawAged(flow, statement.Aged);
    }

    private static void DrawAged(PageFlow flow, IReadOnlyList<AgedBalance> aged)
    {
        const double height = 36;
        if (aged.Count == 0)
        {
            return;
        }

        var theme = flow.Theme;
        flow.Require(height + 20);
        flow.Page.Text(flow.Language[Word.AgeOfBalance], theme.Heading, Theme.Margin, flow.Y + 8);
        flow.Y += 15;
        const double gap = 4;
        var width = (theme.ContentWidth - gap * (aged.Count - 1)) / aged.Count;
        for (var index = 0; index < aged.Count; index++)
        {
            var left = Theme.Margin + index * (width + gap);
            flow.Page.Fill(theme.Panel, left, flow.Y, width, height);
            flow.Page.Text(flow.Wrap(aged[index].Label, theme.Small, width - 12, 1)[0], theme.Small, left + 6, flow.Y + 13);
            var amount = flow.Language.Show(aged[index].Amount);
            flow.Page.Text(amount, flow.Fitting(amount, theme.Strong, width - 12), left + 6, flow.Y + 27);
        }

        flow.Y += height + 18;
    }

    private static string Optional(Language language, Money? money) => money is { } amount ? language.Figure(amount) : "";
}
