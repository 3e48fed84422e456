using Smile.Catalogue;

namespace Smile.Usage.Files;

/// <summary>Lines whose values have their places.</summary>
internal static class FixedWidthRows
{
    private const int LongestLine = 100_000;

    public static IEnumerable<UsageRow> Read(TextReader reader, UsageLayout layout)
    {
        var columns = layout.Columns.ToDictionary(column => column.Name, StringComparer.Ordinal);
        for (var line = 1; BoundedLines.Read(reader, LongestLine) is { } read; line++)
        {
            if (read.IsCut)
            {
                yield return UsageRow.Broken(line, read.Text, $"The line has more than {LongestLine} characters.");
                continue;
            }

            var text = read.Text;
            if (text.Length == 0 || (layout.Comment is { } comment && text.StartsWith(comment, StringComparison.Ordinal)))
            {
                continue;
            }

            yield return new UsageRow(
                line,
                UsageRow.Shortened(text),
                name => columns.TryGetValue(name, out var column) ? Value(text, column) : ""
            );
        }
    }

    private static string Value(string line, UsageColumn column)
    {
        var from = column.From - 1;
        return from >= line.Length ? "" : line.Substring(from, Math.Min(column.Length, line.Length - from)).Trim();
    }
}
