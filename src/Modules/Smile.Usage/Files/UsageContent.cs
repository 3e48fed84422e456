using System.IO.Compression;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using Smile.Catalogue;

namespace Smile.Usage.Files;

/// <summary>The lines of a usage file, whatever it is packed in.</summary>
internal static class UsageContent
{
    /// <summary>A file that unpacks to more is refused: it was made to fill memory or disk.</summary>
    private const long MostBytes = 16L * 1024 * 1024 * 1024;

    private const int BufferSize = 1 << 16;

    /// <summary>What stands for bytes that an encoding does not know.</summary>
    private const char Undecoded = '\uFFFD';

    /// <summary>The SHA-256 of what the file holds when it is unpacked: packing it anew makes no other file of it.</summary>
    /// <exception cref="UsageFileException">It cannot be unpacked.</exception>
    public static async Task<(byte[] Hash, long Bytes)> HashAsync(Stream file, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (content, expected) = Unpack(file);
        await using var _ = content;
        var checksum = new Crc32();
        var buffer = new byte[BufferSize];
        var total = 0L;
        try
        {
            for (int read; (read = await content.ReadAsync(buffer, cancellation)) > 0; total += read)
            {
                hash.AppendData(buffer, 0, read);
                checksum.Append(buffer.AsSpan(0, read));
                if (total > MostBytes)
                {
                    throw new UsageFileException($"It unpacks to more than {MostBytes} bytes.");
                }
            }
        }
        catch (InvalidDataException)
        {
            throw new UsageFileException("It cannot be unpacked: it is damaged, or not all of it is there.");
        }

        if (expected is { } stated && stated != checksum.GetCurrentHashAsUInt32())
        {
            throw new UsageFileException("It cannot be unpacked: its checksum is another one.");
        }

        return (hash.GetHashAndReset(), total);
    }

    /// <summary>Reads the lines one after the other. The same file always has the same lines.</summary>
    /// <exception cref="UsageFileException">It is not whole, or something else; before there is a first line.</exception>
    public static IEnumerable<UsageLine> Read(Stream file, UsageSourceItem source)
    {
        var entries = new UsageEntryReader(source);
        var rows = Rows(file, source);
        return source.Pairs is { } pairs ? new CallPairs(pairs, entries).Read(rows) : rows.Select(entries.Read);
    }

    /// <summary>
    /// The same row, or a broken one where it has bytes that its encoding does not know. All of those read alike: two calls would be one.
    /// </summary>
    private static UsageRow Decoded(UsageRow row, UsageLayout layout)
    {
        var isGarbled =
            row.Problem is null
            && (
                row.Raw.Contains(Undecoded)
                || (row.Raw.Length == UsageRow.LongestRaw && layout.Columns.Any(column => row.Column(column.Name).Contains(Undecoded)))
            );
        return isGarbled ? UsageRow.Broken(row.Line, row.Raw, $"It has bytes that are not {layout.Encoding}.") : row;
    }

    private static IEnumerable<UsageRow> Rows(Stream file, UsageSourceItem source)
    {
        using var content = Unpack(file).Content;
        if (source.Format == UsageFileFormat.Tap)
        {
            foreach (var row in TapRows.Read(content))
            {
                yield return row;
            }

            yield break;
        }

        using var reader = new StreamReader(
            content,
            Encoding.GetEncoding(
                source.Layout.Encoding,
                EncoderFallback.ReplacementFallback,
                new DecoderReplacementFallback($"{Undecoded}")
            ),
            detectEncodingFromByteOrderMarks: true,
            BufferSize
        );
        var rows = source.Format switch
        {
            UsageFileFormat.Delimited => DelimitedRows.Read(reader, source.Layout),
            UsageFileFormat.FixedWidth => FixedWidthRows.Read(reader, source.Layout),
            UsageFileFormat.Xml => XmlRows.Read(reader, source.Layout),
            UsageFileFormat.RadiusDetail => RadiusRows.Read(reader),
            _ => JsonRows.Read(reader),
        };
        foreach (var row in rows)
        {
            yield return Decoded(row, source.Layout);
        }
    }

    /// <returns>With the checksum that it must have; null where it is not stated, or looked at in reading.</returns>
    private static (Stream Content, uint? Checksum) Unpack(Stream file)
    {
        Span<byte> head = stackalloc byte[4];
        file.Position = 0;
        var length = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        file.Position = 0;
        return head[..length] switch
        {
            [0x1f, 0x8b, ..] => (new GZipStream(file, CompressionMode.Decompress, leaveOpen: true), null),
            [(byte)'P', (byte)'K', 3, 4] => Zipped(file),
            _ => (new KeptOpen(file), null),
        };
    }

    private static (Stream Content, uint? Checksum) Zipped(Stream file)
    {
        try
        {
            var archive = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
            return archive.Entries.Where(entry => entry.Length > 0 || entry.Name.Length > 0).ToList() is [var only]
                ? (only.Open(), only.Crc32)
                : throw new UsageFileException("A zip archive must hold one file.");
        }
        catch (InvalidDataException)
        {
            throw new UsageFileException("It cannot be unpacked: it is damaged, or not all of it is there.");
        }
    }

    /// <summary>A file that its reader does not close.</summary>
    private sealed class KeptOpen(Stream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override int Read(Span<byte> buffer) => inner.Read(buffer);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            inner.ReadAsync(buffer, cancellationToken);

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
