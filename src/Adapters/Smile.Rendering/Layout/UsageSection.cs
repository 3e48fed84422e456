using System.Globalization;
using Smile.Catalogue.Wording;
using Smile.Correspondence.Documents;

namespace Smile.Rendering.Layout;

/// <summary>What was used, record by record, on pages behind what is charged for it.</summary>
internal static class UsageSection
{
    public static void Draw(PageFlow flow, CustomerDocument document)
    {
        if (document.Usage.Count == 0 && !document.HasArchivedUsage)
        {
            return;
        }

        var language = flow.Language;
        flow.Begin();
        flow.Page.Text(language[Word.UsageDetails], flow.Theme.Heading, Theme.Margin, flow.Y + 8);
        flow.Y += 18;
        new Table(
            flow,
            Theme.Margin,
            flow.Theme.ContentWidth,
            [
                new TableColumn(language[Word.UsageStart], 104, Alignment.Left),
                new TableColumn(language[Word.UsageNumber], 104, Alignment.Left),
                new TableColumn(language[Word.UsageDestination], 0, Alignment.Left),
                new TableColumn(language[Word.UsageUsed], 70, Alignment.Right),
                new TableColumn(language.Fill(Word.AmountIn, document.Currency.Code), 76, Alignment.Figure),
            ],
            [.. document.Usage.SelectMany(group => Rows(group, document, language))]
        ).Draw();
        foreach (
            var (_, word) in new[] { (document.HasMoreUsage, Word.UsageMore), (document.HasArchivedUsage, Word.UsageArchived) }.Where(
                each => each.Item1
            )
        )
        {
            flow.Require(24);
            flow.Page.Text(language[word], flow.Theme.Text, Theme.Margin, flow.Y + 14);
            flow.Y += 24;
        }
    }

    private static IEnumerable<TableRow> Rows(DocumentUsage group, CustomerDocument document, Language language)
    {
        yield return new TableRow(RowStyle.Heading, [group.Heading]);
        foreach (var line in group.Lines)
        {
            yield return new TableRow(
                RowStyle.Plain,
                [
                    $"{language.Day(DateOnly.FromDateTime(line.Start))} {line.Start.ToString("HH:mm:ss", CultureInfo.InvariantCulture)}",
                    line.Number,
                    line.Destination,
                    line.Used,
                    language.FineFigure(line.AmountExTax, document.Currency),
                ]
            );
        }

        yield return new TableRow(
            RowStyle.Sum,
            [language[Word.Subtotal], "", "", "", language.Figure(group.AmountExTax, document.Currency)]
        );
    }
}
