using Spectre.Console;

namespace Smile.Cli;

/// <summary>
/// Tables and progress for operators. Who watches a terminal gets frames, its width and a bar that moves; a file or another program gets
/// plain lines, one for each row, and no progress.
/// </summary>
internal sealed class Terminal(TextWriter output, bool isWatched, AnsiSupport ansi = AnsiSupport.Detect, int? width = null)
{
    /// <summary>Wider than any row: a row that another program reads is never broken.</summary>
    private const int WidthOfLines = 10_000;

    private const int LeastWidthOfProse = 30;

    /// <summary>Standard output.</summary>
    public static Terminal Standard => new(Console.Out, !Console.IsOutputRedirected);

    public TextWriter Output => output;

    /// <summary>
    /// Writes rows under the names of their columns; nothing where there is no row. Numbers and names are never broken: where they do not
    /// fit beside each other, a terminal gets the plain lines too.
    /// </summary>
    /// <param name="columns">Their names. Those that begin with &gt; stand at the right: figures. Those that end with … hold prose, which
    /// may be broken.</param>
    public void WriteTable(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        IReadOnlyList<IReadOnlyList<string>> cells = [.. rows];
        if (cells.Count == 0)
        {
            return;
        }

        var console = Open(output);
        if (isWatched && WidthOf(columns, cells) <= console.Profile.Width)
        {
            console.Write(Table(columns, cells, TableBorder.Rounded));
            return;
        }

        using var text = new StringWriter();
        var lines = Open(text);
        lines.Profile.Width = WidthOfLines;
        lines.Write(Table(columns, cells, TableBorder.None));
        foreach (var line in text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            output.WriteLine(line.TrimEnd());
        }
    }

    private static Table Table(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows, TableBorder border)
    {
        var table = new Table { Border = border };
        foreach (var name in columns)
        {
            table.AddColumn(
                new TableColumn(new Text(Heading(name), new Style(decoration: Decoration.Bold)))
                {
                    Alignment = IsFigure(name) ? Justify.Right : Justify.Left,
                    NoWrap = !IsProse(name),
                }
            );
        }

        foreach (var row in rows)
        {
            table.AddRow(row.Select(cell => new Text(cell)));
        }

        return table;
    }

    /// <summary>The least that a framed table takes, with prose at a width at which it can be read.</summary>
    private static int WidthOf(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        const int padding = 3;
        return 1
            + columns
                .Select(
                    (name, at) =>
                        padding
                        + rows.Select(row => row[at].GetCellWidth())
                            .Append(Heading(name).GetCellWidth())
                            .Max(width => IsProse(name) ? Math.Min(width, LeastWidthOfProse) : width)
                )
                .Sum();
    }

    private static bool IsFigure(string name) => name.StartsWith('>');

    private static bool IsProse(string name) => name.EndsWith('…');

    private static string Heading(string name) => name.TrimStart('>').TrimEnd('…');

    /// <summary>Shows a bar while work goes on. It is taken away at the end.</summary>
    /// <param name="what">Shown until there is more to say.</param>
    /// <param name="work">Does it, and says how far it is: what is done, of how much, in words.</param>
    public Task<T> WatchAsync<T>(string what, Func<Action<double, double, string>?, Task<T>> work) =>
        !isWatched
            ? work(null)
            : Open(output)
                .Progress()
                .AutoClear(true)
                .Columns(new ProgressBarColumn { Width = 12 }, new TaskDescriptionColumn { Alignment = Justify.Left })
                .StartAsync(progress =>
                {
                    var bar = progress.AddTask(what, maxValue: 1);
                    return work(
                        (done, all, words) =>
                        {
                            bar.Description = words.EscapeMarkup();
                            bar.Value(all > 0 ? done / all : 0);
                        }
                    );
                });

    private IAnsiConsole Open(TextWriter target)
    {
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Out = new AnsiConsoleOutput(target),
                Ansi = isWatched ? ansi : AnsiSupport.No,
                Interactive =
                    isWatched && ansi == AnsiSupport.Yes ? InteractionSupport.Yes
                    : isWatched ? InteractionSupport.Detect
                    : InteractionSupport.No,
            }
        );
        console.Profile.Width = isWatched ? width ?? console.Profile.Width : WidthOfLines;
        return console;
    }
}
