using Smile.Catalogue.Wording;
using Smile.Correspondence.Documents;

namespace Smile.Rendering.Layout;

/// <summary>What is charged, group by group. Columns that no line has anything for are left out.</summary>
internal static class ItemSection
{
    public static void Draw(PageFlow flow, CustomerDocument document)
    {
        var lines = document.Groups.SelectMany(group => group.Lines).ToList();
        if (lines.Count == 0)
        {
            return;
        }

        var currency = document.Currency;
        var language = flow.Language;
        var cells = new List<(TableColumn Column, Func<DocumentLine, string> Line, Func<DocumentGroup, string> Sum)>
        {
            (new TableColumn(language[Word.Description], 0, Alignment.Left), line => line.Description, _ => language[Word.Subtotal]),
        };
        Optional(
            lines.Any(line => (line.From ?? line.To) is not null),
            language[Word.Period],
            PeriodWidth(flow, lines),
            Alignment.Left,
            line => language.Period(line.From, line.To)
        );
        Optional(
            lines.Any(line => line.Quantity is not null),
            language[Word.Quantity],
            Widest(flow, lines.Select(line => language.Quantity(line.Quantity)), 48),
            Alignment.Figure,
            line => language.Quantity(line.Quantity)
        );
        Optional(
            lines.Any(line => line.DisplayRate is not null),
            language[Word.Rate],
            Math.Min(Widest(flow, lines.Select(line => line.DisplayRate ?? ""), 48), 86),
            Alignment.Right,
            line => line.DisplayRate ?? ""
        );
        Amounts(
            language.Fill(Word.AmountIn, currency.Code),
            line => language.Figure(line.AmountExTax),
            group => language.Figure(group.AmountExTax, currency)
        );
        Amounts(document.TaxName, line => language.Figure(line.Tax), group => language.Figure(group.Tax, currency));

        new Table(flow, Theme.Margin, flow.Theme.ContentWidth, [.. cells.Select(cell => cell.Column)], Rows()).Draw();
        flow.Y += 16;

        void Optional(bool has, string title, double width, Alignment alignment, Func<DocumentLine, string> text)
        {
            if (has)
            {
                cells.Add((new TableColumn(title, width, alignment), text, _ => ""));
            }
        }

        void Amounts(string title, Func<DocumentLine, string> line, Func<DocumentGroup, string> sum) =>
            cells.Add(
                (
                    new TableColumn(title, Widest(flow, lines.Select(line).Concat(document.Groups.Select(sum)), 68), Alignment.Figure),
                    line,
                    sum
                )
            );

        IReadOnlyList<TableRow> Rows() =>
            [
                .. document.Groups.SelectMany(group =>
                    (TableRow[])
                        [
                            .. group.Heading.Length > 0 ? [new TableRow(RowStyle.Heading, [group.Heading])] : (TableRow[])[],
                            .. group.Lines.Select(line => new TableRow(RowStyle.Plain, [.. cells.Select(cell => cell.Line(line))])),
                            .. document.Groups.Count > 1
                                ? [new TableRow(RowStyle.Sum, [.. cells.Select(cell => cell.Sum(group))])]
                                : (TableRow[])[],
                        ]
                ),
            ];
    }

    /// <summary>So wide that most periods stand on one line; longer ones break, to leave the description its room.</summary>
    private static double PeriodWidth(PageFlow flow, IEnumerable<DocumentLine> lines) =>
        Math.Min(Widest(flow, lines.Select(line => flow.Language.Period(line.From, line.To)), 50), 92);

    private static double Widest(PageFlow flow, IEnumerable<string> texts, double least) =>
        Math.Max(least, texts.Max(text => flow.Width(text, flow.Theme.Strong)) + 12);
}
