using Spectre.Console;

namespace Smile.Cli;

/// <summary>
/// Tables and progress for operators. Who watches a terminal gets frames, its width and a bar that moves; a file or another program gets
/// plain lines, one for each row, and no progress.
/// </summary>
internal sealed class Terminal(TextWriter output, bool isWatched, AnsiSupport ansi = AnsiSupport.Detect)
{
    /// <summary>Wider than any row: a row that another program reads is never broken.</summary>
    private const int WidthOfLines = 10_000;

    /// <summary>Standard output.</summary>
    public static Terminal Standard => new(Console.Out, !Console.IsOutputRedirected);

    public TextWriter Output => output;

    /// <summary>Writes rows under the names of their columns; nothing where there is no row.</summary>
    /// <param name="columns">Their names. Those that begin with &gt; stand at the right: figures.</param>
    public void WriteTable(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table { Border = isWatched ? TableBorder.Rounded : TableBorder.None };
        foreach (var name in columns)
        {
            var isFigure = name.StartsWith('>');
            var column = new TableColumn(new Text(isFigure ? name[1..] : name, new Style(decoration: Decoration.Bold)));
            column.Alignment = isFigure ? Justify.Right : Justify.Left;
            column.NoWrap = isFigure;
            table.AddColumn(column);
        }

        foreach (var row in rows)
        {
            table.AddRow(row.Select(cell => new Text(cell)));
        }

        if (table.Rows.Count == 0)
        {
            return;
        }

        if (isWatched)
        {
            Open(output).Write(table);
            return;
        }

        using var text = new StringWriter();
        Open(text).Write(table);
        foreach (var line in text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            output.WriteLine(line.TrimEnd());
        }
    }

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
        if (!isWatched)
        {
            console.Profile.Width = WidthOfLines;
        }

        return console;
    }
}
