using System.Globalization;
using System.Net;
using System.Text;
using Smile.Server.Tests.Fixture;
using Smile.Usage.Errors;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Usage;

/// <summary>getActivityStatementRange() and getActivityStatementBatch() (guide, lines 10120 to 10320).</summary>
public sealed class ActivityStatementTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static readonly DateTimeOffset Since = new(2015, 1, 10, 0, 0, 0, TimeSpan.FromHours(11));

    private readonly UsageHelp _usage = new(server);

    [Fact]
    public async Task A_file_has_the_usage_that_started_in_the_time_and_reads_as_the_format_says()
    {
        var (usn, account) = await OrderAsync("0430000001", "imsi-430");
        using var login = await ActivityLogin.AddAsync(server, account);
        await CallAsync("a1", "0430000001", "2015-01-12T10:59:59.999");
        await _usage.ImportAsync(
            "smile",
            "a2",
            "E,a2,137,0430000001,Username,2015-01-12T11:00:00+11:00,Data,,,,,7.5,5000000000,17,0,1,"
                + "\"s,1\",false,1,,12.5,\"say \"\"hi\"\"\"\n"
        );
        await CallAsync("a3", "0430000001", "2015-01-12T12:00:00", 61, "=61290001111");
        await CallAsync("a4", "0430000001", "2015-01-12T12:00:00.001");
        var answer = await login.RangeAsync(usn, "2015-01-12T11:00:00+11:00", "2015-01-12T12:00:00+11:00");
        Assert.Equal("/activity", answer!.Address.AbsolutePath);
        Assert.Equal(server.Address.Authority, answer.Address.Authority);
        var read = await login.ReadAsync(answer);
        var ids = read.All("UURID").ToList();
        Assert.Equal(
            "Record Type,Batch ID,UURID,SID,USN,Start Timestamp,Caller,Called,Bytes Received From Subscriber,Bytes Sent To Subscriber,"
                + "Billable Duration,Pages,Event Count,Flagfall,Role,IP Address,Call Type,Call ID,Session ID,Description\r\n"
                + $"E,{answer.Batch},{ids[0]},137,{usn},2015-01-12T11:00:00.000+11:00,,,5000000000,17,7.5,0,1,false,1,,Data,,\"s,1\","
                + "\"say \"\"hi\"\"\"\r\n"
                + $"E,{answer.Batch},{ids[1]},137,{usn},2015-01-12T12:00:00.000+11:00,,'=61290001111,0,0,61,0,1,true,0,,Voice,,,\r\n"
                + $"F,{answer.Batch},2\r\n",
            read.Text
        );

        // A time without an offset is on the clocks of the account, and the account's USN is all of its subscriptions'.
        Assert.Equal(
            ids,
            (await login.ReadAsync(await login.RangeAsync(account, "2015-01-12T11:00:00", "2015-01-12T12:00:00"))).All("UURID")
        );
        Assert.Single((await login.ReadAsync(await login.RangeAsync(usn, "2015-01-12T01:00:00.001Z", "2015-01-13T00:00:00Z"))).Entries);
        Assert.Null(await login.RangeAsync(usn, "2015-01-13T00:00:00+11:00", "2015-01-14T00:00:00+11:00"));
    }

    [Fact]
    public async Task What_cannot_be_given_is_refused_and_who_may_not_see_it_is_told_no_more()
    {
        var (usn, account) = await OrderAsync("0430000011");
        var (other, otherAccount) = await OrderAsync("0430000012");
        await CallAsync("b1", "0430000011", "2015-01-12T10:00:00");
        await CallAsync("b2", "0430000012", "2015-01-12T10:00:00");
        using var login = await ActivityLogin.AddAsync(server, account);
        using var administrator = await ActivityLogin.AddAsync(server, null);
        var messages = new HashSet<string>();
        foreach (var foreign in new[] { other, otherAccount, "4711", "" })
        {
            foreach (
                var (operation, parameters) in new[]
                {
                    (
                        "getActivityStatementRange",
                        new[] { P("startTimestamp", "2015-01-01T00:00:00Z"), P("endTimestamp", "2015-02-01T00:00:00Z") }
                    ),
                    ("getActivityStatementBatch", [P("batchId", 0)]),
                }
            )
            {
                var fault = await login.Api.RefusedAsync("subscription", operation, [P("usn", foreign), .. parameters]);
                Assert.Equal("NoSuchItemException", fault.Element);
                messages.Add(fault.Message.Replace($"[usn={foreign}]", "", StringComparison.Ordinal));
            }
        }

        Assert.Single(messages);
        Assert.Equal(
            "ActivityException",
            (
                await login.Api.RefusedAsync(
                    "subscription",
                    "getActivityStatementRange",
                    P("usn", usn),
                    P("startTimestamp", "2015-02-01T00:00:00Z"),
                    P("endTimestamp", "2015-01-01T00:00:00Z")
                )
            ).Element
        );

        // A batch of another USN, a file that is no batch, and what was never one.
        var range = await login.RangeAsync(usn, "2015-01-01T00:00:00Z", "2015-02-01T00:00:00Z");
        var foreignBatch = await administrator.BatchAsync(other, 0);
        var ofAccount = await login.BatchAsync(account, 0);
        foreach (var batch in new[] { range!.Batch, foreignBatch!.Batch, ofAccount!.Batch, 1, -1, long.MaxValue })
        {
            var fault = await login.Api.RefusedAsync("subscription", "getActivityStatementBatch", P("usn", usn), P("batchId", batch));
            Assert.Equal("NoSuchItemException", fault.Element);
            Assert.Contains($"[batchId={batch}]", fault.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Batches_that_follow_from_each_other_have_each_record_once_whenever_it_began()
    {
        var (usn, account) = await OrderAsync("0430000021");
        using var login = await ActivityLogin.AddAsync(server, account);
        using var second = await ActivityLogin.AddAsync(server, account);
        Assert.Null(await login.BatchAsync(usn, 0));
        await CallAsync("c1", "0430000021", "2015-01-13T10:00:00", 1);
        await CallAsync("c2", "0430000021", "2015-01-13T11:00:00", 2);
        var first = await login.BatchAsync(usn, 0);
        Assert.Equal(["1", "2"], (await login.ReadAsync(first)).All("Billable Duration"));
        Assert.Null(await login.BatchAsync(usn, first!.Batch));

        // Usage that was bound late began before, and so did usage of a file that came late.
        await CallAsync("c3", "0430000021", "2015-01-11T10:00:00", 3);
        await CallAsync("c4", "0430000029", "2015-01-11T09:00:00", 4);
        var other = await _usage.OrderAsync("0430000029", account: account, since: Since);
        await _usage.OnScopeAsync(scope =>
            scope.Use<UsageErrors>().RecycleAsync(new SuspenseFilter { Identifier = "0430000029" }, null, default)
        );
        var next = await login.BatchAsync(usn, first.Batch);
        Assert.Equal(["3"], (await login.ReadAsync(next)).All("Billable Duration"));

        // Whoever asks for what came since the first one gets a batch of his own, with all of it.
        var another = await second.BatchAsync(usn, first.Batch);
        Assert.NotEqual(next!.Batch, another!.Batch);
        Assert.Equal(["3"], (await second.ReadAsync(another)).All("Billable Duration"));
        Assert.Null(await second.BatchAsync(usn, next.Batch));
        await CallAsync("c5", "0430000021", "2015-01-10T10:00:00", 5);
        Assert.Equal(["5"], (await login.ReadAsync(await login.BatchAsync(usn, another.Batch))).All("Billable Duration"));
        Assert.Equal(["3", "5"], (await login.ReadAsync(await login.BatchAsync(usn, first.Batch))).All("Billable Duration").Order());

        // What was given out before stays as it was.
        Assert.Equal(["1", "2"], (await login.ReadAsync(first)).All("Billable Duration"));
        Assert.Equal(["3"], (await login.ReadAsync(next)).All("Billable Duration"));

        // All subscriptions of the account.
        Assert.Equal(
            ["1 " + usn, "2 " + usn, "3 " + usn, "4 " + other, "5 " + usn],
            (await login.ReadAsync(await login.BatchAsync(account, 0)))
                .Entries.Select(entry => $"{entry["Billable Duration"]} {entry["USN"]}")
                .Order()
        );
    }

    /// <summary>A transaction that began first may commit last: its numbers are lower than those of what was given out before.</summary>
    [Fact]
    public async Task What_is_committed_late_is_in_the_next_batch()
    {
        var (usn, account) = await OrderAsync("0430000031");
        using var login = await ActivityLogin.AddAsync(server, account);
        await CallAsync("d1", "0430000031", "2015-01-13T10:00:00", 1);
        await using var connection = await server.Stage.Usage.Connections.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var late = connection.CreateCommand())
        {
            late.CommandText = $"""
                INSERT INTO usage_batch (id, arrived, first_start, last_start)
                    VALUES (0, now(), '2015-01-13T09:00:00+11', '2015-01-13T09:00:00+11');
                INSERT INTO usage_record SELECT subscription_usn, '2015-01-13T09:00:00+11', 0, 0, gen_random_uuid(), call_type, role,
                    on_net, caller, called, 9, bytes_received, bytes_sent, pages, events, session, starts_session,
                    wholesale_charge, description
                    FROM usage_record WHERE subscription_usn = '{usn}'
                """;
            await late.ExecuteNonQueryAsync();
        }

        var first = await login.BatchAsync(usn, 0);
        await CallAsync("d2", "0430000031", "2015-01-13T11:00:00", 2);
        var second = await login.BatchAsync(usn, first!.Batch);
        await transaction.CommitAsync();
        var third = await login.BatchAsync(usn, second!.Batch);
        Assert.Equal(["1"], (await login.ReadAsync(first)).All("Billable Duration"));
        Assert.Equal(["2"], (await login.ReadAsync(second)).All("Billable Duration"));
        Assert.Equal(["9"], (await login.ReadAsync(third)).All("Billable Duration"));
        Assert.Null(await login.BatchAsync(usn, third!.Batch));
    }

    /// <summary>Files come in parallel while two clients fetch batch after batch: each gets each record once.</summary>
    [Fact]
    public async Task Two_clients_each_get_each_record_once_while_files_come_in_parallel()
    {
        var (usn, account) = await OrderAsync("0430000041");
        using var login = await ActivityLogin.AddAsync(server, account);
        var isOver = false;
        var imports = Enumerable
            .Range(0, 6)
            .Select(file =>
                Task.Run(async () =>
                {
                    for (var part = 0; part < 12; part++)
                    {
                        var lines = Enumerable
                            .Range(0, 20)
                            .Select(line => Line($"e-{file}-{part}-{line}", "0430000041", Seconds(line), 60));
                        await _usage.ImportAsync("smile", $"e-{file}-{part}", string.Concat(lines));
                    }
                })
            )
            .ToList();
        var clients = new[] { usn, account }.Select(each => Task.Run(() => FetchAsync(each))).ToList();
        await Task.WhenAll(imports);
        Volatile.Write(ref isOver, true);
        foreach (var fetched in await Task.WhenAll(clients))
        {
            Assert.Equal(6 * 12 * 20, fetched.Count);
            Assert.Equal(6 * 12 * 20, fetched.Distinct().Count());
        }

        async Task<List<string>> FetchAsync(string subject)
        {
            var fetched = new List<string>();
            var batch = 0L;
            while (true)
            {
                // What is there when it is over is there before the last look.
                var wasOver = Volatile.Read(ref isOver);
                if (await login.BatchAsync(subject, batch) is { } answer)
                {
                    batch = answer.Batch;
                    fetched.AddRange((await login.ReadAsync(answer)).All("UURID"));
                }
                else if (wasOver)
                {
                    return fetched;
                }
            }
        }
    }

    /// <summary>Pages of a file end within subscriptions, and within records that began together.</summary>
    [Fact]
    public async Task Files_of_many_pages_have_each_record_once()
    {
        var (usn, account) = await OrderAsync("0430000051");
        var second = await _usage.OrderAsync("0430000052", account: account, since: Since);
        await _usage.OrderAsync("0430000053", account: account, since: Since);
        var third = await _usage.OrderAsync("0430000054", account: account, since: Since);
        using var login = await ActivityLogin.AddAsync(server, account);
        var text = new StringBuilder();
        for (var line = 0; line < 2_300; line++)
        {
            text.Append(Line($"f-{line}", "0430000051", line < 1_500 ? "10:00:00" : Seconds(line), 60));
        }

        text.Append(Line("f-x", "0430000052", "11:00:00", 60));
        for (var line = 0; line < 1_000; line++)
        {
            text.Append(Line($"f-y{line}", "0430000054", Seconds(line), 60));
        }

        await _usage.ImportAsync("smile", "f", text.ToString());
        var read = await login.ReadAsync(await login.BatchAsync(account, 0));
        Assert.Equal(3_301, read.Entries.Count);
        Assert.Equal(3_301, read.Entries.Select(entry => (entry["USN"], entry["UURID"])).Distinct().Count());
        Assert.Equal(
            [(usn, 2_300), (second, 1), (third, 1_000)],
            read.Entries.GroupBy(entry => entry["USN"])
                .OrderBy(group => group.Min(entry => entry["USN"]))
                .Select(group => (group.Key, group.Count()))
                .OrderBy(pair => pair.Key, StringComparer.Ordinal)
        );
        Assert.Equal(
            read.Entries.Select(entry => (entry["USN"], entry["Start Timestamp"])),
            read.Entries.Select(entry => (entry["USN"], entry["Start Timestamp"]))
                .OrderBy(entry => entry.Item1, StringComparer.Ordinal)
                .ThenBy(entry => entry.Item2, StringComparer.Ordinal)
        );
    }

    /// <summary>A subscription that goes to another account and comes back brings what nobody of the first has had, and no more.</summary>
    [Fact]
    public async Task A_subscription_that_was_away_goes_on_where_the_batches_of_its_account_left_it()
    {
        var (_, account) = await OrderAsync("0430000061");
        var (_, elsewhere) = await OrderAsync("0430000062");
        var moves = await _usage.OrderAsync("0430000063", account: account, since: Since);
        using var login = await ActivityLogin.AddAsync(server, account);
        await CallAsync("g1", "0430000061", "2015-01-13T10:00:00", 1);
        await CallAsync("g2", "0430000063", "2015-01-13T10:00:00", 2);
        var first = await login.BatchAsync(account, 0);
        var own = await login.BatchAsync(moves, 0);
        Assert.Equal(["1", "2"], (await login.ReadAsync(first)).All("Billable Duration").Order());

        await _usage.MoveAsync(moves, elsewhere);
        await CallAsync("g3", "0430000061", "2015-01-13T11:00:00", 3);
        await CallAsync("g4", "0430000063", "2015-01-13T11:00:00", 4);
        var second = await login.BatchAsync(account, first!.Batch);
        Assert.Equal(["3"], (await login.ReadAsync(second)).All("Billable Duration"));

        // What was answered before is not given out any more either.
        Assert.Equal(["1"], (await login.ReadAsync(first)).All("Billable Duration"));
        using var gone = await login.Http.GetAsync(own!.Address);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);

        await _usage.MoveAsync(moves, account);
        await CallAsync("g5", "0430000063", "2015-01-13T12:00:00", 5);
        Assert.Equal(["4", "5"], (await login.ReadAsync(await login.BatchAsync(account, second!.Batch))).All("Billable Duration").Order());
        Assert.Equal(["1", "2"], (await login.ReadAsync(first)).All("Billable Duration").Order());
    }

    private async Task<(string Usn, string Account)> OrderAsync(string number, string? imsi = null)
    {
        var usn = await _usage.OrderAsync(number, imsi, since: Since);
        return (usn, await server.QueryAsync<string>("SELECT account_usn FROM subscription WHERE usn = $1", usn));
    }

    private Task CallAsync(string id, string number, string local, int seconds = 60, string called = "61290001111") =>
        _usage.ImportAsync("smile", id, $"E,{id},137,{number},Username,{local}+11:00,Voice,,,{called},Untyped,{seconds}\n");

    private static string Line(string id, string number, string time, int seconds) =>
        $"E,{id},137,{number},Username,2015-01-13T{time}+11:00,Voice,,,61290001111,E164,{seconds}\n";

    private static string Seconds(int line) => TimeSpan.FromSeconds(36_000 + line).ToString("hh\\:mm\\:ss", CultureInfo.InvariantCulture);
}
