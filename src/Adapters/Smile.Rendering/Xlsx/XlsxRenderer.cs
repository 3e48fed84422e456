using System.Globalization;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;
using Smile.Catalogue;
using Smile.Catalogue.Wording;
using Smile.Correspondence.Documents;
using static Smile.Rendering.Xlsx.XlsxSheet;

namespace Smile.Rendering.Xlsx;

/// <summary>Writes a document as a workbook: a sheet with the summary and one with the lines, for people who calculate further.</summary>
internal static class XlsxRenderer
{
    public static void Render(CustomerDocument document, Stationery stationery, Stream output)
    {
        using var buffer = new MemoryStream();
        using (var workbook = SpreadsheetDocument.Create(buffer, SpreadsheetDocumentType.Workbook))
        {
            var part = workbook.AddWorkbookPart();
            var sheets = new Sheets();
            part.Workbook = new Workbook(sheets);
            part.AddNewPart<WorkbookStylesPart>().Stylesheet = XlsxStyles.Create(
                document.Currency,
                document.Language,
                stationery.PrimaryColour
            );
            AddSheet(document.Language[Word.SheetSummary], Summary(document));
            AddSheet(
                document.Language[Word.SheetLines],
                document.Statement is { } statement ? Transactions(statement, document.Language) : Lines(document)
            );
            if (document.Usage.Count > 0)
            {
                AddSheet(document.Language[Word.SheetUsage], Usage(document));
            }

            void AddSheet(string name, XlsxSheet sheet)
            {
                var added = part.AddNewPart<WorksheetPart>();
                added.Worksheet = sheet.ToWorksheet();
                sheets.Append(
                    new Sheet
                    {
                        Name = name,
                        SheetId = (uint)sheets.ChildElements.Count + 1,
                        Id = part.GetIdOfPart(added),
                    }
                );
            }
        }

        buffer.WriteTo(output);
    }

    private static XlsxSheet Summary(CustomerDocument document)
    {
        var language = document.Language;
        var sheet = new XlsxSheet([26, 40, 18, 18], hasFrozenHeader: false);
        sheet.Add(Text($"{document.Title} {document.Number}", CellStyle.Title));
        sheet.Add();
        Fact(language[Word.IssuedBy], document.Issuer.Name);
        Fact(language[Word.TaxNumber], document.Issuer.TaxNumber ?? "");
        Fact(language[Word.Customer], string.Join(", ", document.Addressee));
        Fact(language[Word.Account], document.AccountUsn.Value);
        Fact(language[Word.Number], document.Number);
        sheet.Add(Text(language[Word.Date], CellStyle.Strong), Day(document.IssueDate));
        if (document.DueDate is { } due)
        {
            sheet.Add(Text(language[Word.DueDate], CellStyle.Strong), Day(due));
        }

        Fact(language[Word.Currency], document.Currency.Code);
        foreach (var fact in document.Facts)
        {
            Fact(fact.Label, fact.Value);
        }

        AddTotals(sheet, document);
        AddBalances(sheet, document);
        return sheet;

        void Fact(string label, string value) => sheet.Add(Text(label, CellStyle.Strong), Text(value));
    }

    private static void AddTotals(XlsxSheet sheet, CustomerDocument document)
    {
        var language = document.Language;
        if (document.Totals is { } totals)
        {
            sheet.Add();
            sheet.Add(Text(language[Word.Totals], CellStyle.Heading), Text(document.Currency.Code, CellStyle.HeadingRight));
            sheet.Add(Text(language[Word.Charges]), Amount(totals.Charges));
            sheet.Add(Text(language[Word.Discount]), Amount(totals.Discount));
            sheet.Add(Text(language[Word.Rounding]), Amount(totals.Rounding));
            sheet.Add(Text(document.TaxName), Amount(totals.Tax));
            sheet.Add(Text(language[Word.Total], CellStyle.Strong), Amount(totals.Total, isStrong: true));
            sheet.Add(
                Text(
                    language[
                        document switch
                        {
                            { IsReversed: true } => Word.Reversed,
                            { IsCredit: true } => Word.Allocated,
                            _ => Word.PaymentsAndCredits,
                        }
                    ]
                ),
                Amount(totals.Allocated)
            );
            sheet.Add(
                Text(language[document.IsCredit ? Word.NotYetAllocated : Word.Due], CellStyle.Strong),
                Amount(totals.Due, isStrong: true)
            );
        }

        if (document.Taxes.Count > 0)
        {
            sheet.Add();
            sheet.Add(
                Text(language.Fill(Word.TaxRate, document.TaxName), CellStyle.Heading),
                Text(language[Word.TaxableAmount], CellStyle.HeadingRight),
                Text(document.TaxName, CellStyle.HeadingRight)
            );
            foreach (var line in document.Taxes)
            {
                sheet.Add(Number(line.Percent, CellStyle.Percent), Amount(line.Taxable), Amount(line.Tax));
            }
        }

        if (document.Allocations.Count > 0)
        {
            sheet.Add();
            sheet.Add(
                Text(language[document.IsReversed ? Word.ReversedBy : Word.AllocatedOn], CellStyle.Heading),
                Text(language[Word.Transaction], CellStyle.Heading),
                Text(language[Word.Number], CellStyle.Heading),
                Text(language[Word.Amount], CellStyle.HeadingRight)
            );
            foreach (var line in document.Allocations)
            {
                sheet.Add(Day(line.Date), Text(line.Type), Text(line.Number), Amount(line.Amount));
            }
        }
    }

    private static void AddBalances(XlsxSheet sheet, CustomerDocument document)
    {
        if (document.Statement is not { } statement)
        {
            return;
        }

        var language = document.Language;
        sheet.Add();
        sheet.Add(Text(language[Word.Balance], CellStyle.Heading), Text(document.Currency.Code, CellStyle.HeadingRight));
        sheet.Add(Text(language[Word.OpeningBalance]), Amount(statement.OpeningBalance));
        sheet.Add(Text(language[Word.ClosingBalance], CellStyle.Strong), Amount(statement.ClosingBalance, isStrong: true));
        foreach (var aged in statement.Aged)
        {
            sheet.Add(Text(aged.Label), Amount(aged.Amount));
        }
    }

    private static XlsxSheet Lines(CustomerDocument document)
    {
        var language = document.Language;
        var sheet = new XlsxSheet([38, 52, 14, 14, 12, 18, 16, 14], hasFrozenHeader: true);
        sheet.Add(
            Text(language[Word.Group], CellStyle.Heading),
            Text(language[Word.Description], CellStyle.Heading),
            Text(language[Word.From], CellStyle.Heading),
            Text(language[Word.To], CellStyle.Heading),
            Text(language[Word.Quantity], CellStyle.HeadingRight),
            Text(language[Word.Rate], CellStyle.HeadingRight),
            Text(language.Fill(Word.AmountIn, document.Currency.Code), CellStyle.HeadingRight),
            Text(document.TaxName, CellStyle.HeadingRight)
        );
        foreach (var (group, line) in document.Groups.SelectMany(group => group.Lines.Select(line => (group, line))))
        {
            sheet.Add(
                Text(group.Heading),
                Text(line.Description),
                Day(line.From),
                Day(line.To),
                line.Quantity is { } quantity ? Number(quantity, CellStyle.Quantity) : Empty(),
                Text(line.DisplayRate ?? ""),
                Amount(line.AmountExTax),
                Amount(line.Tax)
            );
        }

        return sheet;
    }

    private static XlsxSheet Usage(CustomerDocument document)
    {
        var language = document.Language;
        var sheet = new XlsxSheet([34, 14, 12, 20, 28, 14, 16], hasFrozenHeader: true);
        sheet.Add(
            Text(language[Word.Group], CellStyle.Heading),
            Text(language[Word.Date], CellStyle.Heading),
            Text(language[Word.UsageStart], CellStyle.Heading),
            Text(language[Word.UsageNumber], CellStyle.Heading),
            Text(language[Word.UsageDestination], CellStyle.Heading),
            Text(language[Word.UsageUsed], CellStyle.HeadingRight),
            Text(language.Fill(Word.AmountIn, document.Currency.Code), CellStyle.HeadingRight)
        );
        foreach (var (group, line) in document.Usage.SelectMany(group => group.Lines.Select(line => (group, line))))
        {
            sheet.Add(
                Text(group.Heading),
                Day(DateOnly.FromDateTime(line.Start)),
                Text(line.Start.ToString("HH:mm:ss", CultureInfo.InvariantCulture)),
                Text(line.Number),
                Text(line.Destination),
                Text(line.Used),
                Number(line.AmountExTax, CellStyle.Quantity)
            );
        }

        if (document.HasMoreUsage)
        {
            sheet.Add(Text(language[Word.UsageMore]));
        }

        if (document.HasArchivedUsage)
        {
            sheet.Add(Text(language[Word.UsageArchived]));
        }

        return sheet;
    }

    private static XlsxSheet Transactions(DocumentStatement statement, Language language)
    {
        var sheet = new XlsxSheet([14, 34, 20, 16, 16, 16], hasFrozenHeader: true);
        sheet.Add(
            Text(language[Word.Date], CellStyle.Heading),
            Text(language[Word.Transaction], CellStyle.Heading),
            Text(language[Word.Number], CellStyle.Heading),
            Text(language[Word.Debit], CellStyle.HeadingRight),
            Text(language[Word.Credit], CellStyle.HeadingRight),
            Text(language[Word.Balance], CellStyle.HeadingRight)
        );
        foreach (var row in statement.Rows)
        {
            sheet.Add(
                Day(row.Date),
                Text(row.Type),
                Text(row.Number),
                row.Debit is { } debit ? Amount(debit) : Empty(),
                row.Credit is { } credit ? Amount(credit) : Empty(),
                Amount(row.Balance)
            );
        }

        return sheet;
    }
}
