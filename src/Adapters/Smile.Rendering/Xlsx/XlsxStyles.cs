using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Spreadsheet;
using Smile.Catalogue.Wording;
using Smile.Kernel;

namespace Smile.Rendering.Xlsx;

/// <summary>How cells look; the value is the index of the cell format.</summary>
internal enum CellStyle : uint
{
    Text,
    Strong,
    Title,
    Heading,
    HeadingRight,
    Day,
    Amount,
    StrongAmount,
    Quantity,
    Percent,
}

/// <summary>The style sheet of a workbook whose amounts are in one currency.</summary>
internal static class XlsxStyles
{
    private const uint DayFormat = 164;
    private const uint AmountFormat = 165;
    private const uint QuantityFormat = 166;
    private const uint PercentFormat = 167;

    /// <param name="primary">Colour of headings, such as <c>#1F4E79</c>.</param>
    public static Stylesheet Create(Currency currency, Language language, string primary)
    {
        var decimals = currency.Decimals == 0 ? "" : "." + new string('0', currency.Decimals);
        var digits = "#,##0" + decimals;
        var colour = "FF" + primary[1..].ToUpperInvariant();
        return new Stylesheet(
            // Spreadsheets show points and commas as the reader's own settings say.
            new NumberingFormats(
                Format(DayFormat, language[Word.FormatXlsxDay]),
                Format(
                    AmountFormat,
                    language.Fill(Word.FormatNegative, digits) is var negative && negative.StartsWith('(')
                        ? $"{digits}_);{negative}"
                        : $"{digits};{negative}"
                ),
                Format(QuantityFormat, "#,##0.#####"),
                Format(PercentFormat, language.Fill(Word.FormatPercent, "General").Replace("%", "\\%", StringComparison.Ordinal))
            ),
            new Fonts(
                Font(10, isBold: false, null),
                Font(10, isBold: true, null),
                Font(16, isBold: true, colour),
                Font(10, isBold: true, "FFFFFFFF")
            ),
            new Fills(
                new Fill(new PatternFill { PatternType = PatternValues.None }),
                new Fill(new PatternFill { PatternType = PatternValues.Gray125 }),
                new Fill(new PatternFill(new ForegroundColor { Rgb = colour }) { PatternType = PatternValues.Solid })
            ),
            new Borders(new Border(new LeftBorder(), new RightBorder(), new TopBorder(), new BottomBorder(), new DiagonalBorder())),
            new CellStyleFormats(
                new CellFormat
                {
                    NumberFormatId = 0,
                    FontId = 0,
                    FillId = 0,
                    BorderId = 0,
                }
            ),
            // In the order of CellStyle.
            new CellFormats(
                Cell(0, 0, 0, Wrapped()),
                Cell(0, 1, 0),
                Cell(0, 2, 0),
                Cell(0, 3, 2),
                Cell(0, 3, 2, new Alignment { Horizontal = HorizontalAlignmentValues.Right }),
                Cell(
                    DayFormat,
                    0,
                    0,
                    new Alignment { Horizontal = HorizontalAlignmentValues.Left, Vertical = VerticalAlignmentValues.Top }
                ),
                Cell(AmountFormat, 0, 0, Top()),
                Cell(AmountFormat, 1, 0, Top()),
                Cell(QuantityFormat, 0, 0, Top()),
                Cell(PercentFormat, 0, 0, Top())
            )
        );
    }

    private static Alignment Wrapped() => new() { WrapText = true, Vertical = VerticalAlignmentValues.Top };

    private static Alignment Top() => new() { Vertical = VerticalAlignmentValues.Top };

    private static NumberingFormat Format(uint id, string code) => new() { NumberFormatId = id, FormatCode = code };

    private static Font Font(double size, bool isBold, string? colour)
    {
        var parts = new List<OpenXmlElement>();
        if (isBold)
        {
            parts.Add(new Bold());
        }

        parts.Add(new FontSize { Val = size });
        if (colour is not null)
        {
            parts.Add(new Color { Rgb = colour });
        }

        parts.Add(new FontName { Val = "Calibri" });
        return new Font(parts);
    }

    private static CellFormat Cell(uint number, uint font, uint fill, Alignment? alignment = null) =>
        new(alignment is null ? [] : [alignment])
        {
            NumberFormatId = number,
            FontId = font,
            FillId = fill,
            BorderId = 0,
            FormatId = 0,
            ApplyNumberFormat = number != 0,
            ApplyFont = true,
            ApplyFill = fill != 0,
            ApplyAlignment = alignment is not null,
        };
}
