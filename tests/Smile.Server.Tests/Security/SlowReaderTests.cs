using System.Diagnostics;
using System.Net;
using Smile.Server.Tests.Fixture;
using Smile.Testing;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Security;

/// <summary>A server of its own: what others do on it would be measured, too.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SlowReaderServerTests : ICollectionFixture<ServerFixture>
{
    public const string Name = "slow readers";
}

/// <summary>S4: who reads slowly does so on his own account.</summary>
[Collection(SlowReaderServerTests.Name)]
public sealed class SlowReaderTests(ServerFixture server)
{
    private const string Database = "datname = current_database() AND pid <> pg_backend_pid()";

    [Fact]
    public async Task Slow_readers_hold_no_connections_and_slow_nobody_else_down()
    {
        var (many, some) = Verification.IsFull ? (300, 100) : (90, 20);
        var account = await Money.NewAccountAsync(server);
        await account.InvoiceAsync(10m);
        await LedgerSql.RepeatAsync(server.Stage.Store.Source, account.Usn, 8_000, new string('x', 1_000));
        var third = await Orders.PortalCustomerAsync(server);
        using var working = await server.AddUserOfAccountAsync(third.Usn);
        await WorkAsync(working, third.Usn, 50);
        var quiet = await WorkAsync(working, third.Usn, 200);

        // They have asked for some 10 MB each, and read the beginning at most.
        using var first = await server.AddUserOfAccountAsync(account.Usn);
        using var second = await server.AddUserOfAccountAsync(account.Usn);
        var readers = await Task.WhenAll(
            Enumerable
                .Range(0, many)
                .Select(_ => OpenAsync(first, account.Usn))
                .Concat(Enumerable.Range(0, some).Select(_ => OpenAsync(second, account.Usn)))
        );
        try
        {
            var refused = readers.Take(many).Where(answer => answer.StatusCode == HttpStatusCode.ServiceUnavailable).ToList();
            Assert.Equal(many - server.Settings.MaxCallsOfLogin, refused.Count);
            Assert.All(refused, answer => Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter?.Delta));
            Assert.Contains("Fault", await refused[0].Content.ReadAsStringAsync(), StringComparison.Ordinal);
            // Which of them come first is theirs to say.
            Assert.Equal(
                Math.Min(some, server.Settings.MaxCallsOfLogin),
                readers.Skip(many).Count(answer => answer.StatusCode == HttpStatusCode.OK)
            );
            await Until.TrueAsync(
                "no reader holds a connection",
                async () =>
                    await server.QueryAsync<long>(
                        $"""
                        SELECT count(*) FROM pg_stat_activity WHERE {Database} AND state <> 'idle'
                            AND query LIKE '%financial_transaction%'
                        """
                    ) == 0
            );

            // Of a few tries the best counts: other work of this machine is not the readers' doing, and what they hold they hold in every
            // one.
            var busy = TimeSpan.MaxValue;
            for (var attempt = 0; attempt < 5 && busy >= 3 * quiet; attempt++)
            {
                busy = await WorkAsync(working, third.Usn, 200);
            }

            Assert.True(busy < 3 * quiet, $"p99 is {busy.TotalMilliseconds} ms beside slow readers, {quiet.TotalMilliseconds} ms without");
        }
        finally
        {
            foreach (var answer in readers)
            {
                answer.Dispose();
            }
        }

        // When they are gone, so is what they counted for.
        await Until.TrueAsync(
            "the login may call again",
            async () =>
            {
                using var answer = await first.OpenAsync("order", "echo", P("value", "x"));
                return answer.StatusCode == HttpStatusCode.OK;
            }
        );
    }

    [Fact]
    public async Task An_answer_that_takes_too_long_is_ended()
    {
        var account = await Money.NewAccountAsync(server);
        await account.InvoiceAsync(10m);
        await LedgerSql.RepeatAsync(server.Stage.Store.Source, account.Usn, 40_000, new string('x', 1_000));
        using var caller = await server.AddUserOfAccountAsync(account.Usn);
        await caller.CallAsync("order", "echo", P("value", "x"));
        server.Settings.AnswerTimeout = TimeSpan.FromSeconds(2);
        try
        {
            using var answer = await OpenAsync(caller, account.Usn);
            await using var body = await answer.Content.ReadAsStreamAsync();
            await body.ReadExactlyAsync(new byte[1_000]);
            await Until.TrueAsync("the call is over", () => Task.FromResult(server.CallsInFlight == 0));
            await Assert.ThrowsAnyAsync<IOException>(() => body.CopyToAsync(Stream.Null));
        }
        finally
        {
            server.Settings.AnswerTimeout = TimeSpan.FromMinutes(5);
        }
    }

    private static Task<HttpResponseMessage> OpenAsync(SoapCaller caller, string usn) =>
        caller.OpenAsync(
            "account",
            "getTransactionList",
            P("usn", usn),
            P("startTimestamp", "2015-01-01T00:00:00+11:00"),
            P("endTimestamp", "2015-02-01T00:00:00+11:00")
        );

    /// <returns>The time that 99 of 100 calls take at most.</returns>
    private static async Task<TimeSpan> WorkAsync(SoapCaller caller, string usn, int calls)
    {
        var times = new List<TimeSpan>();
        for (var call = 0; call < calls; call++)
        {
            var started = Stopwatch.GetTimestamp();
            using var answer = await caller.OpenAsync("account", "get", P("usn", usn));
            await answer.Content.ReadAsStringAsync();
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            times.Add(Stopwatch.GetElapsedTime(started));
        }

        return times.Order().ElementAt(calls * 99 / 100 - 1);
    }
}
