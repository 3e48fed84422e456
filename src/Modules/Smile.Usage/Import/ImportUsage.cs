using System.Globalization;
using System.Text.RegularExpressions;
using Smile.Catalogue;
using Smile.Kernel;
using Smile.Session;
using Smile.Usage.Binding;
using Smile.Usage.Files;
using Smile.Usage.Storage;

namespace Smile.Usage.Import;

/// <summary>How far a file is.</summary>
/// <param name="Read">Lines that are accounted for.</param>
public readonly record struct UsageProgress(int Read);

/// <summary>
/// Brings a file of usage in: each line ends as bound, suspended, duplicate, conflict, ignored, header or trailer. A file that was stopped
/// goes on where it was, and one that came before brings nothing new.
/// </summary>
[UseCase]
public sealed class ImportUsage(StageSession session, UsageDatabase database, UsageBinder binder)
{
    /// <summary>Lines that are written together.</summary>
    private const int LinesOfBatch = 5_000;

    private const int LongestName = 400;

    private const int LongestMessage = 2_000;

    /// <param name="name">The name of the file, without folders.</param>
    /// <param name="file">Read twice, from its beginning.</param>
    /// <param name="progress">Is told after each batch.</param>
    /// <returns>The file as it stands, and whether it had come before.</returns>
    /// <exception cref="SmileException">There is no such source.</exception>
    /// <exception cref="UsageFileException">The file cannot be read at all; nothing of it was taken.</exception>
    public async Task<(UsageFile File, bool IsKnown)> ExecuteAsync(
        string sourceCode,
        string name,
        Stream file,
        Action<UsageProgress>? progress,
        CancellationToken cancellation
    )
    {
        session.Caller.RequireAllAccounts();
        var source = Source(sourceCode);
        if (name.Length is 0 or > LongestName)
        {
            throw Refuse.Invalid("name", name, $"The name of a file has 1 to {LongestName} characters.");
        }

        var (hash, bytes) = await UsageContent.HashAsync(file, cancellation);
        var (sequence, version) = Named(source, name);
        var number = await database.NextNumberAsync(cancellation);
        var (entered, isNew) = await UsageFileRows.EnterAsync(
            database,
            new UsageFile(number, source.Code, name, bytes, UsageFileStatus.Reading, session.Now, null, UsageCounts.None, sequence, null)
            {
                Version = version,
            },
            hash,
            session.Caller.Usn.Value,
            cancellation
        );
        if (entered.Status != UsageFileStatus.Reading)
        {
            return (entered, true);
        }

        try
        {
            if (await PrecededAsync(entered, cancellation) is { } preceding)
            {
                return (entered with { Message = preceding }, !isNew);
            }

            await ReadAsync(source, entered, file, progress, cancellation);
        }
        catch (UsageFileOvertakenException)
        {
            return (entered with { Message = "A later version of it is being read: it waits for what becomes of that." }, !isNew);
        }
        catch (UsageFileException exception)
        {
            await RefuseAsync(entered, exception.Message, cancellation);
        }
        catch (UsageFileTakenException)
        {
            // Another server brings the same file: it will end there.
            isNew = false;
        }

        return ((await UsageFileRows.FindAsync(database, entered.Id, cancellation))!, !isNew);
    }

    private UsageSourceItem Source(string code) =>
        session.Catalogue.UsageSource(code)
        ?? throw Refuse.Invalid(
            "source",
            code,
            session.Catalogue.Content.UsageSources is { Count: > 0 } known
                ? $"There is no such usage source. There are: {string.Join(", ", known.Select(source => source.Code))}."
                : "The catalogue has no usageSources."
        );

    private async Task ReadAsync(
        UsageSourceItem source,
        UsageFile file,
        Stream content,
        Action<UsageProgress>? progress,
        CancellationToken cancellation
    )
    {
        var takesPlace = file.Version is not null && await TakesPlaceAsync(source, file, content, cancellation);
        var totals = new FileTotals();
        var read = 0;

        // A batch is written while the next one is read: they are written one after the other.
        await using var writer = new BatchesInTurn(batch => UsageBatchWriter.WriteAsync(database, batch, cancellation), progress);
        foreach (var lines in UsageContent.Read(content, source).Chunk(LinesOfBatch))
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var line in lines)
            {
                totals.Add(line);
            }

            if (totals.Unreadable > source.MostUnreadable)
            {
                throw new UsageFileException(TooManyUnreadable(source, totals));
            }

            // Lines that were brought in before the reading was stopped are passed over, all of a batch or none.
            if (read >= file.Counts.Read)
            {
                await writer.AddAsync(await BatchAsync(source, file, read, lines, cancellation), read + lines.Length);
            }

            read += lines.Length;
        }

        await writer.EndAsync();

        if (takesPlace)
        {
            while (await VersionRows.TakeBackAsync(database, file, file.Version!, session.Now, cancellation)) { }
        }

        var message = await RemarksAsync(source, file, totals, cancellation);
        await (
            takesPlace
                ? VersionRows.FinishAsync(database, file, file.Version!, message, session.Now, cancellation)
                : UsageFileRows.FinishAsync(database, file.Id, UsageFileStatus.Done, message, session.Now, cancellation)
        );
    }

    /// <summary>Why nothing is to be read of a file whose name says that it is a version; null where it is the latest.</summary>
    private async Task<string?> PrecededAsync(UsageFile file, CancellationToken cancellation)
    {
        if (file.Version is not { } version || await VersionRows.GoesBeforeAsync(database, file, version, cancellation) is not { } other)
        {
            return null;
        }

        if (other.Version == version.Number)
        {
            throw new UsageFileException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Version {other.Version} of it came before with other content: file {other.Id}."
                )
            );
        }

        return other.Status == UsageFileStatus.Reading
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"Version {other.Version} of it is being read, file {other.Id}: it waits for what becomes of that."
            )
            : throw new UsageFileException(
                string.Create(CultureInfo.InvariantCulture, $"A later version of it came before: version {other.Version}, file {other.Id}.")
            );
    }

    /// <summary>
    /// Whether there are earlier versions, whose place the file takes. It is read once before: what cannot be read must not take back what
    /// could be.
    /// </summary>
    private async Task<bool> TakesPlaceAsync(UsageSourceItem source, UsageFile file, Stream content, CancellationToken cancellation)
    {
        if (!await VersionRows.HasEarlierAsync(database, file, file.Version!, cancellation))
        {
            return false;
        }

        if (file.Counts.Read > 0)
        {
            return true;
        }

        var (totals, usage) = (new FileTotals(), 0);
        foreach (var line in UsageContent.Read(content, source))
        {
            totals.Add(line);
            usage += line.Kind == UsageLineKind.Usage ? 1 : 0;
        }

        return totals.Unreadable > source.MostUnreadable ? throw new UsageFileException(TooManyUnreadable(source, totals))
            : usage == 0 ? throw new UsageFileException("It has no usage, so it takes no place of an earlier version.")
            : true;
    }

    private Task RefuseAsync(UsageFile file, string why, CancellationToken cancellation) =>
        UsageFileRows.FinishAsync(database, file.Id, UsageFileStatus.Refused, Shortened(why), session.Now, cancellation);

    private static string TooManyUnreadable(UsageSourceItem source, FileTotals totals) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"More than {source.MostUnreadable} lines could not be read, so this is no file of the source. "
                + $"The first: line {totals.FirstUnreadable?.Number}: {totals.FirstUnreadable?.Reason}"
        );

    private async Task<UsageBatch> BatchAsync(
        UsageSourceItem source,
        UsageFile file,
        int before,
        UsageLine[] lines,
        CancellationToken cancellation
    )
    {
        var usage = lines.Where(line => line.Kind == UsageLineKind.Usage).ToList();
        var bindings = await binder.BindAsync(source, [.. usage.Select(line => line.Entry!)], cancellation);
        var items = usage
            .Select((line, index) => new UsageItem(line, line.Entry, UsageFingerprint.Of(source.Code, line.Entry!), bindings[index]))
            .Concat(
                lines
                    .Where(line => line.Kind is UsageLineKind.Unreadable or UsageLineKind.Incomplete)
                    .Select(line => new UsageItem(
                        line,
                        null,
                        UsageFingerprint.Of(source.Code, Known(file, line)),
                        BoundUsage.Waits(
                            line.Kind == UsageLineKind.Incomplete ? SuspenseReason.Incomplete : SuspenseReason.Unreadable,
                            Shortened(line.Reason!)
                        )
                    ))
            )
            .ToList();
        var ignored = lines
            .Where(line => line.Kind == UsageLineKind.Ignored)
            .GroupBy(line => line.Reason!)
            .ToDictionary(group => group.Key, group => group.Count());
        var (headers, trailers) = (Count(UsageLineKind.Header), Count(UsageLineKind.Trailer));
        return new UsageBatch(
            file.Id,
            source.Code,
            new UsageNumbers(source.Numbering),
            before,
            items,
            UsageCounts.None with
            {
                Read = ignored.Values.Sum() + headers + trailers,
                Ignored = ignored.Values.Sum(),
                Headers = headers,
                Trailers = trailers,
            },
            ignored,
            session.Now
        )
        {
            Version = file.Version,
            HasVersions = source.FileName?.Contains("(?<file>", StringComparison.Ordinal) == true,
        };

        // What cannot be read is nothing that came before, though it may look alike: it is an error each time.
        static string Known(UsageFile file, UsageLine line) =>
            line.Kind == UsageLineKind.Unreadable
                ? string.Create(CultureInfo.InvariantCulture, $"{file.Id}/{line.Number}/{line.Raw}")
                : line.Raw;

        int Count(UsageLineKind kind) => lines.Count(line => line.Kind == kind);
    }

    /// <summary>What is to be said about a file that was read: totals that do not agree, and files that are missing before it.</summary>
    private async Task<string?> RemarksAsync(UsageSourceItem source, UsageFile file, FileTotals totals, CancellationToken cancellation)
    {
        var remarks = totals.Remarks(expectsTrailer: source.Trailer is not null).ToList();
        if (
            file.Sequence is { } sequence
            && await UsageFileRows.MissingBeforeAsync(database, source.Code, sequence, cancellation) is { Count: > 0 } missing
        )
        {
            remarks.Add($"Files are missing before it: {string.Join(", ", missing)}.");
        }

        return remarks.Count == 0 ? null : Shortened(string.Join(" ", remarks));
    }

    private static (long? Sequence, UsageFileVersion? Version) Named(UsageSourceItem source, string name)
    {
        if (source.FileName is null || new Regex(source.FileName, RegexOptions.NonBacktracking).Match(name) is not { Success: true } match)
        {
            return (null, null);
        }

        return (
            Number("sequence"),
            match.Groups["file"] is { Success: true } key ? new UsageFileVersion(key.Value, (int)(Number("version") ?? 0L)) : null
        );

        // A part of the name that is there and is no number would make it another file than it is.
        long? Number(string part) =>
            match.Groups[part] is not { Success: true, Value: { Length: > 0 } digits } ? null
            : int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : part == "sequence" && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) ? sequence
            : throw new UsageFileException($"The {part} in its name, {digits}, is no number that there can be.");
    }

    private static string Shortened(string text) => text.Length <= LongestMessage ? text : text[..LongestMessage];
}
