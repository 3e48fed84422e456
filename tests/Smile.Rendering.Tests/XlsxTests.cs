using System.Globalization;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Spreadsheet;
using DocumentFormat.OpenXml.Validation;
using Smile.Correspondence.Documents;

namespace Smile.Rendering.Tests;

public sealed class XlsxTests
{
    [Fact]
    public void An_invoice_has_a_summary_and_lines_with_real_numbers_and_days()
    {
        using var workbook = Open(Examples.GuideInvoice());
        Assert.Empty(new OpenXmlValidator().Validate(workbook).Select(problem => $"{problem.Path?.XPath}: {problem.Description}"));
        Assert.Equal(["Summary", "Lines"], workbook.WorkbookPart!.Workbook.Sheets!.Elements<Sheet>().Select(sheet => sheet.Name!.Value));
        Assert.Equal("47.40", ValueBeside(workbook, "Total"));
        Assert.Equal("-0.02", ValueBeside(workbook, "Rounding"));

        var lines = Rows(workbook, "Lines");
        Assert.Equal(3, lines.Count);
        Assert.Equal("15.84", lines[1][6]);
        Assert.Equal(new DateTime(2015, 1, 14).ToOADate().ToString(CultureInfo.InvariantCulture), lines[1][2]);
        var pane = Sheet(workbook, "Lines").Descendants<Pane>().Single();
        Assert.Equal(PaneStateValues.Frozen, pane.State!.Value);
    }

    [Fact]
    public void What_was_used_is_a_sheet_whose_amounts_are_not_rounded()
    {
        using var workbook = Open(Examples.InvoiceWithUsage(hasMore: true));
        Assert.Empty(new OpenXmlValidator().Validate(workbook).Select(problem => $"{problem.Path?.XPath}: {problem.Description}"));
        var rows = Rows(workbook, "Usage");
        Assert.Equal(63, rows.Count);
        Assert.Equal(["0491570156: Local", "23:59:30", "+61290000***", "Sydney", "1:05", "0.10833"], rows[1].Where((_, at) => at != 1));
        Assert.Equal(new DateTime(2015, 1, 14).ToOADate().ToString(CultureInfo.InvariantCulture), rows[1][1]);
        Assert.Equal("There is more usage than is listed here.", rows[^1][0]);
    }

    [Theory]
    [InlineData("JPY", "#,##0_);(#,##0)")]
    [InlineData("KWD", "#,##0.000_);(#,##0.000)")]
    public void Amounts_have_the_decimals_of_their_currency(string code, string format)
    {
        using var workbook = Open(Examples.LongInvoice(code == "JPY" ? Examples.Jpy : Examples.Kwd));
        Assert.Contains(
            format,
            workbook
                .WorkbookPart!.WorkbookStylesPart!.Stylesheet.NumberingFormats!.Elements<NumberingFormat>()
                .Select(each => each.FormatCode!.Value)
        );
    }

    [Fact]
    public void A_text_is_never_a_formula_and_may_hold_anything()
    {
        var invoice = Examples.GuideInvoice();
        var line = invoice.Groups[0].Lines[0] with { Description = "=HYPERLINK(\"http://example.com\")\u0000\u0001\ufffe\ud800" };
        using var workbook = Open(invoice with { Groups = [new DocumentGroup("<&>", [line])] });
        Assert.Empty(Sheet(workbook, "Lines").Descendants<CellFormula>());
        Assert.StartsWith("=HYPERLINK", Rows(workbook, "Lines")[1][1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_statement_lists_its_transactions()
    {
        using var workbook = Open(Examples.Statement());
        Assert.Empty(new OpenXmlValidator().Validate(workbook).Select(problem => problem.Description));
        Assert.Equal(25, Rows(workbook, "Lines").Count);
        Assert.Equal("-330.7", ValueBeside(workbook, "Closing balance").TrimEnd('0'));
    }

    [Fact]
    public void R3_a_discount_is_a_line_of_its_own_and_in_the_sum()
    {
        using var workbook = Open(Examples.DiscountedInvoice());
        Assert.Equal(["100", "-20"], Rows(workbook, "Lines").Skip(1).Select(row => row[6]));
        Assert.Equal("Discount: Loyal customers", Rows(workbook, "Lines")[2][1]);
        Assert.Equal(
            ("100", "-20", "88"),
            (ValueBeside(workbook, "Charges"), ValueBeside(workbook, "Discount"), ValueBeside(workbook, "Total"))
        );
    }

    [Fact]
    public void R21_a_German_workbook_has_German_words_and_formats()
    {
        using var workbook = Open(Examples.GermanInvoice());
        Assert.Empty(new OpenXmlValidator().Validate(workbook).Select(problem => problem.Description));
        Assert.Equal(
            ["Übersicht", "Positionen"],
            workbook.WorkbookPart!.Workbook.Sheets!.Elements<Sheet>().Select(sheet => sheet.Name!.Value)
        );
        Assert.Equal(["Gruppe", "Bezeichnung", "Von", "Bis", "Menge", "Preis", "Betrag (EUR)", "USt."], Rows(workbook, "Positionen")[0]);
        Assert.Equal("1119.39", Rows(workbook, "Übersicht").Single(row => row.Count > 1 && row[0] == "Gesamtbetrag")[1]);
        var formats = workbook
            .WorkbookPart.WorkbookStylesPart!.Stylesheet.NumberingFormats!.Elements<NumberingFormat>()
            .Select(each => each.FormatCode!.Value)
            .ToList();
        Assert.Contains("dd.mm.yyyy", formats);
        Assert.Contains("#,##0.00;-#,##0.00", formats);
    }

    private static SpreadsheetDocument Open(CustomerDocument document)
    {
        var file = new MemoryStream();
        new DocumentRenderer().Render(document, Examples.StationeryFor(document.Kind), DocumentFileFormat.Xlsx, file);
        return SpreadsheetDocument.Open(file, isEditable: false);
    }

    private static string ValueBeside(SpreadsheetDocument workbook, string label) =>
        Rows(workbook, "Summary").Single(row => row.Count > 1 && row[0] == label)[1];

    private static List<List<string>> Rows(SpreadsheetDocument workbook, string sheet) =>
        [
            .. Sheet(workbook, sheet)
                .Descendants<Row>()
                .Select(row => row.Elements<Cell>().Select(cell => cell.InlineString?.Text?.Text ?? cell.CellValue?.Text ?? "").ToList()),
        ];

    private static Worksheet Sheet(SpreadsheetDocument workbook, string name)
    {
        var id = workbook.WorkbookPart!.Workbook.Sheets!.Elements<Sheet>().Single(sheet => sheet.Name == name).Id!.Value!;
        return ((WorksheetPart)workbook.WorkbookPart.GetPartById(id)).Worksheet;
    }
}
