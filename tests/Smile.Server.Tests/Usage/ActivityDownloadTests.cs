using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Smile.Hosting;
using Smile.Hosting.Stages;
using Smile.Server.Tests.Fixture;
using Smile.Testing;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Usage;

/// <summary>The addresses of files of activity statements: who may read them, until when, and at what cost.</summary>
public sealed class ActivityDownloadTests(ServerFixture server) : IClassFixture<ServerFixture>
{
    private static readonly DateTimeOffset Since = new(2015, 1, 10, 0, 0, 0, TimeSpan.FromHours(11));

    private readonly UsageHelp _usage = new(server);

    [Fact]
    public async Task A_file_is_a_csv_to_be_saved_and_kept_by_nobody_on_the_way()
    {
        var (usn, account) = await OrderAsync("0440000001");
        using var login = await ActivityLogin.AddAsync(server, account);
        var answer = (await login.BatchAsync(usn, 0))!;
        using var file = await login.Http.GetAsync(answer.Address);
        Assert.Equal(HttpStatusCode.OK, file.StatusCode);
        Assert.Equal("text/csv; charset=utf-8", file.Content.Headers.ContentType!.ToString());
        Assert.Equal("attachment", file.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Equal($"activity-{answer.Batch}.csv", file.Content.Headers.ContentDisposition.FileName);
        Assert.True(file.Headers.CacheControl!.NoStore);
        Assert.Equal(["nosniff"], file.Headers.GetValues("X-Content-Type-Options"));
        using var head = await login.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, answer.Address));
        Assert.Equal((HttpStatusCode.OK, 0), (head.StatusCode, (await head.Content.ReadAsByteArrayAsync()).Length));
        Assert.Equal("text/csv; charset=utf-8", head.Content.Headers.ContentType!.ToString());

        // The address names the stage where the call did, and works with its name in any case.
        using var staged = new SoapCaller(server.Address, login.Name, ActivityLogin.Password, "/live/smile/ws/v2/");
        var document = await staged.CallAsync("subscription", "getActivityStatementBatch", P("usn", usn), P("batchId", 0));
        var address = new Uri(document.At("URL")!);
        Assert.Equal("/live/activity", address.AbsolutePath);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(login.Http, address));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(login.Http, new Uri(server.Address, "/live" + answer.Address.PathAndQuery)));
        Assert.Equal(
            HttpStatusCode.NotFound,
            await StatusAsync(login.Http, new Uri(server.Address, "/test" + answer.Address.PathAndQuery))
        );

        // The token is long enough not to be guessed, and nowhere in the database.
        var token = answer.Address.Query["?token=".Length..];
        Assert.True(token.Length >= 32, token);
        Assert.Equal(
            ["0"],
            await _usage.RowsAsync("SELECT count(*) FROM usage_activity_batch AS b WHERE b::text LIKE '%' || $1 || '%'", token)
        );
    }

    [Fact]
    public async Task Only_the_login_that_asked_gets_it()
    {
        var (usn, account) = await OrderAsync("0440000011");
        using var login = await ActivityLogin.AddAsync(server, account);
        using var colleague = await ActivityLogin.AddAsync(server, account);
        using var administrator = await ActivityLogin.AddAsync(server, null);
        var answer = (await login.BatchAsync(usn, 0))!;
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(colleague.Http, answer.Address));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(administrator.Http, answer.Address));
        using var stranger = new HttpClient();
        using var anonymous = await stranger.GetAsync(answer.Address);
        Assert.Equal(HttpStatusCode.Unauthorized, anonymous.StatusCode);
        Assert.Contains("Basic", anonymous.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        foreach (var query in new[] { "", "?token=", "?token=x", "?token=" + new string('x', 200), "?token=%00", "?batch=1" })
        {
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(login.Http, new Uri(server.Address, "/activity" + query)));
        }

        // Guessing a password there is slowed as it is in calls.
        using var guessing = ActivityLogin.Client(login.Name, "wrong");
        for (var attempt = 0; attempt < 6; attempt++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(guessing, answer.Address));
        }

        using var slowed = await guessing.GetAsync(answer.Address);
        Assert.NotNull(slowed.Headers.RetryAfter);
    }

    [Fact]
    public async Task Who_may_not_ask_any_more_may_not_read_any_more()
    {
        var (usn, account) = await OrderAsync("0440000021");
        using var login = await ActivityLogin.AddAsync(server, account);
        var answer = (await login.BatchAsync(usn, 0))!;
        using (await ActivityLogin.AddAsync(server, account, login.Name, ["self-service"]))
        {
            await Until.TrueAsync(
                "the permission is gone",
                async () => await StatusAsync(login.Http, answer.Address) == HttpStatusCode.Forbidden
            );
        }

        using (await ActivityLogin.AddAsync(server, account, login.Name, ["read"]))
        {
            await Until.TrueAsync("the permission is back", async () => await StatusAsync(login.Http, answer.Address) == HttpStatusCode.OK);
        }

        var loginUsn = await server.QueryAsync<string>("SELECT usn FROM subscription WHERE username = $1", login.Name);
        await server.Administrator.CallAsync(
            "subscription",
            "cancel",
            P("usn", loginUsn),
            P("fromTimestamp", server.Clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture))
        );
        await Until.TrueAsync(
            "the login is closed",
            async () => await StatusAsync(login.Http, answer.Address) == HttpStatusCode.Unauthorized
        );
    }

    [Fact]
    public async Task An_address_works_for_24_hours_and_the_batch_can_be_gone_on_from_afterwards()
    {
        var (usn, account) = await OrderAsync("0440000031");
        using var login = await ActivityLogin.AddAsync(server, account);
        var answer = (await login.BatchAsync(usn, 0))!;
        server.Clock.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(login.Http, answer.Address));
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(login.Http, answer.Address));
        await _usage.ImportAsync("smile", "later-31", Line("later-31", "0440000031", "2015-01-12T11:00:00"));
        Assert.Single((await login.ReadAsync(await login.BatchAsync(usn, answer.Batch))).Entries);
    }

    /// <summary>S4. Who reads slowly holds no connection of the database, and reads what there was when he asked.</summary>
    [Fact]
    public async Task A_slow_reader_holds_no_connection_and_reads_what_was_there()
    {
        var (usn, account) = await OrderAsync("0440000041");
        using var login = await ActivityLogin.AddAsync(server, account);
        var text = new StringBuilder();
        for (var line = 0; line < 12_000; line++)
        {
            var start = new DateTime(2015, 1, 11).AddSeconds(line).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
            text.Append(Line($"s-{line}", "0440000041", start)[..^1]).Append(",,,,,,,,,,").Append('x', 400).Append('\n');
        }

        await _usage.ImportAsync("smile", "slow", text.ToString());
        var answer = (await login.BatchAsync(usn, 0))!;
        var open = await Task.WhenAll(
            Enumerable.Range(0, 30).Select(_ => login.Http.GetAsync(answer.Address, HttpCompletionOption.ResponseHeadersRead))
        );
        try
        {
            Assert.All(open, response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
            await Until.TrueAsync(
                "no reader holds a connection",
                async () =>
                    await server.QueryAsync<long>(
                        """
                        SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
                            AND state <> 'idle' AND query LIKE '%usage_record%'
                        """
                    ) == 0
            );

            // None of them is through: they wait for their readers.
            Assert.True(server.CallsInFlight >= 30, $"{server.CallsInFlight} calls");
            await _usage.ImportAsync("smile", "since", Line("since", "0440000041", "2015-01-13T23:00:00"));
            var read = ActivityLogin.Read(await open[0].Content.ReadAsStringAsync(), answer.Batch);
            Assert.Equal(12_001, read.Entries.Count);
            Assert.Equal(12_001, read.All("UURID").Distinct().Count());
            Assert.DoesNotContain("2015-01-13T23:00:00.000+11:00", read.All("Start Timestamp"));
            Assert.Equal(read.Text, (await login.ReadAsync(answer)).Text);
        }
        finally
        {
            foreach (var response in open)
            {
                response.Dispose();
            }
        }
    }

    /// <summary>On a server that logs and traces all it can: neither has the token.</summary>
    [Fact]
    public async Task The_token_is_in_the_answer_alone()
    {
        var (usn, account) = await OrderAsync("0440000051");
        using var login = await ActivityLogin.AddAsync(server, account);
        var answer = (await login.BatchAsync(usn, 0))!;
        using var telemetry = new TelemetryRecorder();
        using var log = new StringWriter();
        var console = Console.Out;
        Console.SetOut(TextWriter.Synchronized(log));
        try
        {
            var settings = new ServerSettings
            {
                CreditControlHour = null,

                // A collector that is away: what is written for it is made all the same.
                OtlpEndpoint = $"http://127.0.0.1:{LoopbackPort.Free()}",
            };
            settings.PasswordKeys[1] = server.Settings.PasswordKeys[1];
            settings.Stages["live"] = new StageSettings { Database = server.Settings.Stages["live"].Database };
            var builder = SmileHost.CreateBuilder([]);
            builder.Configuration["Smile:LogLevel"] = "Verbose";
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            await using var app = SmileHost.Build(builder, settings, server.Clock);
            var stage = app.Services.GetRequiredService<StageRegistry>().Default;
            stage.Catalogue = server.Stage.Catalogue;
            stage.Gate.Set(false);
            await app.StartAsync();
            foreach (var prefix in new[] { "", "/live", "/nostage" })
            {
                using var response = await login.Http.GetAsync(new Uri(new Uri(app.Urls.First()), prefix + answer.Address.PathAndQuery));
                Assert.Equal(prefix == "/nostage" ? HttpStatusCode.NotFound : HttpStatusCode.OK, response.StatusCode);
            }

            await app.StopAsync();
        }
        finally
        {
            Console.SetOut(console);
        }

        // The test's own client says where it went, in this process.
        var lines = telemetry.Said.Split('\n').Where(line => !line.Contains("System.Net.Http", StringComparison.Ordinal));
        var said = string.Join('\n', lines) + log;
        Assert.Contains("/live/activity", said, StringComparison.Ordinal);
        Assert.DoesNotContain(answer.Address.Query["?token=".Length..], said, StringComparison.Ordinal);
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http, Uri address)
    {
        using var response = await http.GetAsync(address);
        return response.StatusCode;
    }

    /// <summary>A subscription with one call.</summary>
    private async Task<(string Usn, string Account)> OrderAsync(string number)
    {
        var usn = await _usage.OrderAsync(number, since: Since);
        await _usage.ImportAsync("smile", number, Line(number, number, "2015-01-12T10:00:00"));
        return (usn, await server.QueryAsync<string>("SELECT account_usn FROM subscription WHERE usn = $1", usn));
    }

    private static string Line(string id, string number, string local) =>
        $"E,{id},137,{number},Username,{local}+11:00,Voice,,,61290001111,E164,60\n";
}
