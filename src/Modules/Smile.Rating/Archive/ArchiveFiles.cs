using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Smile.Rating.Archive;

/// <summary>A file of an archived month.</summary>
/// <param name="Table">The table whose rows it has.</param>
/// <param name="Rows">How many, without the row of names.</param>
/// <param name="Sha256">Of the file as it is, in hexadecimal digits.</param>
internal sealed record ArchivedFile(string Table, string File, long Rows, long Bytes, string Sha256);

/// <summary>Says what the files of an archived month have. It is written last: files without it are not whole.</summary>
/// <param name="TakenFrom">Usage that began before is not taken any more.</param>
internal sealed record ArchiveManifest(
    int Format,
    Guid Id,
    string Month,
    int Part,
    DateTimeOffset Exported,
    string By,
    DateTimeOffset TakenFrom,
    IReadOnlyList<ArchivedFile> Files
);

/// <summary>
/// The files of archived months: gzip of CSV (RFC 4180) with a row of names. Each is written under a name that ends with <c>.tmp</c> and
/// renamed when it is whole. Only who writes them may read them: they say who has called whom.
/// </summary>
internal static class ArchiveFiles
{
    private const int BufferSize = 1 << 16;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>What the names of a month's files begin with.</summary>
    public static string NameOf(DateOnly month, int part) =>
        string.Create(CultureInfo.InvariantCulture, $"usage-{month:yyyy-MM}{(part == 1 ? "" : $".{part}")}");

    /// <summary>Writes rows as the database gives them.</summary>
    /// <param name="progress">Is told how many rows there are so far.</param>
    public static async Task<ArchivedFile> WriteAsync(
        string folder,
        string file,
        string table,
        TextReader rows,
        Action<long>? progress,
        CancellationToken cancellation
    )
    {
        var path = Path.Combine(folder, file);
        var counter = new CsvRowCounter();
        await using (var stream = Create(path))
        {
            await using (var packed = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true))
            await using (var writer = new StreamWriter(packed, new UTF8Encoding(false), BufferSize))
            {
                var buffer = new char[BufferSize];
                while (await rows.ReadAsync(buffer, cancellation) is > 0 and var length)
                {
                    counter.Add(buffer.AsSpan(0, length));
                    await writer.WriteAsync(buffer.AsMemory(0, length), cancellation);
                    progress?.Invoke(counter.Rows);
                }
            }

            stream.Flush(flushToDisk: true);
        }

        var (hash, bytes) = await HashAsync(path + ".tmp", cancellation);
        File.Move(path + ".tmp", path, overwrite: true);
        return new ArchivedFile(table, file, counter.Rows, bytes, hash);
    }

    public static async Task WriteAsync(string folder, string name, ArchiveManifest manifest, CancellationToken cancellation)
    {
        var path = ManifestPath(folder, name);
        await using (var stream = Create(path))
        {
            await JsonSerializer.SerializeAsync(stream, manifest, Json, cancellation);
            stream.Flush(flushToDisk: true);
        }

        File.Move(path + ".tmp", path, overwrite: true);
    }

    /// <summary>Null where there is none.</summary>
    /// <exception cref="ArchiveStoppedException">It cannot be read.</exception>
    public static async Task<ArchiveManifest?> ReadAsync(string folder, string name, CancellationToken cancellation)
    {
        var path = ManifestPath(folder, name);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            await using var stream = File.OpenRead(path);
            return await JsonSerializer.DeserializeAsync<ArchiveManifest>(stream, Json, cancellation);
        }
        catch (JsonException exception)
        {
            throw new ArchiveStoppedException($"{path} is no manifest of an archive: {exception.Message}");
        }
    }

    /// <summary>What is wrong with the files of a manifest; null where they are as it says.</summary>
    public static async Task<string?> WrongAsync(string folder, ArchiveManifest manifest, CancellationToken cancellation)
    {
        foreach (var file in manifest.Files)
        {
            var path = Path.Combine(folder, file.File);
            if (!File.Exists(path))
            {
                return $"There is no {path}.";
            }

            if (await HashAsync(path, cancellation) != (file.Sha256, file.Bytes))
            {
                return $"{path} is not the file that was written: its SHA-256 differs from the manifest's.";
            }
        }

        return null;
    }

    private static string ManifestPath(string folder, string name) => Path.Combine(folder, name + ".json");

    private static FileStream Create(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            Options = FileOptions.Asynchronous,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        return new FileStream(path + ".tmp", options);
    }

    private static async Task<(string Hash, long Bytes)> HashAsync(string path, CancellationToken cancellation)
    {
        await using var stream = File.OpenRead(path);
        return (Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation)), stream.Length);
    }
}

/// <summary>Counts the rows of CSV behind its row of names: line breaks within quotes end none.</summary>
internal sealed class CsvRowCounter
{
    private bool _isQuoted;
    private long _lines;

    public long Rows => Math.Max(0, _lines - 1);

    public void Add(ReadOnlySpan<char> text)
    {
        while (text.IndexOfAny('"', '\n') is >= 0 and var place)
        {
            if (text[place] == '"')
            {
                // A quote within quotes is doubled, and turns twice.
                _isQuoted = !_isQuoted;
            }
            else if (!_isQuoted)
            {
                _lines++;
            }

            text = text[(place + 1)..];
        }
    }
}
