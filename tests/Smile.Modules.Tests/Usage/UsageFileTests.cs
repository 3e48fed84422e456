using System.Globalization;
using System.IO.Compression;
using System.Text;
using Smile.Catalogue;
using Smile.Usage;
using Smile.Usage.Files;
using Smile.Usage.Import;
using static Smile.Modules.Tests.Usage.UsageLines;

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

    /// <summary>
    /// A file that is cut anywhere: all records that are whole are what they were, and what is left of the last one is something, too.
    /// </summary>
    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_that_is_cut_anywhere_loses_nothing_in_silence(string file)
    {
        var parts = File.ReadAllText(Path.Combine(Folder, file + ".txt")).Split("\n====\n");
        var source = Source(parts[0]);
        var bytes = Encoding.UTF8.GetBytes(parts[1]);
        var random = new Random(4711);
        for (var round = 0; round < 100; round++)
        {
            using var content = new MemoryStream(bytes, 0, random.Next(bytes.Length + 1));
            List<UsageLine> lines;
            try
            {
                lines = [.. UsageContent.Read(content, source)];
            }
            catch (UsageFileException)
                when (parts[2].StartsWith("Refused", StringComparison.Ordinal)
                    || source.Format is UsageFileFormat.Xml or UsageFileFormat.Json
                    || bytes.AsSpan(0, (int)content.Length).IndexOf((byte)'\n') < 0
                )
            {
                // It is told, and nothing is taken of what ends nowhere.
                continue;
            }

            Assert.True(
                source.Format != UsageFileFormat.Xml || content.Length == bytes.Length || parts[1][(int)content.Length..].Trim().Length == 0
            );
            var totals = new FileTotals();
            lines.ForEach(totals.Add);
            Assert.Equal(lines.Count(line => line.Kind == UsageLineKind.Unreadable), totals.Unreadable);
            var read = Encoding.UTF8.GetString(content.ToArray()).Split('\n');
            if (source.Format == UsageFileFormat.RadiusDetail)
            {
                Assert.Equal(read.Where((line, index) => IsBeginOfBlock(line, index == 0 ? "" : read[index - 1])).Count(), lines.Count);
            }
            else if (source.Pairs is not null)
            {
                Assert.Equal(Enumerable.Range(1, read.Count(line => line.Length > 0)), lines.Select(line => line.Number).Order());
            }
        }

        static bool IsBeginOfBlock(string line, string before) =>
            line.Trim().Length > 0 && (!line.StartsWith('\t') || before.Trim().Length == 0);
    }

    [Fact]
    public void Blocks_that_fill_memory_are_errors_and_those_behind_them_are_read()
    {
        var attributes = string.Concat(Enumerable.Range(0, 501).Select(number => $"\tAttr-{number} = 1\n"));
        var text =
            $"Sun\n{attributes}\nMon\n\tUser-Name = \"{new string('x', 20_000)}\"\n\nTue\n\tAcct-Status-Type = Start\n\n"
            + $"{new string('y', 20_000)}\n\tAcct-Status-Type = Start\n\n\t= 1\n\n";
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(text));
        var lines = UsageContent.Read(content, Source("like: freeradius")).ToList();
        Assert.Equal(
            [
                "1 Unreadable The block has more than 500 attributes.",
                "504 Unreadable A line has more than 10000 characters.",
                "507 Ignored a session that begins",
                "510 Unreadable A line has more than 10000 characters.",
                "513 Unreadable The block does not begin with a line of its time.",
            ],
            lines.Select(Text)
        );
        Assert.All(lines, line => Assert.InRange(line.Raw.Length, 0, UsageRow.LongestRaw));
    }

    /// <summary>Beyond what is held, the oldest line is given up; its other half is an error as well when it comes.</summary>
    [Fact]
    public void Calls_are_held_up_to_a_number_of_them()
    {
        var source = Source("like: opensips-acc");
        var entries = new UsageEntryReader(source);
        var rows = "B1 B2 B3 E1 E2 E3 B4 E4 B5 E5 B7 B6"
            .Split(' ')
            .Select((name, index) => Row(name[0] == 'B' ? "INVITE" : "BYE", $"call-{name[1]}", index + 1));
        Assert.Equal(
            "1 Incomplete, 2 Incomplete, 3 Incomplete, 4 Incomplete, 5 Incomplete, 7 Usage, 8 Ignored, 9 Usage, 10 Ignored, 6 Incomplete, "
                + "11 Incomplete, 12 Incomplete",
            string.Join(", ", new CallPairs(source.Pairs!, entries, mostOpen: 2).Read(rows).Select(line => $"{line.Number} {line.Kind}"))
        );

        static UsageRow Row(string method, string call, int line) =>
            new(
                line,
                call,
                column =>
                    column switch
                    {
                        "method" => method,
                        "callid" => call,
                        "sip_code" => "200",
                        "caller" => "61255501234",
                        "time" => (1_772_316_000 + line).ToString(CultureInfo.InvariantCulture),
                        _ => "",
                    }
            );
    }

    /// <summary>Whatever a file has, it takes neither the stack nor all memory.</summary>
    [Fact]
    public void Elements_that_are_too_deep_or_too_large_are_errors_and_those_behind_them_are_read()
    {
        const string keys =
            """format: Xml, layout: { element: call }, map: { id: "[id]", identifier: "[id]", start: "[at]", callType: "'Data'" }""";
        var deep = string.Concat(Enumerable.Repeat("<a>", 200_000)) + string.Concat(Enumerable.Repeat("</a>", 200_000));
        var large = new string('x', 2 * 1024 * 1024);
        using var content = new MemoryStream(
            Encoding.UTF8.GetBytes(
                $"<calls><call>{deep}</call>\n<call><id>{large}</id></call>\n<call><b><b><id>1</id></b></b><id>2</id>"
                    + "<at>2026-03-01T00:00:00Z</at></call></calls>"
            )
        );
        Assert.Equal(
            [
                "1 Unreadable Elements are within elements more than 32 times.",
                "2 Unreadable An element has more than 1048576 characters.",
                "3 Usage 2 Username 2 2026-03-01T00:00:00Z Data",
            ],
            UsageContent.Read(content, Source(keys)).Select(Text)
        );
    }

    [Fact]
    public void A_file_of_which_all_is_passed_over_is_remarked()
    {
        Assert.Equal(
            ["None of its lines is usage: is it a file of the source?"],
            Remarks("like: opensips-acc", "acme,61255501234,61398765432,2026-03-01 09:00:00,60\n")
        );
        Assert.Empty(Remarks("like: opensips-acc", ""));
        Assert.Empty(Remarks("like: smile", "E,a,,1,USN,2026-03-01T00:00:00Z,Voice,,,61,Untyped,1\nF,1\n"));
        Assert.Empty(Remarks("like: smile", "F,0\n"));

        static List<string> Remarks(string keys, string file)
        {
            var source = Source(keys);
            using var content = new MemoryStream(Encoding.UTF8.GetBytes(file));
            var totals = new FileTotals();
            foreach (var line in UsageContent.Read(content, source))
            {
                totals.Add(line);
            }

            return [.. totals.Remarks(source.Trailer is not null)];
        }
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
        await Assert.ThrowsAsync<UsageFileException>(() =>
            UsageContent.HashAsync(new MemoryStream([0x50, 0x4b, 3, 4, 1]), CancellationToken.None)
        );

        static bool Same((byte[] Hash, long Bytes) one, (byte[] Hash, long Bytes) other) =>
            one.Hash.SequenceEqual(other.Hash) && one.Bytes == other.Bytes;
    }

    /// <summary>What has arrived of a file is not all of it: none of its usage is taken, so that all of it can be sent again.</summary>
    [Theory]
    [InlineData(40)]
    [InlineData(8)]
    [InlineData(1)]
    public async Task A_packed_file_that_ends_early_is_refused(int missing)
    {
        using var gzip = new MemoryStream();
        await using (var packed = new GZipStream(gzip, CompressionLevel.Fastest, leaveOpen: true))
        {
            packed.Write(Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 500))));
        }

        Assert.NotEmpty((await UsageContent.HashAsync(new MemoryStream(gzip.ToArray()), CancellationToken.None)).Hash);
        var cut = new MemoryStream(gzip.ToArray()[..^missing]);
        await Assert.ThrowsAsync<UsageFileException>(() => UsageContent.HashAsync(cut, CancellationToken.None));
    }

    [Fact]
    public async Task A_zip_whose_content_is_another_one_is_refused()
    {
        using var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = archive.CreateEntry("x.csv", CompressionLevel.NoCompression).Open();
            entry.Write("called 61398765432"u8);
        }

        var bytes = zip.ToArray();
        Assert.Equal(18, (await UsageContent.HashAsync(new MemoryStream(bytes), CancellationToken.None)).Bytes);
        bytes[bytes.AsSpan().IndexOf("61398765432"u8)] = (byte)'7';
        await Assert.ThrowsAsync<UsageFileException>(() => UsageContent.HashAsync(new MemoryStream(bytes), CancellationToken.None));
    }

    /// <summary>Read as one and the same character, they would make one call of two.</summary>
    [Fact]
    public void Bytes_that_are_not_of_the_encoding_are_no_text()
    {
        using var file = new MemoryStream([
            .. "E,f"u8,
            0xe8,
            .. ",,1,USN,2026-03-01T00:00:00Z,Voice,,,61,Untyped,1\nE,f"u8,
            .. Encoding.UTF8.GetBytes("\u00e8"),
            .. ",,1,USN,2026-03-01T00:00:00Z,Voice,,,61,Untyped,1\n"u8,
        ]);
        var lines = UsageContent.Read(file, Source("like: smile")).Select(Text).ToList();
        Assert.Equal("1 Unreadable It has bytes that are not utf-8.", lines[0]);
        Assert.StartsWith("2 Usage f\u00e8 ", lines[1], StringComparison.Ordinal);
    }

    /// <summary>A call whose length is not there is no call of no length, and a petabyte more is a counter that went wrong.</summary>
    [Theory]
    [InlineData("Voice,,,61,Untyped,", "1 Unreadable seconds: they are missing*")]
    [InlineData("Voice,,,61,Untyped,0", "1 Usage *")]
    [InlineData("Sms,,,61,Untyped,", "1 Usage *")]
    [InlineData("Data,,,,,1,1000000000000000,0", "1 Usage *")]
    [InlineData("Data,,,,,1,1000000000000001,0", "1 Unreadable bytesSent: *")]
    public void Quantities_are_there_and_can_be(string usage, string expected)
    {
        using var file = new MemoryStream(Encoding.UTF8.GetBytes($"E,a,,1,USN,2026-03-01T00:00:00Z,{usage}\n"));
        var line = Text(UsageContent.Read(file, Source("like: smile")).Single());
        Assert.StartsWith(expected.TrimEnd('*'), line, StringComparison.Ordinal);
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

    [Fact]
    public void What_says_that_it_is_the_same_is_so_whatever_else_it_says()
    {
        var entry = new UsageEntry("x", UsageIdentifierType.Username, DateTimeOffset.UnixEpoch.AddYears(50), CallType.Data)
        {
            ExternalId = "1",
            Sameness = "60/5/7",
        };
        var later = entry with { Start = entry.Start.AddSeconds(1) };
        Assert.Equal(UsageFingerprint.Of("s", entry), UsageFingerprint.Of("s", later));
        Assert.NotEqual(UsageFingerprint.Of("s", entry).Content, UsageFingerprint.Of("s", entry with { Sameness = "61/5/7" }).Content);
        Assert.NotEqual(UsageFingerprint.Of("s", entry).Content, UsageFingerprint.Of("s", entry with { Identifier = "y" }).Content);

        // Without an id two sessions of the same length are two.
        Assert.NotEqual(
            UsageFingerprint.Of("s", entry with { ExternalId = null }).Key,
            UsageFingerprint.Of("s", later with { ExternalId = null }).Key
        );
    }

    private static void Check(string source, string file, string expected)
    {
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(file));
        var lines = new List<string>();
        try
        {
            lines.AddRange(UsageContent.Read(content, Source(source)).Select(Text));
        }
        catch (UsageFileException exception)
        {
            lines.Add($"Refused {exception.Message}");
        }

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
}
