using Smile.Catalogue.Wording;
using Smile.Correspondence.Documents;
using Smile.Kernel;

namespace Smile.Rendering.Layout;

/// <summary>The sums, with the tax by rate beside them, and what was allocated below.</summary>
internal static class TotalSection
{
    private const double SumWidth = 216;
    private const double RowHeight = 16;

    public static void Draw(PageFlow flow, CustomerDocument document)
    {
        if (document.Totals is { } totals)
        {
            DrawSums(flow, document, totals);
        }

        if (document.Allocations.Count > 0)
        {
            DrawAllocations(flow, document);
        }
    }

    private static void DrawSums(PageFlow flow, CustomerDocument document, DocumentTotals totals)
    {
        var language = flow.Language;
        var sums = Sums(document, totals).ToList();
        var taxes = new Table(
            flow,
            Theme.Margin,
            flow.Theme.ContentWidth - SumWidth - 26,
            [
                new TableColumn(language.Fill(Word.TaxRate, document.TaxName), 0, Alignment.Left) { Least = 40 },
                new TableColumn(language[Word.TaxableAmount], 84, Alignment.Figure),
                new TableColumn(document.TaxName, 72, Alignment.Figure),
            ],
            [
                .. document.Taxes.Select(line => new TableRow(
                    RowStyle.Plain,
                    [language.Percent(line.Percent), language.Figure(line.Taxable), language.Figure(line.Tax)]
                )),
            ]
        );
        flow.Require(Math.Max(sums.Count * RowHeight + 14, document.Taxes.Count > 0 ? taxes.Height : 0));
        var top = flow.Y;
        if (document.Taxes.Count > 0)
        {
            taxes.Draw();
        }

        var bottom = flow.Y;
        flow.Y = top;
        foreach (var sum in sums)
        {
            DrawSum(flow, sum);
        }

        flow.Y = Math.Max(flow.Y, bottom) + 18;
    }

    private static void DrawSum(PageFlow flow, Sum sum)
    {
        var theme = flow.Theme;
        var left = theme.Right - SumWidth;
        var style = sum.IsStrong ? theme.Strong with { Size = 10, Colour = theme.Primary } : theme.Text;
        if (sum.IsStrong)
        {
            flow.Page.Fill(theme.Panel, left, flow.Y, SumWidth, RowHeight + 3);
            flow.Page.Rule(theme.Primary, left, flow.Y, SumWidth, 0.8);
        }

        var baseline = flow.Y + (sum.IsStrong ? 13 : 11.5);
        var amount = flow.Language.Show(sum.Amount);
        flow.Page.Text(sum.Label, style, left + 6, baseline);

        // The bracket of a credit stands beyond the digits, so that these stay below each other.
        flow.Page.TextRight(
            amount,
            flow.Fitting(amount, style, SumWidth - 24 - flow.Width(sum.Label, style)),
            theme.Right - 8 + (amount.EndsWith(')') ? flow.Width(")", style) : 0),
            baseline
        );
        flow.Y += sum.IsStrong ? RowHeight + 3 : RowHeight;
    }

    private static IEnumerable<Sum> Sums(CustomerDocument document, DocumentTotals totals)
    {
        var language = document.Language;
        var (allocated, due) = document switch
        {
            { IsReversed: true } => (Word.Reversed, Word.AmountDue),
            { IsCredit: true } => (Word.Allocated, Word.NotYetAllocated),
            _ => (Word.PaymentsAndCredits, Word.AmountDue),
        };
        yield return new Sum(language[Word.Charges], totals.Charges, IsStrong: false);
        if (totals.Discount.Amount != 0)
        {
            yield return new Sum(language[Word.Discount], totals.Discount, IsStrong: false);
        }

        if (totals.Rounding.Amount != 0)
        {
            yield return new Sum(language[Word.Rounding], totals.Rounding, IsStrong: false);
        }

        if (totals.Tax.Amount != 0 || document.Taxes.Count > 0)
        {
            yield return new Sum(document.TaxName, totals.Tax, IsStrong: false);
        }

        yield return new Sum(language.Fill(Word.TotalIn, document.Currency.Code), totals.Total, IsStrong: true);
        if (totals.Allocated.Amount != 0)
        {
            yield return new Sum(language[allocated], -totals.Allocated, IsStrong: false);
            yield return new Sum(language[due], totals.Due, IsStrong: true);
        }
    }

    private static void DrawAllocations(PageFlow flow, CustomerDocument document)
    {
        var language = flow.Language;
        var heading = document switch
        {
            { IsReversed: true } => Word.ReversedBy,
            { IsCredit: true } => Word.AllocatedTo,
            _ => Word.PaymentsAndCredits,
        };
        flow.Require(70);
        flow.Page.Text(language[heading], flow.Theme.Heading, Theme.Margin, flow.Y + 8);
        flow.Y += 15;
        new Table(
            flow,
            Theme.Margin,
            flow.Theme.ContentWidth,
            [
                new TableColumn(language[Word.Date], 84, Alignment.Left),
                new TableColumn(language[Word.Transaction], 0, Alignment.Left),
                new TableColumn(language[Word.Number], 130, Alignment.Left),
                new TableColumn(language.Fill(Word.AmountIn, document.Currency.Code), 96, Alignment.Figure),
            ],
            [
                .. document.Allocations.Select(line => new TableRow(
                    RowStyle.Plain,
                    [language.Day(line.Date), line.Type, line.Number, language.Figure(line.Amount)]
                )),
            ]
        ).Draw();
        flow.Y += 16;
    }

    private sealed record Sum(string Label, Money Amount, bool IsStrong);
}
