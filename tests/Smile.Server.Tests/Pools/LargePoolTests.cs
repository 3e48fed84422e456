using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Smile.NumberPools;
using Smile.NumberPools.Storage;
using Smile.Server.Tests.Fixture;
using Smile.Testing;
using Xunit.Abstractions;
using static Smile.Server.Tests.Fixture.PaymentHelp;

namespace Smile.Server.Tests.Pools;

/// <summary>
/// A pool of 11 million numbers of which every eleventh is in use, scattered: the worst there is, a million free ranges. The short form has
/// a fiftieth of it.
/// </summary>
public sealed class LargePoolTests(ServerFixture server, ITestOutputHelper output) : IClassFixture<ServerFixture>
{
    private const double MostMilliseconds = 20;
    private const int Piece = 10_000;
    private const int First = 300_000_000;
    private const string Start = "0300000000";
    private const string End = "0399999999";

    private static readonly int Used = Verification.IsFull ? 1_000_000 : 20_000;

    /// <summary>Behind the last number in use there is room for large blocks.</summary>
    private static readonly int Last = First + Used * 11 + 19_999;

    [Fact]
    public async Task A_search_walks_past_no_used_number()
    {
        await new PoolHelp(server).ImportAsync(PoolHelp.Telephone, Start, Text(Last));
        await FillAsync();
        var pool = await server.QueryAsync<int>("SELECT number FROM number_pool WHERE id = $1::uuid", PoolHelp.Telephone);

        // Blocks of 100 and more are at the far end alone, and of 100,000 there is none.
        foreach (var size in new BigInteger[] { 0, 1, 2, 8, 10, 12, 16, 100, 10_000, 100_000 })
        {
            var times = new List<double>();
            for (var turn = 0; turn < 5; turn++)
            {
                times.Add(await MillisecondsAsync(FreeRanges.FindFree(pool, new NumberRange(First, 399_999_999), size, 30)));
            }

            output.WriteLine($"{Used * 11} numbers, blocks of {size}: {string.Join(' ', times.Select(time => $"{time:0.0}"))} ms");
            Assert.True(times.Min() < MostMilliseconds, $"blocks of {size} took {times.Min()} ms");
        }

        var found = await RunAsync<SearchPool, IReadOnlyList<FreeNumbers>>(
            server,
            search => search.ExecuteAsync(new PoolSearch(PoolHelp.Telephone, Start, End, 10, null, null), default)
        );
        Assert.Equal(30, found.Count);
    }

    /// <summary>In pieces, as they would have come to be: one statement over all of it would be one transaction.</summary>
    private async Task FillAsync()
    {
        await server.ExecuteAsync("ALTER TABLE pool_reservation DISABLE TRIGGER audit; ALTER TABLE pool_link DISABLE TRIGGER audit");
        await server.ExecuteAsync("DELETE FROM pool_free_range");
        for (var from = 0; from < Used; from += Piece)
        {
            var to = Math.Min(from + Piece, Used);
            await server.ExecuteAsync(
                """
                WITH used AS (
                    SELECT n, $1::numeric + n * 11 + (hashint4(n) & 7) AS at FROM generate_series($2::int, $3::int) AS n),
                reserved AS (
                    INSERT INTO pool_reservation (id, pool, first, last, created, changed_by)
                    SELECT gen_random_uuid(), (SELECT number FROM number_pool WHERE id = $4::uuid), at, at, now(), 'test' FROM used
                    RETURNING id, pool),
                linked AS (
                    INSERT INTO pool_link (id, reservation_id, type, created, changed_by)
                    SELECT gen_random_uuid(), id, 'Allocation', now(), 'test' FROM reserved)
                INSERT INTO pool_free_range (pool, first, last)
                SELECT (SELECT number FROM number_pool WHERE id = $4::uuid), first, last FROM (
                    SELECT $1::numeric AS first, at - 1 AS last FROM used WHERE n = 0
                    UNION ALL
                    SELECT at + 1, CASE n WHEN $5::int - 1 THEN $6::numeric
                        ELSE $1::numeric + (n + 1) * 11 + (hashint4(n + 1) & 7) - 1 END FROM used) AS free
                WHERE first <= last
                """,
                (decimal)First,
                from,
                to - 1,
                PoolHelp.Telephone,
                Used,
                (decimal)Last
            );
        }

        await PoolInvariants.RequireAsync(server, PoolHelp.Telephone);

        await server.ExecuteAsync("ANALYZE pool_free_range");
    }

    /// <summary>What the database itself takes for a statement, without the way there and back.</summary>
    private async Task<double> MillisecondsAsync(FormattableString statement)
    {
        var text = string.Format(
            CultureInfo.InvariantCulture,
            statement.Format,
            [.. Enumerable.Range(1, statement.ArgumentCount).Select(index => (object)$"${index}")]
        );
        var parameters = statement.GetArguments().Select(argument => argument is BigInteger number ? (decimal)number : argument!).ToArray();
        var plan = await server.QueryAsync<string>("EXPLAIN (ANALYZE, FORMAT JSON) " + text, parameters);
        using var document = JsonDocument.Parse(plan);
        return document.RootElement[0].GetProperty("Execution Time").GetDouble();
    }

    private static string Text(long number) => number.ToString("0000000000", CultureInfo.InvariantCulture);
}
