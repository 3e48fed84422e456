using Smile.Cli;
using Spectre.Console;

namespace Smile.Server.Tests.Commands;

/// <summary>Tables of the command line: for people, and for programs that read them.</summary>
public sealed class TerminalTests
{
    private static readonly string[] Columns = ["account", ">owed", "why…"];

    /// <summary>A row is a line, however long, and brackets are text.</summary>
    [Fact]
    public void Who_reads_a_file_gets_one_line_for_each_row()
    {
        var reason = "[red]" + string.Join(' ', Enumerable.Repeat("word", 100));
        string[] expected = ["account   owed  why", "1001      5.00  " + reason, "77      -12.50"];
        Assert.Equal(expected.Select(Squeezed), Written(isWatched: false, ["1001", "5.00", reason], ["77", "-12.50", ""]).Select(Squeezed));
    }

    [Fact]
    public void Figures_stand_under_each_other()
    {
        var lines = Written(isWatched: false, ["1001", "5.00", "a"], ["77", "-12.50", "b"]);
        Assert.Equal(3, lines.Count);
        Assert.Equal(lines[1].IndexOf("5.00", StringComparison.Ordinal) + 4, lines[2].IndexOf("-12.50", StringComparison.Ordinal) + 6);
        Assert.All(lines, line => Assert.Equal(line.TrimEnd(), line));
    }

    [Fact]
    public void Who_watches_gets_a_frame()
    {
        var lines = Written(isWatched: true, ["1001", "5.00", "[red]"]);
        Assert.StartsWith("╭", lines[0], StringComparison.Ordinal);
        Assert.Contains(lines, line => line.Contains("[red]", StringComparison.Ordinal) && line.StartsWith('│'));
    }

    /// <summary>Prose is broken; what is copied into the next command never is: without room for it, there are lines.</summary>
    [Theory]
    [InlineData(80, true)]
    [InlineData(63, true)]
    [InlineData(62, false)]
    [InlineData(10, false)]
    public void Numbers_are_never_broken(int width, bool isFramed)
    {
        using var output = new StringWriter();
        var reason = string.Join(' ', Enumerable.Repeat("word", 30));
        new Terminal(output, isWatched: true, AnsiSupport.No, width).WriteTable(
            Columns,
            [
                ["2140001062", "1000000000.00", reason],
            ]
        );
        var text = output.ToString();
        Assert.Equal(isFramed, text.StartsWith('╭'));
        Assert.Contains("2140001062", text, StringComparison.Ordinal);
        Assert.Contains("1000000000.00", text, StringComparison.Ordinal);
        Assert.Equal(isFramed, !text.Contains(reason, StringComparison.Ordinal));
        Assert.True(!isFramed || text.Split('\n').All(line => line.Length <= width), text);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_table_without_rows_is_nothing(bool isWatched) => Assert.Empty(Written(isWatched));

    [Fact]
    public async Task Work_that_nobody_watches_is_not_told_of()
    {
        using var output = new StringWriter();
        Assert.True(await new Terminal(output, isWatched: false).WatchAsync("Work", show => Task.FromResult(show is null)));
        Assert.Equal("", output.ToString());
    }

    private static List<string> Written(bool isWatched, params string[][] rows)
    {
        using var output = new StringWriter();
        new Terminal(output, isWatched, AnsiSupport.No).WriteTable(Columns, rows);
        return [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    private static string Squeezed(string line) => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
