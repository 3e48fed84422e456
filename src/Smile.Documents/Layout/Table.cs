using Smile.Documents.Pdf;
using Smile.Documents.Typography;

namespace Smile.Documents.Layout;

/// <summary>Where the cells of a column stand.</summary>
internal enum Alignment
{
    Left,
    Right,

    /// <summary>Below each other by their decimal points, brackets of credits beyond them.</summary>
    Figure,
}

/// <param name="Width">In points; zero for what the others leave.</param>
internal sealed record TableColumn(string Title, double Width, Alignment Alignment);

/// <summary>How a row stands out.</summary>
internal enum RowStyle
{
    Plain,

    /// <summary>A heading over the rows that follow; its first cell goes over the whole width.</summary>
    Heading,

    /// <summary>A sum of the rows before.</summary>
    Sum,
}

internal sealed record TableRow(RowStyle Style, IReadOnlyList<string> Cells);

/// <summary>A table that goes on over as many pages as it needs, its titles at the head of each.</summary>
internal sealed class Table
{
    private const double CellPadding = 4;
    private const double RowPadding = 3.2;
    private const double LineHeight = 11.2;

    /// <summary>More lines than this of one text help nobody.</summary>
    private const int MostLines = 24;

    private readonly PageFlow _flow;
    private readonly double _left;
    private readonly IReadOnlyList<TableColumn> _columns;
    private readonly double[] _widths;
    private readonly double[] _lefts;
    private readonly double[] _fractions;
    private readonly IReadOnlyList<TableRow> _rows;

    public Table(PageFlow flow, double left, double width, IReadOnlyList<TableColumn> columns, IReadOnlyList<TableRow> rows)
    {
        _flow = flow;
        _left = left;
        _columns = columns;
        _rows = rows;
        var free = width - columns.Sum(column => column.Width);
        _widths = [.. columns.Select(column => column.Width == 0 ? free : column.Width)];
        _lefts = [.. _widths.Select((_, index) => left + _widths.Take(index).Sum())];
        _fractions = [.. columns.Select((column, index) => column.Alignment == Alignment.Figure
            ? rows.Where(row => row.Style != RowStyle.Heading).Select(row => flow.Width(Fraction(row.Cells[index]), StyleOf(row))).DefaultIfEmpty().Max()
            : 0)];
    }

    private Theme Theme => _flow.Theme;

    private double TotalWidth => _widths.Sum();

    /// <summary>How high it is where no page ends within it.</summary>
    public double Height => TitleHeight + Enumerable.Range(0, _rows.Count).Sum(index => HeightOf(Lines(index)));

    private static double TitleHeight => LineHeight + 2 * RowPadding;

    public void Draw()
    {
        var first = _rows.Count > 0 ? HeightOf(Lines(0)) * 2 : 0;
        _flow.Demand(TitleHeight + first);
        DrawTitles();
        for (var index = 0; index < _rows.Count; index++)
        {
            var lines = Lines(index);
            var height = HeightOf(lines);
            if (_flow.Demand(height + (StaysWithNext(index) ? HeightOf(Lines(index + 1)) : 0)))
            {
                DrawTitles();
            }

            DrawRow(_rows[index], lines, height);
            _flow.Y += height;
        }
    }

    /// <summary>A heading is never the last on a page, a sum never the first.</summary>
    private bool StaysWithNext(int index) => index + 1 < _rows.Count && (_rows[index].Style == RowStyle.Heading || _rows[index + 1].Style == RowStyle.Sum);

    private TextStyle StyleOf(TableRow row) => row.Style == RowStyle.Plain ? Theme.Text : Theme.Strong;

    private IReadOnlyList<string>[] Lines(int index)
    {
        var row = _rows[index];
        return row.Style == RowStyle.Heading
            ? [_flow.Wrap(row.Cells[0], Theme.Strong, TotalWidth - 2 * CellPadding, MostLines)]
            : [.. row.Cells.Select((cell, column) => _columns[column].Alignment == Alignment.Figure
                ? [cell]
                : _flow.Wrap(cell, StyleOf(row), _widths[column] - 2 * CellPadding, MostLines))];
    }

    private static double HeightOf(IReadOnlyList<string>[] lines) => lines.Max(cell => cell.Count) * LineHeight + 2 * RowPadding;

    private void DrawTitles()
    {
        var style = new TextStyle(FontWeight.Semibold, 7.5, Colour.White);
        _flow.Page.Fill(Theme.Primary, _left, _flow.Y, TotalWidth, TitleHeight);
        for (var column = 0; column < _columns.Count; column++)
        {
            var baseline = _flow.Y + RowPadding + 8;
            if (_columns[column].Alignment == Alignment.Left)
            {
                _flow.Page.Text(_columns[column].Title, style, _lefts[column] + CellPadding, baseline);
            }
            else
            {
                _flow.Page.TextRight(_columns[column].Title, style, _lefts[column] + _widths[column] - CellPadding, baseline);
            }
        }

        _flow.Y += TitleHeight;
    }

    private void DrawRow(TableRow row, IReadOnlyList<string>[] lines, double height)
    {
        if (row.Style == RowStyle.Heading)
        {
            _flow.Page.Fill(Theme.Panel, _left, _flow.Y, TotalWidth, height);
        }

        _flow.Page.Rule(row.Style == RowStyle.Sum ? Theme.Quiet : Theme.Line, _left, row.Style == RowStyle.Sum ? _flow.Y : _flow.Y + height, TotalWidth, 0.5);
        var style = StyleOf(row) with { Colour = row.Style == RowStyle.Heading ? Theme.Primary : Theme.Body };
        for (var column = 0; column < lines.Length; column++)
        {
            for (var line = 0; line < lines[column].Count; line++)
            {
                DrawCell(lines[column][line], style, column, _flow.Y + RowPadding + 8.4 + line * LineHeight);
            }
        }
    }

    private void DrawCell(string text, TextStyle style, int column, double baseline)
    {
        var right = _lefts[column] + _widths[column] - CellPadding;
        switch (_columns[column].Alignment)
        {
            case Alignment.Left:
                _flow.Page.Text(text, style, _lefts[column] + CellPadding, baseline);
                break;
            case Alignment.Right:
                _flow.Page.TextRight(text, style, right, baseline);
                break;
            default:
                var fraction = Fraction(text);
                _flow.Page.Text(text, style, right - _fractions[column] - _flow.Width(text[..^fraction.Length], style), baseline);
                break;
        }
    }

    /// <summary>What stands behind the whole number: the decimals and the bracket of a credit.</summary>
    private static string Fraction(string figure)
    {
        var point = figure.LastIndexOf('.');
        return point >= 0 ? figure[point..] : figure.EndsWith(')') ? ")" : "";
    }
}
