using Smile.Domain.Documents;
using Smile.Domain.Foundation;

namespace Smile.Documents.Layout;

/// <summary>An account's transactions with their running balance, and what has been owed for how long.</summary>
internal static class StatementSection
{
    public static void Draw(PageFlow flow, CustomerDocument document)
    {
        if (document.Statement is not { } statement)
        {
            return;
        }

        new Table(
            flow,
            Theme.Margin,
            flow.Theme.ContentWidth,
            [
                new TableColumn("Date", 72, Alignment.Left), new TableColumn("Transaction", 0, Alignment.Left), new TableColumn("Number", 100, Alignment.Left),
                new TableColumn($"Debit ({document.Currency.Code})", 76, Alignment.Figure), new TableColumn($"Credit ({document.Currency.Code})", 76, Alignment.Figure),
                new TableColumn("Balance", 80, Alignment.Figure),
            ],
            [
                new TableRow(RowStyle.Plain, [Figures.Day(statement.From), "Opening balance", "", "", "", Figures.Amount(statement.OpeningBalance)]),
                .. statement.Rows.Select(row => new TableRow(RowStyle.Plain, [Figures.Day(row.Date), row.Type, row.Number, Optional(row.Debit), Optional(row.Credit), Figures.Amount(row.Balance)])),
                new TableRow(RowStyle.Sum, [Figures.Day(statement.To), "Closing balance", "", "", "", Figures.Amount(statement.ClosingBalance)]),
            ]).Draw();
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
        flow.Demand(height + 20);
        flow.Page.Text("Age of the balance", theme.Heading, Theme.Margin, flow.Y + 8);
        flow.Y += 15;
        const double gap = 4;
        var width = (theme.ContentWidth - gap * (aged.Count - 1)) / aged.Count;
        for (var index = 0; index < aged.Count; index++)
        {
            var left = Theme.Margin + index * (width + gap);
            flow.Page.Fill(theme.Panel, left, flow.Y, width, height);
            flow.Page.Text(flow.Wrap(aged[index].Label, theme.Small, width - 12, 1)[0], theme.Small, left + 6, flow.Y + 13);
            flow.Page.Text(aged[index].Amount.Formatted(), theme.Strong, left + 6, flow.Y + 27);
        }

        flow.Y += height + 18;
    }

    private static string Optional(Money? money) => money is { } amount ? Figures.Amount(amount) : "";
}
