using System.Globalization;
using System.Xml;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Spreadsheet;
using Smile.Kernel;

namespace Smile.Rendering.Xlsx;

/// <summary>Rows of one sheet, with real numbers and days. Texts are never formulas.</summary>
internal sealed class XlsxSheet(IReadOnlyList<double> widths, bool hasFrozenHeader)
{
    /// <summary>The longest text that a cell may have.</summary>
    private const int LongestText = 32_767;

    private readonly SheetData _rows = new();

    public void Add(params IReadOnlyList<Cell> cells)
    {
        var number = (uint)_rows.ChildElements.Count + 1;
        var row = new Row { RowIndex = number };
        for (var column = 0; column < cells.Count; column++)
        {
            cells[column].CellReference = $"{(char)('A' + column)}{number.ToString(CultureInfo.InvariantCulture)}";
            row.Append(cells[column]);
        }

        _rows.Append(row);
    }

    public Worksheet ToWorksheet()
    {
        var view = new SheetView { WorkbookViewId = 0 };
        if (hasFrozenHeader)
        {
            view.Append(
                new Pane
                {
                    VerticalSplit = 1,
                    TopLeftCell = "A2",
                    ActivePane = PaneValues.BottomLeft,
                    State = PaneStateValues.Frozen,
                }
            );
        }

        var columns = widths.Select(
            (width, index) =>
                new Column
                {
                    Min = (uint)index + 1,
                    Max = (uint)index + 1,
                    Width = width,
                    CustomWidth = true,
                }
        );
        return new Worksheet(new SheetViews(view), new Columns(columns), _rows);
    }

    public static Cell Text(string text, CellStyle style = CellStyle.Text) =>
        new(new InlineString(new Text(Clean(text)) { Space = SpaceProcessingModeValues.Preserve }))
        {
            DataType = CellValues.InlineString,
            StyleIndex = (uint)style,
        };

    public static Cell Empty() => new();

    public static Cell Number(decimal value, CellStyle style) => new() { CellValue = new CellValue(value), StyleIndex = (uint)style };

    /// <summary>An amount, rounded as it is printed.</summary>
    public static Cell Amount(Money money, bool isStrong = false) =>
        Number(money.Rounded().Amount, isStrong ? CellStyle.StrongAmount : CellStyle.Amount);

    public static Cell Day(DateOnly? day) =>
        day is { } date
            ? new Cell { CellValue = new CellValue(date.ToDateTime(TimeOnly.MinValue).ToOADate()), StyleIndex = (uint)CellStyle.Day }
            : Empty();

    /// <summary>Without what XML cannot hold.</summary>
    private static string Clean(string text)
    {
        var clean = string.Concat(
            text.EnumerateRunes().Select(rune => rune.IsBmp && !XmlConvert.IsXmlChar((char)rune.Value) ? " " : rune.ToString())
        );
        return clean.Length <= LongestText ? clean : clean[..LongestText];
    }
}
