using System.Security.Cryptography;
using System.Text;
using CsvHelper;
using Smile.Rating.RateCards;

namespace Smile.Cli;

/// <summary>How a file of somebody else's making is to be read.</summary>
/// <param name="Separator">What stands between its cells.</param>
/// <param name="Columns">What it calls our columns, by our names.</param>
/// <param name="Values">What all lines have of columns that it lacks, by our names.</param>
internal sealed record CardFileForm(char Separator, IReadOnlyDictionary<string, string> Columns, IReadOnlyDictionary<string, string> Values)
{
    public static CardFileForm Ours { get; } = new(',', new Dictionary<string, string>(), new Dictionary<string, string>());

    /// <param name="separator">One character, or the word <c>tab</c>.</param>
    /// <param name="columns">Such as <c>destination=Country</c>.</param>
    /// <param name="values">Such as <c>from=2026-12-01</c>.</param>
    /// <exception cref="CommandException">Something of it is not of that form.</exception>
    public static CardFileForm Read(string separator, IEnumerable<string> columns, IEnumerable<string> values) =>
        new(
            separator is "tab" or "\\t" ? '\t'
                : separator is { Length: 1 } ? separator[0]
                : throw new CommandException($"--separator: '{separator}' is not one character. For tabulators, write tab."),
            Pairs("--column", columns, "destination=Country"),
            Pairs("--value", values, "from=2026-12-01")
        );

    private static Dictionary<string, string> Pairs(string option, IEnumerable<string> given, string example)
    {
        var pairs = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var text in given)
        {
            var at = text.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0 || !pairs.TryAdd(text[..at].Trim(), text[(at + 1)..].Trim()))
            {
                throw new CommandException($"{option}: '{text}' is not of the form {example}, or names a column twice.");
            }
        }

        return pairs;
    }
}

/// <summary>
/// Files of rate cards and zones: CSV (RFC 4180) in UTF-8, with a first line that names the columns. Numbers have a decimal point.
/// </summary>
internal static class RateCardFile
{
    private const long MostBytes = 256 * 1024 * 1024;

    /// <summary>A line may have the prefixes of a whole country.</summary>
    private const int MostBytesOfALine = 4 * 1024 * 1024;

    /// <summary>Reads a file.</summary>
    /// <param name="required">The columns that it must have, by itself or by a value for all lines.</param>
    /// <exception cref="CommandException">It is no such file.</exception>
    public static IReadOnlyList<CardLine<TColumn>> Read<TColumn>(
        Stream input,
        CardFileForm form,
        IReadOnlyList<TColumn> required,
        int mostLines
    )
        where TColumn : struct, Enum
    {
        if (input.CanSeek && input.Length > MostBytes)
        {
            throw new CommandException($"The file has more than {MostBytes / 1024 / 1024} MB. Nothing of it was imported.");
        }

        var strict = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
        using var text = new StreamReader(input, strict, detectEncodingFromByteOrderMarks: true, leaveOpen: true);
        using var csv = CsvReader.Create(
            text,
            new CsvReaderOptions
            {
                Separator = form.Separator,
                TrackLineNumbers = true,
                MaxRecordSize = MostBytesOfALine,
                MalformedData = CsvMalformedDataHandling.Throw,
                FieldCountMismatch = CsvFieldCountHandling.Throw,
            }
        );
        try
        {
            csv.ReadHeader();
            var places = PlacesOf(csv.Headers, form, required);
            var lines = new List<CardLine<TColumn>>();
            while (csv.Read())
            {
                if (lines.Count == mostLines)
                {
                    throw new CommandException($"The file has more than {mostLines} lines. Nothing of it was imported.");
                }

                var cells = new string[places.Length];
                var isEmpty = true;
                for (var column = 0; column < places.Length; column++)
                {
                    var (index, value) = places[column];
                    cells[column] = index is { } place ? CollectionFile.Unguarded(csv.GetString(place)).Trim() : value;
                    isEmpty &= index is null || cells[column].Length == 0;
                }

                if (!isEmpty)
                {
                    lines.Add(new CardLine<TColumn>((int)csv.LineNumber, cells));
                }
            }

            return lines;
        }
        catch (DecoderFallbackException)
        {
            throw new CommandException("The file is not in UTF-8. Nothing of it was imported.");
        }
        catch (CsvFormatException exception)
        {
            throw new CommandException($"The file is no CSV: {exception.Message} Nothing of it was imported.");
        }
    }

    /// <summary>The columns that a file's first line names, as they are called there.</summary>
    public static IReadOnlyList<string> HeaderOf(Stream input, CardFileForm form)
    {
        using var text = new StreamReader(input, Encoding.UTF8, leaveOpen: true);
        var header = text.ReadLine() ?? "";
        input.Position = 0;
        return [.. header.Split(form.Separator).Select(name => name.Trim().Trim('"'))];
    }

    /// <summary>SHA-256 of all of it, and back to its beginning.</summary>
    public static async Task<string> HashAsync(Stream input, CancellationToken cancellation)
    {
        var hash = await SHA256.HashDataAsync(input, cancellation);
        input.Position = 0;
        return Convert.ToHexStringLower(hash);
    }

    /// <summary>Where each column is in the file, or what all lines have of it.</summary>
    private static (int? Index, string Value)[] PlacesOf<TColumn>(
        IReadOnlyList<string> header,
        CardFileForm form,
        IReadOnlyList<TColumn> required
    )
        where TColumn : struct, Enum
    {
        var names = CardColumns.Names<TColumn>();
        foreach (var name in form.Columns.Keys.Concat(form.Values.Keys))
        {
            if (!names.ContainsKey(name))
            {
                throw new CommandException($"There is no column '{name}'. The columns are {string.Join(", ", names.Keys)}.");
            }
        }

        var headers = header.Select(name => name.Trim()).ToList();
        var twice = headers
            .Where(name => name.Length > 0)
            .GroupBy(name => name, StringComparer.OrdinalIgnoreCase)
            .FirstOrDefault(same => same.Skip(1).Any());
        if (twice is not null)
        {
            throw new CommandException($"The file's first line names the column '{twice.Key}' twice.");
        }

        var places = new (int? Index, string Value)[names.Count];
        var used = new HashSet<int>();
        foreach (var (name, column) in names)
        {
            var theirs = form.Columns.GetValueOrDefault(name);
            var at = headers.FindIndex(each => each.Equals(theirs ?? name, StringComparison.OrdinalIgnoreCase));
            if (at < 0 && theirs is not null)
            {
                throw new CommandException(
                    $"The file's first line does not name the column '{theirs}'. It has {string.Join(", ", headers)}."
                );
            }

            if (at >= 0 && form.Values.ContainsKey(name))
            {
                throw new CommandException($"--value: the file has the column {name} itself.");
            }

            if (at < 0 && required.Contains(column) && !form.Values.ContainsKey(name))
            {
                throw new CommandException(
                    $"The file has no column '{name}'. Say what it is called there with --column {name}=NAME, or what all lines have"
                        + $" with --value {name}=VALUE. It has {string.Join(", ", headers)}."
                );
            }

            places[Convert.ToInt32(column, System.Globalization.CultureInfo.InvariantCulture)] =
                at >= 0 ? (at, "") : (null, form.Values.GetValueOrDefault(name, ""));
            if (at >= 0)
            {
                used.Add(at);
            }
        }

        // A file of somebody else may have more; one of ours that has is misspelt.
        var unused = headers.Where((_, index) => !used.Contains(index)).ToList();
        return unused.Count > 0 && form.Columns.Count == 0
            ? throw new CommandException(
                $"The file's first line names columns that nothing is known of: {string.Join(", ", unused)}. The columns are "
                    + $"{string.Join(", ", names.Keys)}. A foreign file's are named with --column."
            )
            : places;
    }
}
