using System.Globalization;
using System.IO.Compression;
using System.Text;
using Smile.Catalogue;
using Smile.Catalogue.Reading;
using Smile.Usage;
using Smile.Usage.Files;

namespace Smile.Modules.Tests.Usage;

/// <summary>Files of switches, as tables of what becomes of their lines.</summary>
public sealed class UsageFileTests
{
    private static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "Usage", "Files");

    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(Folder, "*.txt").Select(path => Path.GetFileNameWithoutExtension(path)).Order()];

    /// <summary>
    /// Each file has the keys of a source, lines of one of its files, and what becomes of each of them: its line, what it is and what it
    /// says. A star stands for whatever follows.
    /// </summary>
    [Theory]
    [MemberData(nameof(Files))]
    public void Every_line_is_something(string file)
    {
        var parts = File.ReadAllText(Path.Combine(Folder, file + ".txt")).Split("\n====\n");
        Check(parts[0], parts[1], parts[2].TrimEnd('\n'));
    }

    [Fact]
    public void Packed_files_are_read_as_they_are()
    {
        var source = Source("like: vocus");
        var text = ",c-1,2026-02-28,22:00:05,0,60,61255501234,61398765432,2026-03-01,Sydney,Melbourne,National,0.0451\n";
        using var gzip = new MemoryStream();
        using (var packed = new GZipStream(gzip, CompressionMode.Compress, leaveOpen: true))
        {
            packed.Write(Encoding.UTF8.GetBytes(text));
        }

        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = archive.CreateEntry("x.csv").Open();
            entry.Write(Encoding.UTF8.GetBytes(text));
        }

        Assert.Single(UsageContent.Read(gzip, source), line => line.Kind == UsageLineKind.Usage);
        Assert.Single(UsageContent.Read(zip, source), line => line.Kind == UsageLineKind.Usage);
    }

    [Fact]
    public async Task What_is_packed_anew_is_the_same_file()
    {
        using var plain = new MemoryStream("abc"u8.ToArray());
        using var gzip = new MemoryStream();
        await using (var packed = new GZipStream(gzip, CompressionLevel.Fastest, leaveOpen: true))
        {
            packed.Write("abc"u8);
        }

        var (hash, bytes) = await UsageContent.HashAsync(plain, CancellationToken.None);
        Assert.Equal((hash, bytes), await UsageContent.HashAsync(gzip, CancellationToken.None), Same);
        using var broken = new MemoryStream(gzip.ToArray()[..^9]);
        await Assert.ThrowsAsync<UsageFileException>(() =>
            UsageContent.HashAsync(new MemoryStream([0x50, 0x4b, 3, 4, 1]), CancellationToken.None)
        );

        static bool Same((byte[] Hash, long Bytes) one, (byte[] Hash, long Bytes) other) =>
            one.Hash.SequenceEqual(other.Hash) && one.Bytes == other.Bytes;
    }

    [Theory]
    [InlineData("+61 2 1234-5678", "61212345678")]
    [InlineData("0212345678", "61212345678")]
    [InlineData("0011 44 20 7123", "44207123")]
    [InlineData("61212345678", "61212345678")]
    [InlineData("131313", "131313")]
    [InlineData("0", "0")]
    [InlineData("anonymous", "anonymous")]
    [InlineData("", "")]
    [InlineData("9 0212345678", "61212345678")]
    public void Numbers_have_one_form(string written, string normal) =>
        Assert.Equal(normal, new UsageNumbers(new UsageNumbering("61", "0", ["0011"], [new NumberRewrite("90", "0")])).Normal(written));

    [Fact]
    public void The_two_hours_of_a_night_differ_where_the_offset_is_written()
    {
        var times = new UsageTimeReader([], null);
        Assert.Equal(
            TimeSpan.FromHours(1),
            times.Read("start", "2026-04-05T02:30:00+10:00") - times.Read("start", "2026-04-05T02:30:00+11:00")
        );
    }

    [Fact]
    public void A_key_is_of_the_id_and_a_content_of_all_the_rest()
    {
        var entry = new UsageEntry("x", UsageIdentifierType.Username, DateTimeOffset.UnixEpoch.AddYears(50), CallType.Voice)
        {
            ExternalId = "1",
            Seconds = 60m,
        };
        Assert.Equal(UsageFingerprint.Of("s", entry), UsageFingerprint.Of("s", entry with { Seconds = 60.00m }));
        Assert.Equal(UsageFingerprint.Of("s", entry).Key, UsageFingerprint.Of("s", entry with { Seconds = 61m }).Key);
        Assert.NotEqual(UsageFingerprint.Of("s", entry).Content, UsageFingerprint.Of("s", entry with { Seconds = 61m }).Content);
        Assert.NotEqual(UsageFingerprint.Of("s", entry).Key, UsageFingerprint.Of("t", entry).Key);
        Assert.NotEqual(
            UsageFingerprint.Of("s", entry with { ExternalId = null }).Key,
            UsageFingerprint.Of("s", entry with { ExternalId = null, Seconds = 61m }).Key
        );
    }

    private static void Check(string source, string file, string expected)
    {
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(file));
        var lines = UsageContent.Read(content, Source(source)).Select(Text).ToList();
        var wanted = expected.Split('\n');
        Assert.Equal(wanted.Length, lines.Count);
        Assert.All(
            wanted.Zip(lines),
            pair =>
            {
                if (pair.First.EndsWith('*'))
                {
                    Assert.StartsWith(pair.First[..^1], pair.Second, StringComparison.Ordinal);
                }
                else
                {
                    Assert.Equal(pair.First, pair.Second);
                }
            }
        );
    }

    private static UsageSourceItem Source(string keys)
    {
        var read = CatalogueReader.Read([new CatalogueSource("test.yaml", $"usageSources: [{{ code: test, {keys} }}]")]);
        Assert.Empty(read.Problems);
        return read.Content!.UsageSources.Single();
    }

    private static string Text(UsageLine line) =>
        string.Create(CultureInfo.InvariantCulture, $"{line.Number} {line.Kind}")
        + line.Kind switch
        {
            UsageLineKind.Usage => Text(line.Entry!),
            UsageLineKind.Trailer => string.Create(
                CultureInfo.InvariantCulture,
                $" {line.Totals!.Records:0.##}{(line.Totals.Seconds is { } seconds ? $" {seconds:0.##}s" : "")}"
            ),
            _ => line.Reason is { } reason ? " " + reason : "",
        };

    private static string Text(UsageEntry entry)
    {
        var parts = new List<string>
        {
            entry.ExternalId ?? "-",
            entry.IdentifierField is { } field ? $"{entry.IdentifierType}:{field}" : $"{entry.IdentifierType}",
            entry.Identifier,
            entry.Start.ToString("yyyy-MM-dd'T'HH:mm:ss.FFF'Z'", CultureInfo.InvariantCulture),
            $"{entry.CallType}",
        };
        Add(entry.Caller.Length + entry.Called.Length > 0, $"{entry.Caller}>{entry.Called}");
        Add(entry.Seconds > 0m, $"{entry.Seconds:0.###}s");
        Add(entry.BytesReceived + entry.BytesSent > 0, $"{entry.BytesReceived}/{entry.BytesSent}");
        Add(entry.Events != 1, $"x{entry.Events}");
        Add(entry.Session is not null, $"{entry.Session}");
        Add(!entry.IsStartOfSession, $"continued");
        Add(entry.Role == UsageRole.Called, $"called");
        Add(entry.WholesaleCharge is not null, $"${entry.WholesaleCharge:0.####}");
        Add(entry.Description is not null, $"'{entry.Description}'");
        return " " + string.Join(' ', parts);

        void Add(bool isThere, FormattableString text)
        {
            if (isThere)
            {
                parts.Add(text.ToString(CultureInfo.InvariantCulture));
            }
        }
    }
}
