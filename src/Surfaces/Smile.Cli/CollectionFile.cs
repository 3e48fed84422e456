using System.Globalization;
using System.Text;
using CsvHelper;
using Smile.Catalogue;
using Smile.Catalogue.Fields;
using Smile.CustomCollections;
using Smile.Kernel;

namespace Smile.Cli;

/// <summary>
/// Files of custom collections: CSV (RFC 4180) in UTF-8, with a first line that names the columns: the entry's code, its label, and its
/// fields by their names, those within compound fields as <c>compound/field</c>.
/// </summary>
internal static class CollectionFile
{
    /// <summary>A file that is larger has something else in it.</summary>
    private const long MostBytes = 64 * 1024 * 1024;

    private const int MostBytesOfALine = 256 * 1024;
    private const char Guard = '\'';

    /// <summary>What spreadsheets take for the beginning of a formula.</summary>
    private static readonly char[] Formulas = ['=', '+', '-', '@', '\t', '\r', '\n'];

    /// <returns>How many entries were written.</returns>
    public static async Task<int> WriteAsync(
        CustomCollection collection,
        IAsyncEnumerable<CustomCollectionEntry> entries,
        TextWriter output,
        CancellationToken cancellation
    )
    {
        var columns = collection.Fields.Leaves().ToList();
        await using var csv = CsvWriter.Create(output, new CsvWriterOptions(), leaveOpen: true);
        csv.WriteHeader([CustomCollection.CodeColumn, CustomCollection.LabelColumn, .. columns.Select(column => column.Path.ToString())]);
        var count = 0;
        await foreach (var entry in entries.WithCancellation(cancellation))
        {
            csv.WriteField(Guarded(entry.EntryCode));
            csv.WriteField(Guarded(entry.Label));
            foreach (var (path, field) in columns)
            {
                // Numbers are no formulas, also below zero.
                var text = ExportEntries.TextOf(entry, path);
                csv.WriteField(field.Kind is FieldKind.String or FieldKind.Reference ? Guarded(text) : text);
            }

            await csv.EndRecordAsync(cancellation);
            count++;
        }

        return count;
    }

    /// <summary>Reads the entries of a file. Columns may stand in any order; a field whose column it lacks is left as it is.</summary>
    /// <exception cref="CommandException">It is no such file.</exception>
    public static IReadOnlyList<ImportedEntry> Read(CustomCollection collection, Stream input)
    {
        const string Undone = "Nothing of it was imported.";
        return StrictCsv.Read(
            input,
            MostBytes,
            MostBytesOfALine,
            Undone,
            csv =>
            {
                var columns = ColumnsOf(collection, csv.Headers);
                var entries = new List<ImportedEntry>();
                while (csv.Read())
                {
                    if (entries.Count == ImportEntries.MostEntries)
                    {
                        throw new CommandException($"The file has more than {ImportEntries.MostEntries} entries. {Undone}");
                    }

                    entries.Add(Entry(csv, columns));
                }

                return entries;
            }
        );
    }

    /// <summary>
    /// Text that a spreadsheet would take for a formula gets an apostrophe before it, as spreadsheets write text themselves; so does text
    /// that would look as if it had got one. Reading takes it away again, so that what is read is what was written.
    /// </summary>
    internal static string Guarded(string text) => IsFormula(text) ? Guard + text : text;

    internal static string Unguarded(string text) => text.Length > 1 && text[0] == Guard && IsFormula(text) ? text[1..] : text;

    private static bool IsFormula(string text) => text.TrimStart(Guard) is { Length: > 0 } rest && Formulas.Contains(rest[0]);

    private static ImportedEntry Entry(CsvReader csv, Columns columns)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"line {csv.LineNumber}");
        return new ImportedEntry(
            line,
            Unguarded(csv.GetString(columns.Code)),
            columns.Label is { } label ? Unguarded(csv.GetString(label)) : null,
            [.. columns.Fields.Select(field => (field.Path, Unguarded(csv.GetString(field.Index))))]
        );
    }

    private static Columns ColumnsOf(CustomCollection collection, IReadOnlyList<string> header)
    {
        var known = ExportEntries.ColumnsOf(collection).ToDictionary(path => path.ToString());
        string[] expected = [CustomCollection.CodeColumn, CustomCollection.LabelColumn, .. known.Keys];
        var unknown = header.Except(expected).ToList();
        var twice = header.GroupBy(name => name).Where(same => same.Skip(1).Any()).Select(same => same.Key).ToList();
        var names = header.ToList();
        return unknown.Count > 0
                ? throw new CommandException(
                    $"The file's first line names columns that '{collection.Code}' does not have: {string.Join(", ", unknown)}. "
                        + $"It has {string.Join(", ", expected)}."
                )
            : twice.Count > 0 ? throw new CommandException($"The file's first line names a column twice: {string.Join(", ", twice)}.")
            : names.IndexOf(CustomCollection.CodeColumn) is var code and >= 0
                ? new Columns(
                    code,
                    names.IndexOf(CustomCollection.LabelColumn) is var label and >= 0 ? label : null,
                    [.. known.Where(column => names.Contains(column.Key)).Select(column => (names.IndexOf(column.Key), column.Value))]
                )
            : throw new CommandException(
                $"The file's first line does not name the column {CustomCollection.CodeColumn}. It may name {string.Join(", ", expected)}."
            );
    }

    /// <summary>Where a file has what.</summary>
    private sealed record Columns(int Code, int? Label, IReadOnlyList<(int Index, FieldPath Path)> Fields);
}
