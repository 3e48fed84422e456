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
    [Fact]
    public void Smiles_own_format() =>
        Check(
            "like: smile",
            """
            Record Type,External Entry ID,SID,Identifier,Identifier Type,Start Timestamp,Call Type,CDR Caller Number,Caller Type,CDR Called Number,Called Type,Duration
            E,a-1,137,0212345678,Username,2026-03-01T09:00:00.500+11:00,Voice,61212345678,E164,0398765432,FNN,61
            E,a-2,137,10004251,USN,2026-03-01T09:00:00+11:00,Data,,,,,0,1048576,2048
            E,,137,X99,UoAttributeType = imsi,2026-03-01T09:00:00Z,SMS,,,,,,,,,3
            E,a-3,137,10004251,Nobody,2026-03-01T09:00:00+11:00,Voice
            E,a-4,137,,USN,2026-03-01T09:00:00+11:00,Voice
            E,a-5,137,10004251,USN,2026-03-01T09:00:00,Voice
            E,a-6,137,10004251,USN,2026-03-01T09:00:00+11:00,Phone
            E,a-7,137,10004251,USN,2026-03-01T09:00:00+11:00,Imported Charge,,,,,,,,,1,s-1,false,1,,2.3456,"Ring tone, blue"
            F,8
            """,
            """
            1 Header
            2 Usage a-1 Username 0212345678 2026-02-28T22:00:00.5Z Voice 61212345678>0398765432 61s
            3 Usage a-2 Usn 10004251 2026-02-28T22:00:00Z Data 1048576/2048
            4 Usage - Field:imsi X99 2026-03-01T09:00:00Z Sms x3
            5 Unreadable identifierType: 'Nobody' is not one of USN, Username, Number, IpAddress and UoAttributeType=FIELD.
            6 Unreadable identifier: it is empty, so that nobody can be charged.
            7 Unreadable start: '2026-03-01T09:00:00' has no offset, and the source has no timeZone.
            8 Unreadable callType: 'Phone' is not one of Voice, ForwardedVoice, Video, Fax, Sms, Mms, Wap, Data, EventCount, ImportedCharge, Unknown.
            9 Usage a-7 Usn 10004251 2026-02-28T22:00:00Z ImportedCharge s-1 continued called $2.3456 'Ring tone, blue'
            10 Trailer 8
            """
        );

    [Fact]
    public void Asterisk_has_one_uniqueid_for_two_phones_and_answers_that_are_no_calls() =>
        Check(
            "like: asterisk, timeZone: Australia/Sydney, numbers: { countryCode: '61', trunkPrefix: '0', internationalPrefixes: ['0011'] }",
            """"
            "acme","0255501234","0398765432","from-pbx","""Jörg"" <0255501234>","SIP/a-1","SIP/b-1","Dial","SIP/b","2026-03-01 09:00:00",,"2026-03-01 09:00:09",9,0,"NO ANSWER","DOCUMENTATION","1772316000.5","",,"1772316000.5",1
            "acme","0255501234","0398765432","from-pbx","x","SIP/a-1","SIP/c-1","Dial","SIP/c","2026-03-01 09:00:00","2026-03-01 09:00:05","2026-03-01 09:01:05",65,60,"ANSWERED","DEFAULT","1772316000.5","",,"1772316000.5",2
            "acme","0255501234","001144207123456","from-pbx","x","SIP/a-1","SIP/c-1","Dial","SIP/c","2026-04-05 02:29:00","2026-04-05 02:30:00","2026-04-05 02:31:00",120,60,"ANSWERED","DEFAULT","1772316000.6"
            "acme","0255501234","100","from-pbx","x","SIP/a-1","SIP/c-1","Dial","SIP/c","2026-10-04 02:29:00","2026-10-04 02:30:00","2026-10-04 02:31:00",120,60,"ANSWERED","DEFAULT","1772316000.7"
            "acme","0255501234","100","from-pbx","x","SIP/a-1","SIP/c-1","Dial","SIP/c","2026-03-01 09:00:00","2026-03-01 09:00:05","2026-03-01 09:00:05",5,0,"ANSWERED","DEFAULT","1772316000.8"
            "acme","0255501234","100","from-pbx","x","SIP/a-1","SIP/c-1","Dial","SIP/c","2026-03-01 09:00:00","2026-03-01 09:00:05","2026-03-01 09:00:05",5,-3,"ANSWERED","DEFAULT","1772316000.9"
            "acme","0255501234","100,from-pbx,x
            "acme","0255501234","1 00","from-pbx","x","SIP/a-1","SIP/c-1","Dial","SIP/c","20260301-090000","20260301-090005","20260301-090105",65,15,"ANSWERED","OMIT","1772316000.10"
            """",
            """
            1 Ignored not answered
            2 Usage 1772316000.5/2 Username acme 2026-02-28T22:00:05Z Voice 61255501234>61398765432 60s
            3 Usage 1772316000.6/SIP/c-1/2026-04-05 02:29:00 Username acme 2026-04-04T15:30:00Z Voice 61255501234>44207123456 60s
            4 Unreadable start: '2026-10-04 02:30:00' is an hour that the clocks of Australia/Sydney leave out on that day.
            5 Ignored no time of talk
            6 Unreadable seconds: -3 is not between 0 and 31622400.
            7 Unreadable A quote is not closed.
            8 Ignored the switch says that it is not billed
            """
        );

    [Fact]
    public void FreeSwitch_bills_what_was_talked_whatever_the_cause() =>
        Check(
            "like: freeswitch-csv, timeZone: UTC, identifierType: Number",
            """
            "Ann","61255501234","61398765432","default","2026-03-01 09:00:00","2026-03-01 09:00:05","2026-03-01 09:01:17","77","72","RECOVERY_ON_TIMER_EXPIRE","u-1","u-2","","PCMA","PCMA"
            "Ann","61255501234","61398765432","default","2026-03-01 09:00:00","","2026-03-01 09:00:17","17","0","NO_ANSWER","u-3","","","",""
            """,
            """
            1 Usage u-1 Number 61255501234 2026-03-01T09:00:05Z Voice 61255501234>61398765432 72s
            2 Ignored no time of talk
            """
        );

    [Fact]
    public void Json_is_read_by_paths() =>
        Check(
            "like: freeswitch-json",
            """
            {"core-uuid":"c","switchname":"sw1","variables":{"uuid":"u-1","accountcode":"acme","answer_uepoch":"1772316005000000","billusec":"61500000","billmsec":"61500","sip_from_user":"61255501234","sip_to_user":"61398765432"},"callflow":[{"a":1}]}
            {"core-uuid":"c","switchname":"sw1","variables":{"uuid":"u-2","billusec":"0"}}
            {"core-uuid":"c","switchname":"sw1","variables":{"uuid":"u-3","note":"a \"}\" in a text","answer_uepoch":0,"billusec":"5","billmsec":"5"}}
            { not json }
            """,
            """
            1 Usage sw1/u-1 Username acme 2026-02-28T22:00:05Z Voice 61255501234>61398765432 61.5s
            2 Ignored no time of talk
            3 Unreadable start: '0' is not written as epochMicroseconds.
            4 Unreadable It is no JSON: *
            """
        );

    [Fact]
    public void Cucm_columns_have_names_and_a_row_of_types() =>
        Check(
            "like: cucm",
            """
            "cdrRecordType","globalCallID_callId","callingPartyNumber","originalCalledPartyNumber","finalCalledPartyNumber","dateTimeConnect","duration","pkid"
            INTEGER,INTEGER,VARCHAR(50),VARCHAR(50),VARCHAR(50),INTEGER,INTEGER,UNIQUEIDENTIFIER
            1,5,"61255501234","61398765432","61398765499",1772316005,60,"p-1"
            1,6,"61255501234","61398765432","",0,0,"p-2"
            2,7,"61255501234","","",1772316005,60,"p-3"
            """,
            """
            1 Header
            2 Header
            3 Usage p-1 Number 61255501234 2026-02-28T22:00:05Z Voice 61255501234>61398765499 60s
            4 Ignored not answered
            5 Ignored not a record of a call
            """
        );

    [Fact]
    public void BroadWorks_escapes_commas_by_backslashes() =>
        Check(
            "like: broadworks-csv",
            """
            version=18.0 encoding=ISO-8859-1
            0001,Acme\, Inc.,Start
            0002,Acme\, Inc.,Normal,+61255501234,g,Originating,+61255501234,Public,+61398765432,20260228220000.000,1+110000,Yes,20260228220005.250,20260228220105.750,016,VoIP,,0398765432,local,lo,
            0003,Acme,Normal,+61255501234,g,Terminating,+61398765432,Public,+61255501234,20260228220000.000,1+110000,No,,20260228220105.750,016,VoIP,,,,,
            0004,Acme,Failover,+61255501234
            """,
            """
            1 Header
            2 Header
            3 Usage 0002 Number +61255501234 2026-02-28T22:00:05.25Z Voice 61255501234>61398765432 60.5s
            4 Ignored not answered
            5 Ignored not a record of a call
            """
        );

    [Fact]
    public void BroadWorks_xml_has_paths() =>
        Check(
            "like: broadworks-xml",
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <broadWorksCDR version="18.0" xmlns="urn:x">
            <cdrData><headerModule><recordId><eventCounter>7</eventCounter><systemId>as1</systemId><date>20260301</date></recordId><type>Normal</type></headerModule>
            <basicModule><userNumber>+61255501234</userNumber><direction>Terminating</direction><callingNumber>+61398765432</callingNumber><calledNumber>+61255501234</calledNumber><answerIndicator>Yes</answerIndicator><answerTime>20260228220005.000</answerTime><releaseTime>20260228220105.000</releaseTime></basicModule></cdrData>
            </broadWorksCDR>
            """,
            """
            3 Usage 7/as1/20260301 Number +61255501234 2026-02-28T22:00:05Z Voice 61398765432>61255501234 60s called
            """
        );

    [Fact]
    public void Ipdr_counts_behind_its_records() =>
        Check(
            "like: ipdr, identifierType: Number",
            """
            <IPDRDoc docId="d-1" version="3.1" creationTime="2026-03-01T00:00:00Z">
            <IPDRRecorderInfo>rec</IPDRRecorderInfo>
            <IPDR><seqNum>1</seqNum><subscriberID>61255501234</subscriberID><startTime>2026-02-28T22:00:05Z</startTime><callDuration>61500</callDuration><originalDestinationId>61398765432</originalDestinationId></IPDR>
            <IPDRDoc.End count="1" endTime="2026-03-01T00:00:00Z"/>
            </IPDRDoc>
            """,
            """
            2 Header
            3 Usage d-1/1 Number 61255501234 2026-02-28T22:00:05Z Voice 61255501234>61398765432 61.5s
            4 Trailer 1
            """
        );

    [Fact]
    public void Xml_with_entities_of_its_own_is_refused() =>
        Check(
            "like: ipdr",
            """
            <!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><IPDRDoc><IPDR><subscriberID>&e;</subscriberID></IPDR></IPDRDoc>
            """,
            """
            1 Unreadable It is no XML: *
            """
        );

    [Fact]
    public void Vocus_is_in_utc_with_wholesale_costs() =>
        Check(
            "like: vocus",
            """
            ,c-1,2026-02-28,22:00:05,0,60,61255501234,61398765432,2026-03-01,Sydney,Melbourne,National,0.0451
            """,
            """
            1 Usage c-1 Number 61255501234 2026-02-28T22:00:05Z Voice 61255501234>61398765432 60s $0.0451
            """
        );

    [Fact]
    public void Fixed_width_has_places() =>
        Check(
            "format: FixedWidth, timeZone: UTC, identifierType: Number, times: [yyyyMMddHHmmss], layout: { columns: [type 1-3, sequence 4-10, "
                + "number 11-21, time 22-35, seconds 36-43, to 44-55] }, headerWhen: \"[type] == 'HDR'\", "
                + "trailer: { when: \"[type] == 'TRL'\", records: '[sequence]', seconds: '[number]' }, "
                + "map: { id: '[sequence]', identifier: '[number]', start: '[time]', seconds: 'number(slice([seconds], 1, 3)) * 3600 + number(slice([seconds], 4, 2)) * 60 + number(slice([seconds], 6, 3))', called: '[to]' }",
            """
            HDR Carrier
            CDR000000161255501234202602282200050000103061398765432
            CDR000000261255501234202602282200
            TRL0000002        90
            """,
            """
            1 Header
            2 Usage 0000001 Number 61255501234 2026-02-28T22:00:05Z Unknown >61398765432 90s
            3 Unreadable start: '202602282200' is not written as yyyyMMddHHmmss.
            4 Trailer 2 90s
            """
        );

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
