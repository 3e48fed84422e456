using System.Globalization;
using System.Text;
using Smile.Kernel;
using Smile.Server.Tests.Fixture;
using Smile.Usage.Binding;
using Smile.Usage.Errors;
using Smile.Usage.Import;

namespace Smile.Server.Tests.Usage;

/// <summary>From a file to records of subscriptions: every line is accounted for, none is taken twice.</summary>
public sealed class UsageImportTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private readonly UsageHelp _usage = new(server);

    [Fact]
    public async Task Every_line_of_a_file_is_accounted_for()
    {
        var usn = await OrderAsync("0400000001", "50501000000001");
        var file = await _usage.ImportAsync(
            "wholesale",
            "WS000001.csv",
            """
            HDR,1
            CDR,a1,0400000001,2015-01-14 01:00:00,60,0290001111,0.05
            CDR,a2,+61 400 000 001,2015-01-14 01:05:00,30,0290001111,0.03
            CDR,a1,0400000001,2015-01-14 01:00:00,60,0290001111,0.05
            CDR,a2,0400000001,2015-01-14 01:05:00,31,0290001111,0.03
            CDR,a3,0400000999,2015-01-14 01:00:00,60,0290001111,0.05
            CDR,a4,0400000001,2015-01-13 22:00:00,60,0290001111,0.05
            CDR,a5,0400000001,yesterday,60,0290001111,0.05
            CDR,a6,0400000001,2016-01-14 01:00:00,60,0290001111,0.05
            CDR,a7,0400000001,2012-01-14 01:00:00,60,0290001111,0.05
            TST,a8,0400000001,2015-01-14 01:00:00,60,0290001111,0.05
            TRL,9,421,0.36,

            """
        );
        Assert.Equal("12 lines: 2 bound, 5 suspended, 1 duplicate, 1 conflict, 1 ignored, 1 header, 1 trailer", UsageHelp.Counts(file));
        Assert.Equal("Its trailer says 9 records, and there are 10.", file.Message);
        Assert.Equal(
            ["2015-01-14 01:00:00+00 61400000001>61290001111 60 0.05", "2015-01-14 01:05:00+00 61400000001>61290001111 30 0.03"],
            await RecordsAsync(usn)
        );
        var suspended = await _usage.SuspendedAsync(new SuspenseFilter { FileId = file.Id });
        Assert.Equal(
            [
                "Conflict line 5: A record with its id was taken before, and said something else.",
                "UnknownIdentifier line 6: No subscription has the number '0400000999'.",
                $"NobodysThen line 7: Nobody had the number '0400000001' when it began.",
                "Unreadable line 8: start: 'yesterday' is not written as yyyy-MM-dd HH:mm:ss.",
                "InFuture line 9: It begins in the future: look at the clock of the switch, or the source's timeZone.",
                "TooOld line 10: It began more than 731 days ago, which is as long as usage is kept.",
            ],
            suspended.OrderBy(row => row.Line).Select(row => $"{row.Reason} line {row.Line}: {row.Detail}")
        );
    }

    [Fact]
    public async Task The_same_file_brings_nothing_new_whatever_it_is_called_and_the_same_record_neither()
    {
        var usn = await OrderAsync("0400000011");
        const string Text = "CDR,b1,0400000011,2015-01-14 01:00:00,60,0290001111,0.05\nTRL,1,60,0.05,\n";
        var first = await _usage.ImportAsync("wholesale", "WS000011.csv", Text);
        var again = await _usage.ImportAsync("wholesale", "copy of WS000011.csv", Text);
        Assert.Equal(first.Id, again.Id);
        var other = await _usage.ImportAsync("wholesale", "WS000012.csv", "CDR,b1,0400000011,2015-01-14 01:00:00,60,0290001111,0.05\n");
        Assert.Equal("1 lines: 1 duplicate", UsageHelp.Counts(other));
        Assert.Equal("It has no trailer: it may not be whole.", other.Message);
        Assert.Single(await RecordsAsync(usn));
    }

    [Fact]
    public async Task Without_ids_the_content_tells_records_apart()
    {
        var usn = await OrderAsync("0400000021");
        const string Line = "E,,137,0400000021,Username,2015-01-14T01:00:00Z,Voice,,,0290001111,,60";
        var first = await _usage.ImportAsync(
            "smile",
            "x",
            $"{Line}\n{Line}\nE,,137,0400000021,Username,2015-01-14T01:00:00Z,Voice,,,0290001111,,61\n"
        );
        Assert.Equal("3 lines: 2 bound, 1 duplicate", UsageHelp.Counts(first));
        Assert.Equal("2 lines: 2 duplicate", UsageHelp.Counts(await _usage.ImportAsync("smile", "y", $"{Line}\n{Line}\n")));
        Assert.Equal(2, (await RecordsAsync(usn)).Count);
    }

    [Fact]
    public async Task Missing_files_are_named()
    {
        await _usage.ImportAsync("wholesale", "WS000101.csv", "TRL,0,0,0,\n");
        var file = await _usage.ImportAsync("wholesale", "WS000104.csv", "TRL,0,0.0,0,\n");
        Assert.Equal("Files are missing before it: 102, 103.", file.Message);
        await _usage.ImportAsync("wholesale", "WS000103.csv", "TRL,0,0.00,0,\n");
        Assert.Empty((await _usage.OnScopeAsync(scope => scope.Use<Smile.Usage.UsageFiles>().FindAsync(file.Id, default)))!.MissingBefore);
    }

    [Fact]
    public async Task What_waits_is_bound_when_its_number_becomes_a_subscriptions()
    {
        var file = await _usage.ImportAsync(
            "wholesale",
            "WS000201.csv",
            "CDR,d1,0400000031,2015-01-14 09:00:00,60,0290001111,0.05\nTRL,1,60,0.05,\n"
        );
        Assert.Equal("2 lines: 1 suspended, 1 trailer", UsageHelp.Counts(file));
        var since = server.Clock.GetUtcNow();
        Assert.Equal(0, await RecycleAsync(since));

        // The number comes to a subscription, and the call began later.
        var usn = await _usage.OrderAsync("0400000031");
        await server.ExecuteAsync(
            "UPDATE subscription_identifier SET start = $1 WHERE subscription_usn = $2",
            new DateTimeOffset(2015, 1, 14, 8, 0, 0, default),
            usn
        );
        await server.ExecuteAsync(
            "UPDATE subscription SET activated = $1 WHERE usn = $2",
            new DateTimeOffset(2015, 1, 14, 8, 0, 0, default),
            usn
        );
        Assert.Equal(1, await RecycleAsync(new DateTimeOffset(2015, 1, 14, 8, 0, 0, default)));
        Assert.Single(await RecordsAsync(usn));
        Assert.Empty(await _usage.SuspendedAsync(new SuspenseFilter { FileId = file.Id }));

        // Sent once more it is a duplicate still.
        Assert.Equal(
            "1 lines: 1 duplicate",
            UsageHelp.Counts(
                await _usage.ImportAsync("wholesale", "WS000202.csv", "CDR,d1,0400000031,2015-01-14 09:00:00,60,0290001111,0.05\n")
            )
        );
    }

    [Fact]
    public async Task A_username_that_moves_takes_no_usage_of_the_time_before_with_it()
    {
        var first = await _usage.OrderAsync("0400000041");
        var second = await _usage.OrderAsync("0400000042");
        server.Clock.Advance(TimeSpan.FromHours(2));
        var moved = server.Clock.GetUtcNow();
        await server.Administrator.CallAsync("subscription", "changeUsername", Parameters(first, "0400000043"));
        await server.Administrator.CallAsync("subscription", "changeUsername", Parameters(second, "0400000041"));
        server.Clock.Advance(TimeSpan.FromHours(2));
        await _usage.ImportAsync(
            "wholesale",
            "WS000301.csv",
            $"CDR,e1,0400000041,{Utc(moved.AddHours(-1))},60,0290001111,0\nCDR,e2,0400000041,{Utc(moved.AddHours(1))},60,0290001111,0\n"
                + $"CDR,e3,0400000043,{Utc(moved.AddHours(1))},60,0290001111,0\n"
                + $"CDR,e4,0400000042,{Utc(moved.AddHours(1))},60,0290001111,0\n"
        );
        Assert.Equal(2, (await RecordsAsync(first)).Count);
        Assert.Single(await RecordsAsync(second));
        Assert.Equal("NobodysThen", $"{(await _usage.SuspendedAsync(new SuspenseFilter { Identifier = "61400000042" })).Single().Reason}");
    }

    /// <summary>Who was closed has nothing any more: a number that goes to somebody else is not two subscriptions'.</summary>
    [Fact]
    public async Task A_number_of_a_closed_subscription_is_the_next_ones()
    {
        var first = await _usage.OrderAsync("0400000044");
        server.Clock.Advance(TimeSpan.FromHours(1));
        var closed = server.Clock.GetUtcNow();
        await server.Administrator.CallAsync(
            "subscription",
            "cancel",
            SoapCaller.P("usn", first),
            SoapCaller.P("fromTimestamp", closed.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture))
        );
        server.Clock.Advance(TimeSpan.FromHours(1));
        var second = await _usage.OrderAsync("0400000044");
        var ordered = server.Clock.GetUtcNow();
        server.Clock.Advance(TimeSpan.FromHours(1));
        var file = await _usage.ImportAsync(
            "wholesale",
            "WS000311.csv",
            $"CDR,k0,0400000044,{Utc(closed)},60,0290001111,0\n"
                + $"CDR,k1,0400000044,{Utc(closed.AddMinutes(-30))},60,0290001111,0\n"
                + $"CDR,k2,0400000044,{Utc(closed.AddMinutes(30))},60,0290001111,0\n"
                + $"CDR,k3,0400000044,{Utc(ordered.AddMinutes(30))},60,0290001111,0\n"
        );
        Assert.Single(await RecordsAsync(first));
        Assert.Single(await RecordsAsync(second));

        // At the instant of closing it is closed.
        Assert.Equal(
            ["Closed", "Closed"],
            (await _usage.SuspendedAsync(new SuspenseFilter { FileId = file.Id })).Select(row => $"{row.Reason}")
        );
        await IdentifierInvariants.RequireAsync(server);
    }

    /// <summary>Two lines that nobody can read may look alike, and be two calls.</summary>
    [Fact]
    public async Task What_cannot_be_read_is_an_error_each_time()
    {
        var first = await _usage.ImportAsync("wholesale", "WS000701.csv", "CDR,\"\nCDR,\"\n");
        var second = await _usage.ImportAsync("wholesale", "WS000702.csv", "CDR,\"\n");
        Assert.Equal(("2 lines: 2 suspended", "1 lines: 1 suspended"), (UsageHelp.Counts(first), UsageHelp.Counts(second)));
    }

    /// <summary>What no database can hold is an error of its line, and not of its file.</summary>
    [Theory]
    [InlineData("\\u0000")]
    [InlineData("\\ud800")]
    public async Task Characters_that_are_none_are_errors_of_their_lines(string character)
    {
        var usn = await OrderAsync("0400000091" + character[2], $"imsi-91-{character[2]}");
        var file = await _usage.ImportAsync(
            "packets",
            "hostile" + character[2],
            $$"""{"id":"l1{{character[2]}}","imsi":"x{{character}}","start":1421200000,"seconds":"1{{character}}"}"""
                + "\n"
                + $$"""{"id":"l2{{character[2]}}","imsi":"imsi-91-{{character[2]}}","start":1421200000,"seconds":1}"""
        );
        Assert.Equal("2 lines: 1 bound, 1 suspended", UsageHelp.Counts(file));
        Assert.Single(await RecordsAsync(usn));
    }

    [Fact]
    public async Task Calls_between_subscriptions_of_an_account_and_of_a_company_are_told_apart()
    {
        var one = await OrderAsync("0400000051", "imsi-51");
        await OrderAsync("0400000052");
        await _usage.ImportAsync(
            "wholesale",
            "WS000401.csv",
            "CDR,f1,0400000051,2015-01-14 05:00:00,60,+61400000052,0\nCDR,f2,0400000051,2015-01-14 05:01:00,60,+61400000999,0\n"
        );
        Assert.Equal(["1", "0"], await _usage.RowsAsync("SELECT on_net FROM usage_record WHERE subscription_usn = $1 ORDER BY start", one));
        var data = await _usage.ImportAsync(
            "packets",
            "p",
            """{"id":"p1","imsi":"IMSI-51","start":1421200000,"seconds":10,"down":1048576,"up":5}"""
        );
        Assert.Equal("1 lines: 1 bound", UsageHelp.Counts(data));
    }

    [Fact]
    public async Task What_waits_is_corrected_tried_and_written_off()
    {
        var usn = await OrderAsync("0400000061");
        var file = await _usage.ImportAsync(
            "wholesale",
            "WS000501.csv",
            "CDR,g1,0400000998,2015-01-14 05:00:00,60,0290001111,0.5\nCDR,g2,0400000997,2015-01-14 05:00:00,60,0290001111,0.5\n"
        );
        var rows = await _usage.SuspendedAsync(new SuspenseFilter { FileId = file.Id });
        var key = rows.Single(row => row.Entry!.Identifier == "0400000998").Key;
        Assert.Null(
            await ErrorsAsync(errors => errors.EditAsync(key, entry => entry with { Identifier = "0400000061" }, "typed wrong", default))
        );
        Assert.Single(await RecordsAsync(usn));
        var everything = await Assert.ThrowsAsync<SmileException>(() =>
            ErrorsAsync(errors => errors.WriteOffAsync(new SuspenseFilter(), "all", default))
        );
        Assert.Contains("not everything that waits", everything.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<SmileException>(() =>
            ErrorsAsync(errors => errors.WriteOffAsync(new SuspenseFilter { FileId = file.Id }, " ", default))
        );
        var unknown = new SuspenseFilter { Source = "nobody" };
        foreach (
            var act in new Func<UsageErrors, Task>[]
            {
                errors => errors.SumAsync(unknown, default),
                errors => errors.RecycleAsync(unknown, null, default),
                errors => errors.WriteOffAsync(unknown, "a test", default),
            }
        )
        {
            var refusal = await Assert.ThrowsAsync<SmileException>(() =>
                ErrorsAsync(async errors =>
                {
                    await act(errors);
                    return 0;
                })
            );
            Assert.Contains("There is no such usage source", refusal.Message, StringComparison.Ordinal);
        }

        Assert.Equal(1, await ErrorsAsync(errors => errors.WriteOffAsync(new SuspenseFilter { FileId = file.Id }, "a test", default)));
        Assert.Empty(await _usage.SuspendedAsync(new SuspenseFilter { FileId = file.Id }));
        Assert.Equal("a test", (await _usage.SuspendedAsync(new SuspenseFilter { FileId = file.Id, WrittenOff = true })).Single().Comment);
    }

    [Fact]
    public async Task What_is_stopped_goes_on_and_comes_to_the_same()
    {
        var usn = await OrderAsync("0400000071");
        var text = new StringBuilder();
        for (var line = 0; line < 23_000; line++)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"CDR,h{line % 20_000},0400000071,2015-01-14 0{line % 3 + 4}:{line / 60 % 60:00}:{line % 60:00},"
            );
            text.Append(CultureInfo.InvariantCulture, $"{line % 20_000 % 99},0290001111,0\n");
        }

        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            _usage.ImportAsync(
                "wholesale",
                "WS000601.csv",
                text.ToString(),
                progress =>
                {
                    if (progress.Read >= 10_000)
                    {
                        stop.Cancel();
                    }
                },
                stop.Token
            )
        );
        var first = (await _usage.OnScopeAsync(scope => scope.Use<Smile.Usage.UsageFiles>().ListAsync("wholesale", 1, default))).Single();
        Assert.Equal((UsageFileStatus.Reading, 10_000), (first.Status, first.Counts.Read));
        var whole = await _usage.ImportAsync("wholesale", "WS000601.csv", text.ToString());
        Assert.Equal((first.Id, UsageFileStatus.Done), (whole.Id, whole.Status));
        Assert.Equal(23_000, whole.Counts.Read);
        Assert.Equal(20_000, whole.Counts.Bound);
        Assert.Equal(3_000, whole.Counts.Duplicates + whole.Counts.Conflicts);
        Assert.Equal(["20000"], await _usage.RowsAsync("SELECT count(*) FROM usage_record WHERE subscription_usn = $1", usn));
    }

    [Fact]
    public async Task Two_at_once_take_everything_once()
    {
        var usn = await OrderAsync("0400000081");
        string File(int from, int to) =>
            string.Concat(
                Enumerable
                    .Range(from, to - from)
                    .Select(line => $"CDR,i{line},0400000081,2015-01-14 04:{line / 60 % 60:00}:{line % 60:00},60,0290001111,0\n")
            );
        var files = await Task.WhenAll(
            _usage.ImportAsync("wholesale", "WS000701.csv", File(0, 3_000)),
            _usage.ImportAsync(
                "wholesale",
                "WS000702.csv",
                string.Concat(File(1_000, 3_600).Split('\n', StringSplitOptions.RemoveEmptyEntries).Reverse().Select(line => line + "\n"))
            ),
            _usage.ImportAsync("wholesale", "WS000703.csv", File(0, 3_000))
        );
        Assert.Equal(["3600"], await _usage.RowsAsync("SELECT count(*) FROM usage_record WHERE subscription_usn = $1", usn));
        var distinct = files.DistinctBy(file => file.Id).ToList();
        Assert.Equal(2, distinct.Count);
        foreach (var file in distinct)
        {
            UsageHelp.Counts((await _usage.OnScopeAsync(scope => scope.Use<Smile.Usage.UsageFiles>().FindAsync(file.Id, default)))!);
        }
    }

    [Fact]
    public async Task A_file_of_something_else_is_refused_with_its_first_line()
    {
        var file = await _usage.ImportAsync("packets", "x", string.Concat(Enumerable.Repeat("""{"id":"1"}""" + "\n", 1_001)));
        Assert.Equal(UsageFileStatus.Refused, file.Status);
        Assert.StartsWith("More than 1000 lines could not be read", file.Message, StringComparison.Ordinal);
        var unknown = await Assert.ThrowsAsync<SmileException>(() => _usage.ImportAsync("nothing", "x", ""));
        Assert.Contains("There are: smile, switch, wholesale, daily, packets.", unknown.Message, StringComparison.Ordinal);
    }

    private Task<string> OrderAsync(string number, string? imsi = null) =>
        _usage.OrderAsync(number, imsi, since: new DateTimeOffset(2015, 1, 14, 10, 0, 0, TimeSpan.FromHours(11)));

    private Task<IReadOnlyList<string>> RecordsAsync(string usn) =>
        _usage.RowsAsync(
            """
            SELECT to_char(start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || '+00 ' || caller || '>' || called || ' ' || seconds || ' '
                || coalesce(wholesale_charge::text, '-')
            FROM usage_record WHERE subscription_usn = $1 ORDER BY start, id
            """,
            usn
        );

    private Task<int> RecycleAsync(DateTimeOffset since) => ErrorsAsync(errors => errors.RecycleChangedAsync(since, default));

    private Task<T> ErrorsAsync<T>(Func<UsageErrors, Task<T>> act) => _usage.OnScopeAsync(scope => act(scope.Use<UsageErrors>()));

    private static System.Xml.Linq.XElement[] Parameters(string usn, string username) =>
        [SoapCaller.P("usn", usn), SoapCaller.P("username", username)];

    private static string Utc(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
