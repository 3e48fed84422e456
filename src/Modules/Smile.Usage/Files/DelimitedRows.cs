using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using Smile.Catalogue;

namespace Smile.Usage.Files;

/// <summary>Lines of values between separators.</summary>
internal static class DelimitedRows
{
    /// <summary>Beyond it a quote that nobody closes would take the rest of the file into one value.</summary>
    private const int LongestValue = 100_000;

    public static IEnumerable<UsageRow> Read(TextReader reader, UsageLayout layout)
    {
        using var parser = new CsvParser(reader, Configuration(layout));
        var columns = Index(layout.Columns.Select(column => column.Name));
        var isFirst = true;
        var skipped = 0;
        while (Next(parser, out var problem))
        {
            var raw = parser.RawRecord.TrimEnd('\r', '\n');
            var line = parser.RawRow;
            if (problem is not null)
            {
                // What follows a record that has no end cannot be told apart from it.
                yield return UsageRow.Broken(line, raw, problem);
                yield break;
            }

            if (isFirst && layout.HasNames)
            {
                columns = Index(parser.Record!.Select(name => name.Trim()));
                (isFirst, skipped) = (false, layout.LinesAfterNames);
                yield return Header(line, raw);
                continue;
            }

            if (skipped > 0)
            {
                skipped--;
                yield return Header(line, raw);
                continue;
            }

            isFirst = false;
            var values = parser.Record!;
            var known = columns;
            yield return new UsageRow(
                line,
                UsageRow.Shortened(raw),
                name => known.TryGetValue(name, out var index) && index < values.Length ? values[index] : ""
            );
        }
    }

    /// <summary>A line that names columns or their types.</summary>
    internal static UsageRow Header(int line, string raw) => new(line, UsageRow.Shortened(raw), _ => "") { IsNames = true };

    private static bool Next(CsvParser parser, out string? problem)
    {
        problem = null;
        try
        {
            return parser.Read();
        }
        catch (Exception exception) when (exception is CsvHelperException)
        {
            problem = exception is MaxFieldSizeException ? $"A value has more than {LongestValue} characters: is a quote not closed?" : "It cannot be taken apart into values.";
            return true;
        }
    }

    private static CsvConfiguration Configuration(UsageLayout layout) =>
        new(CultureInfo.InvariantCulture)
        {
            Delimiter = layout.Separator == "tab" ? "\t" : layout.Separator,
            Mode = layout.Escape switch
            {
                TextEscape.Quotes => CsvMode.RFC4180,
                TextEscape.Backslash => CsvMode.Escape,
                _ => CsvMode.NoEscape,
            },
            Escape = layout.Escape == TextEscape.Backslash ? '\\' : '"',
            HasHeaderRecord = false,
            AllowComments = layout.Comment is not null,
            Comment = layout.Comment is { } comment ? comment[0] : '#',
            IgnoreBlankLines = true,
            BadDataFound = null,
            MaxFieldSize = LongestValue,
            DetectColumnCountChanges = false,
            CacheFields = false,
        };

    private static Dictionary<string, int> Index(IEnumerable<string> names)
    {
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (name, place) in names.Select((name, place) => (name, place)))
        {
            index.TryAdd(name, place);
        }

        return index;
    }
}
