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
/// Pools of 11 million numbers in pieces, the worst there are: one with every eleventh number in use, scattered, so that there are a
/// million free ranges; others with ranges that are longer than what is looked for, and lie so that none has a block of it. The short form
/// has a fiftieth of them. What a search may cost is held in pages that it reads and in rows that it passes over, which do not depend on
/// what else the machine does.
/// </summary>
public sealed class LargePoolTests(ServerFixture server, ITestOutputHelper output) : IClassFixture<ServerFixture>
{
    private const int First = 300_000_000;
    private const string Start = "0300000000";
    private const string End = "0399999999";

    /// <summary>Statements of this many pieces: one over all of a pool would be one transaction.</summary>
    private const int Batch = 10_000;

    /// <summary>Behind the last number in use there is room for large blocks.</summary>
    private const int Room = 20_000;

    /// <summary>Pages that are read at once rather than by an index.</summary>
    private const int WholeTable = 64;

    private static readonly int Numbers = Verification.IsFull ? 11_000_000 : 220_000;

    [Fact]
    public async Task A_search_walks_past_no_used_number()
    {
        await FillAsync(11, 1, "hashint4(n) & 7");

        // Blocks of 100 and more are at the far end alone, and of 100,000 there is none. Ranges of 12 to 17 numbers are common, and few of
        // them have a block of such a size.
        foreach (var size in new BigInteger[] { 0, 1, 2, 3, 5, 7, 8, 10, 12, 15, 16, 17, 20, 25, 50, 100, 250, 500, 700, 10_000, 100_000 })
        {
            await RequireFewPagesAsync(size, 30);
            await RequireFewPagesAsync(size, SearchPool.LargestLimit);
        }

        var found = await RunAsync<SearchPool, IReadOnlyList<FreeNumbers>>(
            server,
            search => search.ExecuteAsync(new PoolSearch(PoolHelp.Telephone, Start, End, 10, null, null), default)
        );
        Assert.Equal(30, found.Count);
    }

    /// <summary>
    /// Pieces of twice a size less two that begin right behind a multiple of the size: none of them has a block, whatever one looks at but
    /// their places. From 512 numbers on that is looked at.
    /// </summary>
    [Theory]
    [InlineData(12)]
    [InlineData(144)]
    [InlineData(250)]
    [InlineData(300)]
    public async Task A_search_walks_past_no_range_that_is_long_enough_and_has_no_block(int size)
    {
        await FillAsync(2 * size, 2, $"(-$1::integer % {2 * size}) + {2 * size - 1}");
        foreach (var wanted in new BigInteger[] { size, size - 1, size + 1, size / 2 + 1, 2 * size - 2 })
        {
            await RequireFewPagesAsync(wanted, 30);
            await RequireFewPagesAsync(wanted, SearchPool.LargestLimit);
        }
    }

    /// <param name="spacing">Of the numbers of pieces that begin with used ones.</param>
    /// <param name="used">How many are used of each.</param>
    /// <param name="at">Where the used ones of the piece <c>n</c> are, behind its beginning.</param>
    private async Task FillAsync(int spacing, int used, string at)
    {
        await server.ExecuteAsync("ALTER TABLE pool_reservation DISABLE TRIGGER audit; ALTER TABLE pool_link DISABLE TRIGGER audit");
        await server.ExecuteAsync(
            "TRUNCATE pool_free_range, pool_free_block, pool_link, pool_paused_quarantine, pool_reservation, pool_range"
        );
        var pieces = Numbers / spacing;
        var last = First + (long)pieces * spacing + Room;
        await new PoolHelp(server).ImportAsync(PoolHelp.Telephone, Start, last.ToString("0000000000", CultureInfo.InvariantCulture));
        await server.ExecuteAsync("DELETE FROM pool_free_range");
        for (var from = 0; from < pieces; from += Batch)
        {
            await server.ExecuteAsync(
                $"""
                WITH pool AS (SELECT number FROM number_pool WHERE id = $4::uuid),
                used AS (
                    SELECT n, $1::numeric + n::numeric * $6::int + ({at}) AS at
                    FROM generate_series($2::int, least($3::int + 1, $5::int - 1)) AS n),
                reserved AS (
                    INSERT INTO pool_reservation (id, pool, first, last, created, changed_by)
                    SELECT gen_random_uuid(), number, at, at + $7::int - 1, now(), 'test' FROM used, pool WHERE n <= $3::int
                    RETURNING id),
                linked AS (
                    INSERT INTO pool_link (id, reservation_id, type, created, changed_by)
                    SELECT gen_random_uuid(), id, 'Allocation', now(), 'test' FROM reserved)
                INSERT INTO pool_free_range (pool, first, last)
                SELECT number, first, last FROM pool, (
                    SELECT $1::numeric AS first, at - 1 AS last FROM used WHERE n = 0
                    UNION ALL
                    SELECT at + $7::int, coalesce(lead(at) OVER (ORDER BY n) - 1, $8::numeric) FROM used) AS free
                WHERE first <= last AND (first <= (SELECT max(at) FROM used WHERE n <= $3::int) + $7::int)
                """,
                First,
                from,
                Math.Min(from + Batch, pieces) - 1,
                PoolHelp.Telephone,
                pieces,
                spacing,
                used,
                (decimal)last
            );
        }

        await PoolInvariants.RequireAsync(server, PoolHelp.Telephone);
        await server.ExecuteAsync("ANALYZE pool_free_range, pool_free_block");
    }

    /// <summary>
    /// Finds what looking at every range finds. A range that is found costs a page of the table or two, for the classes of ranges that
    /// there are; and none is passed over but of those that are too long to have it written down.
    /// </summary>
    private async Task RequireFewPagesAsync(BigInteger size, int limit)
    {
        var pool = await server.QueryAsync<int>("SELECT number FROM number_pool WHERE id = $1::uuid", PoolHelp.Telephone);
        var statement = FreeRanges.FindFree(pool, new NumberRange(First, 399_999_999), size, limit);
        var text = string.Format(
            CultureInfo.InvariantCulture,
            statement.Format,
            [.. Enumerable.Range(1, statement.ArgumentCount).Select(index => (object)$"${index}")]
        );
        var parameters = statement.GetArguments().Select(argument => argument is BigInteger number ? (decimal)number : argument!).ToArray();
        const string joined = "SELECT coalesce(string_agg(\"First\" || '-' || \"Last\", ' ' ORDER BY \"First\"), '')";
        Assert.Equal(
            await server.QueryAsync<string>(
                $"""
                {joined} FROM (
                    SELECT first AS "First", last AS "Last" FROM pool_free_range
                    WHERE (div(first + $1::numeric - 1, $1) + 1) * $1 - 1 <= last ORDER BY first LIMIT $2) AS found
                """,
                (decimal)BigInteger.Max(size, 1),
                limit
            ),
            await server.QueryAsync<string>($"{joined} FROM ({text}) AS found", parameters)
        );
        using var document = JsonDocument.Parse(
            await server.QueryAsync<string>("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + text, parameters)
        );
        var explained = document.RootElement[0];
        var plan = explained.GetProperty("Plan");
        var pages = plan.GetProperty("Shared Hit Blocks").GetInt64() + plan.GetProperty("Shared Read Blocks").GetInt64();
        var milliseconds = explained.GetProperty("Execution Time").GetDouble();
        var passed = PassedOver(plan);
        output.WriteLine($"{Numbers} numbers, {limit} blocks of {size}: {pages} pages, {passed} rows, {milliseconds:0.0} ms");
        Assert.False(
            explained.TryGetProperty("JIT", out _),
            $"The statement for blocks of {size} is compiled, which takes longer than it."
        );
        Assert.InRange(pages, 1, 300 + 2 * limit);

        // A table of few pages is read whole, whatever indexes it has.
        if (await server.QueryAsync<long>("SELECT pg_relation_size('pool_free_range') / 8192") > WholeTable)
        {
            Assert.InRange(passed, 0, size > 256 && size != 10_000 && size != 100_000 ? Numbers / 512 : 10);
        }
    }

    /// <summary>How many rows a plan read and did not take.</summary>
    private static double PassedOver(JsonElement plan) =>
        (
            plan.TryGetProperty("Rows Removed by Filter", out var removed)
                ? removed.GetDouble() * plan.GetProperty("Actual Loops").GetDouble()
                : 0
        ) + (plan.TryGetProperty("Plans", out var below) ? below.EnumerateArray().Sum(PassedOver) : 0);
}
