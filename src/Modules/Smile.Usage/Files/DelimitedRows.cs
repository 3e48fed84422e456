using System.Globalization;
using System.Text;
using CsvHelper;
using Smile.Catalogue;

namespace Smile.Usage.Files;

/// <summary>
/// Lines of values between separators. A row is read before the next one is asked for: its columns are those of the line at hand.
/// </summary>
internal static class DelimitedRows
{
    /// <summary>Beyond it something else than a line of a switch is read.</summary>
    private const int LongestLine = 100_000;

    public static IEnumerable<UsageRow> Read(TextReader reader, UsageLayout layout)
    {
        string? problem = null;
        using var csv = CsvReader.Create(reader, Options(layout, malformed => problem = Said(malformed.Reason)), leaveOpen: true);
        var columns = Index(layout.Columns.Select(column => column.Name));
        var headers = layout.HasNames ? 1 + layout.LinesAfterNames : 0;
        for (var record = 1; ; record++)
        {
            problem = null;
            if (!Next(csv))
            {
                yield break;
            }

            var line = (int)Math.Max(1, csv.LineNumber);
            var raw = Encoding.UTF8.GetString(csv.RawRecord).TrimEnd('\r', '\n');
            if (problem is not null)
            {
                yield return UsageRow.Broken(line, raw, problem);
                continue;
            }

            if (record <= headers)
            {
                columns = record == 1 ? Index(Values(csv).Select(name => name.Trim())) : columns;
                yield return new UsageRow(line, UsageRow.Shortened(raw), _ => "") { Names = [.. columns.Keys] };
                continue;
            }

            var known = columns;
            yield return new UsageRow(
                line,
                UsageRow.Shortened(raw),
                name => known.TryGetValue(name, out var index) && index < csv.FieldCount ? csv.GetString(index) : ""
            );
        }
    }

    /// <summary>What cannot be read on hides what stands behind it: such a file is not taken as if that were all.</summary>
    private static bool Next(CsvReader csv)
    {
        try
        {
            return csv.Read();
        }
        catch (CsvFormatException)
        {
            throw new UsageFileException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Behind line {csv.LineNumber}: a line has more than {LongestLine} characters, and it cannot be read on from there."
                )
            );
        }
    }

    private static CsvReaderOptions Options(UsageLayout layout, Action<CsvMalformedRecord> malformed) =>
        new()
        {
            Separator = layout.Separator == "tab" ? '\t' : layout.Separator[0],
            HasHeader = false,
            Mode = layout.Escape switch
            {
                TextEscape.Quotes => CsvMode.Rfc4180,
                TextEscape.Backslash => CsvMode.Escape,
                _ => CsvMode.NoEscape,
            },

            // A quote that nobody closes must not take the rest of the file into one value.
            AllowLineBreaksInQuotes = false,
            CommentPrefix = layout.Comment is { } comment ? comment[0] : null,
            DetectSeparatorHint = false,
            MaxRecordSize = LongestLine,
            TrackLineNumbers = true,
            TrimWhitespace = false,
            MalformedData = CsvMalformedDataHandling.Recover,
            OnMalformedRecord = malformed,
            PoolStrings = true,
        };

    private static string Said(CsvMalformedReason reason) =>
        reason switch
        {
            CsvMalformedReason.UnterminatedQuote or CsvMalformedReason.LineBreakInQuotes => "A quote is not closed.",
            CsvMalformedReason.TrailingEscape => "The line ends with a backslash.",
            _ => "Quotes stand where they do not belong.",
        };

    private static IEnumerable<string> Values(CsvReader csv) => Enumerable.Range(0, csv.FieldCount).Select(csv.GetString).ToList();

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
