using System.Formats.Asn1;
using System.Text.RegularExpressions;
using Smile.Usage.Files;
using Smile.Usage.Import;
using static Smile.Modules.Tests.Usage.UsageLines;

namespace Smile.Modules.Tests.Usage;

/// <summary>Files of roaming partners: binary, and whole or nothing.</summary>
public sealed class TapFileTests
{
    private const string Imsi = "505010000000001";

    [Fact]
    public void Calls_messages_and_data_have_their_charges_times_and_subscribers()
    {
        var lines = Read(
            Batch(
                events =>
                    events
                        .Outgoing(Imsi, "64211234567", "20260301110005", 61, 1234)
                        .Outgoing(Imsi, "64211234567", "20260301110105", 0, 200, service: "22")
                        .Incoming(Imsi, "6421999888", "20260228183000", 30, 0)
                        .Data(Imsi, "20260301120000", 5_000_000_000, 700, 5000, part: "I")
                        .Supplementary(100),
                6534,
                5
            )
        );
        Assert.Equal(
            [
                "1 Header",
                $"2 Usage NZLTM/AUSXX/# Field:imsi {Imsi} 2026-02-28T22:00:05Z Voice 61400000001>64211234567 61s $1.234",
                $"3 Usage NZLTM/AUSXX/# Field:imsi {Imsi} 2026-02-28T22:01:05Z Sms 61400000001>64211234567 $0.2",
                $"4 Usage NZLTM/AUSXX/# Field:imsi {Imsi} 2026-02-28T22:00:00Z Voice 6421999888>61400000001 30s called $0",
                $"5 Usage NZLTM/AUSXX/# Field:imsi {Imsi} 2026-02-28T23:00:00Z Data 90s 5000000000/700 4711 continued $5",
                "6 Ignored the use of a supplementary service",
                "7 Trailer 5",
            ],
            lines.Select(Known)
        );
        var totals = new FileTotals();
        foreach (var line in lines)
        {
            totals.Add(line);
        }

        Assert.Empty(totals.Remarks(expectsTrailer: true));
    }

    [Fact]
    public void Totals_that_do_not_agree_are_remarked()
    {
        var totals = new FileTotals();
        foreach (var line in Read(Batch(events => events.Data(Imsi, "20260301120000", 1, 1, 5000), 4999, 2)))
        {
            totals.Add(line);
        }

        Assert.Equal(
            ["Its trailer says 2 records, and there are 1.", "Its trailer says 4.999 charges, and there are 5."],
            totals.Remarks(expectsTrailer: true)
        );
    }

    [Fact]
    public void A_notification_is_a_whole_file_without_usage()
    {
        var lines = Read(TapWriter.Write(2, file => file.Text(196, "NZLTM").Text(182, "AUSXX").Text(109, "00043")));
        Assert.Equal(["1 Trailer 0"], lines.Select(Text));
    }

    [Fact]
    public void Test_data_is_not_charged() =>
        Assert.Equal(
            ["1 Header", "2 Ignored a file of test data", "3 Trailer 1"],
            Read(Batch(events => events.Data(Imsi, "20260301120000", 1, 1, 5000), 5000, 1, fileType: "T")).Select(Text)
        );

    /// <summary>What is wrong with an event is an error of it, and nobody else's.</summary>
    [Fact]
    public void Events_that_say_what_cannot_be_are_errors_of_their_own()
    {
        var huge = TapWriter.Write(
            14,
            call => call.Group(114, basic => basic.Bytes(223, [0x7f, .. new byte[20]])).Group(121, used => used.Number(250, 1))
        );
        var lines = Read(
            Batch(
                events =>
                    events
                        .Encoded(huge)
                        .Outgoing(Imsi, "64211234567", "20260301110005", 61, 1234, offset: 9)
                        .Outgoing(Imsi, "64211234567", "2026030111", 61, 1234)
                        .Outgoing("5050F1", "64211234567", "20260301110005", 61, 1234)
                        .Data(Imsi, "20260301120000", -5, 1, 0)
                        .Data(Imsi, "20260301120000", 5, 1, -1)
                        .Group(99, unknown => unknown.Number(1, 1))
                        .Data(Imsi, "20260301120000", 5, 1, 0),
                0,
                8
            )
        );
        Assert.Equal(
            [
                "1 Header",
                "2 Unreadable totalCallEventDuration: A number has more than eight bytes.",
                "3 Unreadable callEventStartTimeStamp: The file does not say which offset from UTC has the code 9.",
                "4 Unreadable callEventStartTimeStamp: '2026030111' with the offset '+1300' is not a time such as 20260228220005 "
                    + "with +1100.",
                "5 Unreadable imsi: '5050f1' has a filler among its digits.",
                "6 Unreadable bytesReceived: -5 is not a whole number between 0 and 1000000000000000.",
                "7 Unreadable charge: it is below 0.",
                "8 Ignored neither a call nor data",
                $"9 Usage NZLTM/AUSXX/# Field:imsi {Imsi} 2026-02-28T23:00:00Z Data 90s 5/1 $0",
                "10 Trailer 8",
            ],
            lines.Select(Known)
        );
    }

    [Fact]
    public void Indefinite_lengths_and_texts_in_parts_are_read()
    {
        var whole = Batch(events => events.Data(Imsi, "20260301120000", 5, 1, 0), 0, 1);
        var (file, length) = BerNode.First(whole);
        Assert.Equal(whole.Length, length);
        byte[] indefinite = [whole[0], 0x80, .. file.Content.Span, 0, 0];
        Assert.Equal(Read(whole).Select(Text), Read(indefinite).Select(Text));

        // The number of the file, in two parts of an octet string.
        var parts = TapWriter.Write(
            1,
            batch =>
                batch.Group(
                    4,
                    control => control.Text(196, "NZLTM").Text(182, "AUSXX").Encoded([0x7f, 109, 9, 4, 2, .. "00"u8, 4, 3, .. "042"u8])
                )
        );
        Assert.Equal(["1 Header"], Read(parts).Select(Text));
        Assert.Contains("fileSequenceNumber=00042", Read(parts).Single().Raw, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_such_file_is_refused_before_its_first_line()
    {
        var whole = Batch(events => events.Data(Imsi, "20260301120000", 5, 1, 0), 0, 1);
        Refused([]);
        Refused("HDR,1\n"u8.ToArray());
        Refused([.. whole, 0]);
        Refused(TapWriter.Write(3, _ => { }));
        Refused(TapWriter.Write(1, batch => batch.Audit(0, 0)));
        Refused(TapWriter.Write(1, batch => batch.Control("00042").Accounting(decimals: 99)));
        Refused(TapWriter.Write(1, batch => batch.Control("00042\u0001")));

        // Longer than all memory; a length of a length; no end.
        Refused([0x61, 0x84, 0x7f, 0xff, 0xff, 0xff]);
        Refused([0x61, 0x89, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        Refused([0x61, 0x80, 0x64, 0x80, 0, 0]);
        Refused([.. Enumerable.Repeat<byte[]>([0x61, 0x80], 100_000).SelectMany(open => open)]);
        Refused([
            .. Enumerable.Repeat<byte[]>([0x61, 0x80], 1_000).Concat(Enumerable.Repeat<byte[]>([0, 0], 1_000)).SelectMany(part => part),
        ]);
    }

    [Fact]
    public void A_file_that_is_cut_anywhere_is_refused()
    {
        var whole = Batch(events => events.Outgoing(Imsi, "64211234567", "20260301110005", 61, 1234).Supplementary(5), 1239, 2);
        for (var length = 0; length < whole.Length; length++)
        {
            Refused(whole[..length]);
        }
    }

    /// <summary>Whatever the bytes are: each event is something, or the file is refused.</summary>
    [Fact]
    public void Broken_bytes_break_a_file_or_an_event_and_nothing_else()
    {
        var whole = Batch(
            events => events.Outgoing(Imsi, "64211234567", "20260301110005", 61, 1234).Data(Imsi, "20260301120000", 5, 1, 0),
            1234,
            2
        );
        var random = new Random(4711);
        for (var round = 0; round < 3_000; round++)
        {
            var bytes = whole.ToArray();
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            try
            {
                var lines = Read(bytes);
                Assert.Equal(Enumerable.Range(1, lines.Count), lines.Select(line => line.Number));
            }
            catch (UsageFileException) { }
        }
    }

    /// <summary>An amount in another currency is worth nothing without its rate, and is not charged as if that were so.</summary>
    [Theory]
    [InlineData("[localCharge]", 0, 0, "$4.5")]
    [InlineData("number([charge]) * number([exchangeRate])", 0, 0, "$4.5")]
    [InlineData("[localCharge]", 0, 7, "exchangeRate: the file does not say which rate has the code 7.")]
    [InlineData("number([charge]) * number([exchangeRate])", 7, 0, "exchangeRate: the file does not say which rate has the code 7.")]
    [InlineData("[localCharge]", 0, null, "exchangeRate: a charge has no exchangeRateCode.")]
    [InlineData("[charge]", 0, null, "$3")]
    public void A_charge_has_its_own_rate(string expression, int first, int? second, string expected)
    {
        var data = TapWriter.Write(
            14,
            call =>
                call.Group(
                        114,
                        basic =>
                            basic
                                .Group(115, chargeable => chargeable.Group(199, sim => sim.Digits(129, Imsi)))
                                .Group(44, stamp => stamp.Text(16, "20260301120000").Number(232, 0))
                    )
                    .Group(121, used => used.Group(70, list => Charge(Charge(list, first, 1000), second, 2000)))
        );
        using var content = new MemoryStream(Batch(events => events.Encoded(data), 3000, 1));
        var source = Source($"like: tap3, map: {{ wholesaleCharge: \"{expression}\" }}");
        Assert.EndsWith(expected, Text(UsageContent.Read(content, source).ElementAt(1)), StringComparison.Ordinal);

        static TapWriter Charge(TapWriter list, int? code, long charge) =>
            list.Group(
                69,
                information =>
                {
                    if (code is { } rate)
                    {
                        information.Number(105, rate);
                    }

                    information.Group(64, details => details.Group(63, detail => detail.Text(71, "00").Number(62, charge)));
                }
            );
    }

    /// <summary>What a partner sends again, in a file of another number, is the same; what differs in anything is not.</summary>
    [Fact]
    public void An_event_is_known_by_all_of_it()
    {
        var (once, again, other) = (Ids("00042", 5), Ids("00043", 5), Ids("00042", 6));
        Assert.Equal(once, again);
        Assert.NotEqual(once, other);

        static string? Ids(string sequence, long bytes) =>
            Read(
                    TapWriter.Write(
                        1,
                        batch =>
                            batch
                                .Control(sequence)
                                .Accounting()
                                .Network()
                                .Group(3, events => events.Data(Imsi, "20260301120000", bytes, 1, 0))
                                .Audit(0, 1)
                    )
                )
                .Single(line => line.Entry is not null)
                .Entry!.ExternalId;
    }

    /// <summary>As a text, with a sign for the fingerprint of the event.</summary>
    private static string Known(UsageLine line) => Regex.Replace(Text(line), "(?<=AUSXX/)[0-9a-f]{32}", "#");

    private static byte[] Batch(Action<TapWriter> events, long totalCharge, long count, string? fileType = null) =>
        TapWriter.Write(1, batch => batch.Control("00042", fileType).Accounting().Network().Group(3, events).Audit(totalCharge, count));

    private static List<UsageLine> Read(byte[] file)
    {
        using var content = new MemoryStream(file);
        return [.. UsageContent.Read(content, Source("like: tap3"))];
    }

    private static void Refused(byte[] file)
    {
        using var content = new MemoryStream(file);
        using var lines = UsageContent.Read(content, Source("like: tap3")).GetEnumerator();
        Assert.Throws<UsageFileException>(() => lines.MoveNext());
    }
}
