using Smile.Rendering.Pdf;
using Smile.Rendering.Typography;

namespace Smile.Rendering.Layout;

/// <summary>Where the cells of a column stand.</summary>
internal enum Alignment
{
    Left,
    Right,

    /// <summary>Below each other by their decimal points, brackets of credits beyond them.</summary>
    Figure,
}

/// <param name="Width">In points; zero for what the others leave.</param>
internal sealed record TableColumn(string Title, double Width, Alignment Alignment)
{
    /// <summary>In points: less is not left to a column that has what the others leave.</summary>
    public double Least { get; init; } = 96;
}

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

    private const double TitleSize = 7.5;

    /// <summary>Letters that are smaller than this part of their usual size are not read.</summary>
    private const double LeastScale = 0.55;

    private readonly PageFlow _flow;
    private readonly double _left;
    private readonly IReadOnlyList<TableColumn> _columns;
    private readonly double[] _widths;
    private readonly double[] _lefts;
    private readonly double[] _fractions;
    private readonly double _scale;
    private readonly IReadOnlyList<TableRow> _rows;

    public Table(PageFlow flow, double left, double width, IReadOnlyList<TableColumn> columns, IReadOnlyList<TableRow> rows)
    {
        _flow = flow;
        _left = left;
        _columns = columns;
        _rows = rows;
        _scale = Scales().FirstOrDefault(scale => Free(scale, width) >= Least, LeastScale);
        _widths = [.. columns.Select(column => column.Width == 0 ? Math.Max(Free(_scale, width), 0) : WidthOf(column, _scale))];
        _lefts = [.. _widths.Select((_, index) => left + _widths.Take(index).Sum())];
        _fractions = [.. columns.Select(column => column.Alignment == Alignment.Figure ? Widest(column, Fraction) * _scale : 0)];
    }

    private Theme Theme => _flow.Theme;

    private double TotalWidth => _widths.Sum();

    /// <summary>How high it is where no page ends within it.</summary>
    public double Height => TitleHeight + Enumerable.Range(0, _rows.Count).Sum(index => HeightOf(Lines(index)));

    /// <summary>What the column must have that takes what the others leave.</summary>
    private double Least => _columns.Where(column => column.Width == 0).Select(column => column.Least).DefaultIfEmpty().Max();

    private TextStyle TitleStyle => new(FontWeight.Semibold, TitleSize * _scale, Colour.White);

    private static double TitleHeight => LineHeight + 2 * RowPadding;

    public void Draw()
    {
        var first = _rows.Count > 0 ? HeightOf(Lines(0)) * 2 : 0;
        _flow.Require(TitleHeight + first);
        DrawTitles();
        for (var index = 0; index < _rows.Count; index++)
        {
            var lines = Lines(index);
            var height = HeightOf(lines);
            if (_flow.Require(height + (StaysWithNext(index) ? HeightOf(Lines(index + 1)) : 0)))
            {
                DrawTitles();
            }

            DrawRow(_rows[index], lines, height);
            _flow.Y += height;
        }
    }

    /// <summary>From the usual size of letters down, until long figures leave room for the text beside them.</summary>
    private static IEnumerable<double> Scales() =>
        Enumerable.Range(0, 10).Select(step => 1 - step * 0.05).Where(scale => scale >= LeastScale);

    private double Free(double scale, double width) =>
        width - _columns.Where(column => column.Width > 0).Sum(column => WidthOf(column, scale));

    /// <summary>So wide that neither its title nor a figure stands in the next column.</summary>
    private double WidthOf(TableColumn column, double scale)
    {
        var title = _flow.Width(column.Title, TitleStyle with { Size = TitleSize }) * scale + 2 * CellPadding;
        var figure =
            column.Alignment == Alignment.Figure ? (Widest(column, Whole) + Widest(column, Fraction)) * scale + 2 * CellPadding : 0;
        return Math.Max(Math.Max(column.Width * scale, title), figure);
    }

    /// <summary>The widest of a part of the column's figures, at the usual size of letters.</summary>
    private double Widest(TableColumn column, Func<string, string> part)
    {
        var index = _columns.TakeWhile(candidate => candidate != column).Count();
        return _rows
            .Where(row => row.Style != RowStyle.Heading)
            .Select(row => _flow.Width(part(row.Cells[index]), row.Style == RowStyle.Plain ? Theme.Text : Theme.Strong))
            .DefaultIfEmpty()
            .Max();
    }

    /// <summary>A heading is never the last on a page, a sum never the first.</summary>
    private bool StaysWithNext(int index) =>
        index + 1 < _rows.Count && (_rows[index].Style == RowStyle.Heading || _rows[index + 1].Style == RowStyle.Sum);

    private TextStyle StyleOf(TableRow row) => Scaled(row.Style == RowStyle.Plain ? Theme.Text : Theme.Strong);

    private TextStyle Scaled(TextStyle style) => style with { Size = style.Size * _scale };

    private IReadOnlyList<string>[] Lines(int index)
    {
        var row = _rows[index];
        return row.Style == RowStyle.Heading
            ? [_flow.Wrap(row.Cells[0], Scaled(Theme.Strong), TotalWidth - 2 * CellPadding, MostLines)]
            :
            [
                .. row.Cells.Select(
                    (cell, column) =>
                        _columns[column].Alignment == Alignment.Figure
                            ? [cell]
                            : _flow.Wrap(cell, StyleOf(row), _widths[column] - 2 * CellPadding, MostLines)
                ),
            ];
    }

    private static double HeightOf(IReadOnlyList<string>[] lines) => lines.Max(cell => cell.Count) * LineHeight + 2 * RowPadding;

    private void DrawTitles()
    {
        var style = TitleStyle;
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

        _flow.Page.Rule(
            row.Style == RowStyle.Sum ? Theme.Quiet : Theme.Line,
            _left,
            row.Style == RowStyle.Sum ? _flow.Y : _flow.Y + height,
            TotalWidth,
            0.5
        );
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
                _flow.Page.Text(text, style, right - _fractions[column] - _flow.Width(Whole(text), style), baseline);
                break;
        }
    }

    /// <summary>What stands behind the whole number: the decimals and the bracket of a credit.</summary>
    private string Fraction(string figure)
    {
        var point = figure.LastIndexOf(_flow.Language.DecimalPoint, StringComparison.Ordinal);
        return point >= 0 ? figure[point..]
            : figure.EndsWith(')') ? ")"
            : "";
    }

    private string Whole(string figure) => figure[..^Fraction(figure).Length];
}
