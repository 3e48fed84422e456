using System.Globalization;
using Npgsql;
using Smile.Conformance.Running;
using Smile.Testing;

namespace Smile.Conformance.Chaos;

/// <summary>
/// Import, rating and billing of usage that are killed in the middle, again and again, come to the same records, charges and invoices as
/// where nobody disturbs: nothing twice, nothing lost, also where an account's subscriptions share a value pool, another rolls over
/// and prepaid blocks pay.
/// </summary>
public sealed class UsageCrashTests
{
    /// <summary>The last days of two rating periods: what the first one leaves is used in the second.</summary>
    private static readonly DateOnly FirstPeriod = new(2026, 7, 31);
    private static readonly DateOnly Period = new(2026, 8, 31);
    private static readonly DateTimeOffset First = new(2026, 7, 2, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Whether pools that are shared and that roll over have paid a part of what was used, and not all.</summary>
    private const string PaidByPools = """
        SELECT bool_and(paid > 0 AND charged > 0) AND count(*) = 2 AND bool_or(rolled) FROM (
            SELECT value_pool, sum(price - amount) AS paid, (SELECT sum(amount) FROM usage_rating AS all_of WHERE all_of.rule = r.rule)
                AS charged, EXISTS (SELECT FROM usage_state, jsonb_array_elements(state->'valuePools') AS pool
                    WHERE jsonb_array_length(pool->'rolled') > 0) AS rolled
            FROM usage_rating AS r WHERE value_pool IS NOT NULL GROUP BY value_pool, rule) AS pools
        """;

    /// <summary>Three messages or events of some subscriptions are paid before, in either period.</summary>
    private const string Prepaid = """
        INSERT INTO prepaid_block (subscription_usn, code, charge_type, purchased, units, start, "end", changed_by)
        SELECT usn, 'data-1gb', 1, 3, 3, '2026-07-02', '2026-09-01', 'tests' FROM subscription WHERE usn LIKE 'U%1a' ORDER BY usn
        """;

    /// <summary>Whether blocks have paid in both periods, and no block for more than it has.</summary>
    private const string PaidByBlocks = """
        SELECT bool_and(units <= 3) AND (SELECT count(DISTINCT period_start) FROM usage_rating WHERE prepaid_block IS NOT NULL) = 2 FROM (
            SELECT sum(units) AS units FROM usage_rating WHERE prepaid_block IS NOT NULL GROUP BY prepaid_block) AS blocks
        """;

    private static int Accounts => Verification.IsFull ? 2_000 : 600;

    private static int Records => Verification.IsFull ? 200_000 : 20_000;

    private static int Kills => Verification.IsFull ? 4 : 2;

    private static TimeSpan Patience => Until.Patience + TimeSpan.FromSeconds(Records / 200);

    [Fact]
    public async Task Usage_that_is_killed_on_its_way_to_the_invoice_comes_to_the_same()
    {
        var folder = Directory.CreateTempSubdirectory("usage-");
        var databases = await PreparedDatabases.All.AcquireAsync();
        try
        {
            var file = Path.Combine(folder.FullName, "switch.csv");
            await UsageGenerator.WriteAsync(file, Accounts, "U", Records, First, TimeSpan.FromDays(59), new Random(29));
            var (undisturbed, killed) = (await databases.CopyAsync(), await databases.CopyAsync());
            await using var calm = NpgsqlDataSource.Create(undisturbed);
            await using var rough = NpgsqlDataSource.Create(killed);
            foreach (var (database, connection) in new[] { (calm, undisturbed), (rough, killed) })
            {
                await ShareAndRollOverAsync(database, connection, folder.FullName);
                await CustomerGenerator.GenerateAsync(database, Accounts, FirstPeriod, "U", UsageGenerator.Service, UsageGenerator.Plan);
                await ScalarAsync(database, Prepaid);
            }

            await RunAsync(undisturbed, "usage", "import", "smile", file);
            await RunAsync(undisturbed, "usage", "rate");
            await RunAsync(undisturbed, Bill());
            Assert.Equal(true, await ScalarAsync(calm, PaidByPools));
            Assert.Equal(true, await ScalarAsync(calm, PaidByBlocks));

            await KillAsync(killed, rough, "SELECT coalesce(sum(read), 0) FROM usage_file", Records, "usage", "import", "smile", file);
            await Task.WhenAll(RunAsync(killed, "usage", "import", "smile", file), RunAsync(killed, "usage", "import", "smile", file));
            Assert.Equal(await RecordsAsync(calm), await RecordsAsync(rough));

            var states = (long)(await ScalarAsync(calm, "SELECT count(*) FROM usage_state WHERE records > 0"))!;
            await KillAsync(killed, rough, "SELECT count(*) FROM usage_state", states, "usage", "rate");
            await LoseAsync(rough);
            await Task.WhenAll(RunAsync(killed, "usage", "rate"), RunAsync(killed, "usage", "rate"));
            await KillAsync(killed, rough, "SELECT count(*) FROM bill WHERE status = 'Closed'", Accounts, Bill());
            await LoseAsync(rough);
            await Task.WhenAll(RunAsync(killed, Bill()), RunAsync(killed, Bill()));

            Assert.Equal(await RecordsAsync(calm), await RecordsAsync(rough));
            Assert.Equal(await ChargesAsync(calm), await ChargesAsync(rough));
            Assert.Equal(await LinesAsync(calm), await LinesAsync(rough));
            Assert.Equal(0L, await ScalarAsync(rough, "SELECT count(*) FROM usage_state WHERE status = 'Closing'"));

            // The same file under another name, and all once more, changes nothing.
            var again = Path.Combine(folder.FullName, "again.csv");
            File.Copy(file, again);
            await RunAsync(killed, "usage", "import", "smile", again);
            await RunAsync(killed, "usage", "rate");
            await RunAsync(killed, Bill());
            Assert.Equal(await ChargesAsync(calm), await ChargesAsync(rough));
            Assert.Equal(await LinesAsync(calm), await LinesAsync(rough));
            await RequireTheBrokenToldAsync(killed, rough, folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
            await PreparedDatabases.All.ReleaseAsync();
        }
    }

    /// <summary>
    /// Messages are paid by a pool that an account's subscriptions share, and events by one that rolls over; both so small that they come
    /// to their end.
    /// </summary>
    private static async Task ShareAndRollOverAsync(NpgsqlDataSource source, string database, string folder)
    {
        var catalogue = Path.Combine(folder, "catalogue");
        if (!Directory.Exists(catalogue))
        {
            Directory.CreateDirectory(catalogue);
            foreach (var file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "catalogue")))
            {
                File.Copy(file, Path.Combine(catalogue, Path.GetFileName(file)));
            }

            var path = Path.Combine(catalogue, "usage.yaml");
            var text = await File.ReadAllTextAsync(path);
            foreach (
                var (before, after) in new[]
                {
                    ("valueIncTax: 500, thresholds: [50, 80, 100]", "valueIncTax: 5, sharedAs: messages, thresholds: [50, 100]"),
                    ("valueIncTax: 50, thresholds: [80, 100]", "valueIncTax: 3, rollOverPeriods: 1, thresholds: [50, 100]"),
                    ("{ id: 1209, chargeType: 1,", "{ id: 1209, valuePool: 183, chargeType: 1,"),
                }
            )
            {
                Assert.Equal(2, text.Split(before).Length);
                text = text.Replace(before, after, StringComparison.Ordinal);
            }

            await File.WriteAllTextAsync(path, text);
        }

        await RunAsync(database, "catalogue", "apply", catalogue);

        // As if it had been so when the periods ended.
        await ScalarAsync(source, "UPDATE catalogue_version SET applied_at = '2026-01-01'");
    }

    /// <summary>
    /// A subscription whose usage cannot be rated is named, and the command fails; what others used is rated.
    /// </summary>
    private static async Task RequireTheBrokenToldAsync(string database, NpgsqlDataSource source, string folder)
    {
        var file = Path.Combine(folder, "september.csv");
        await UsageGenerator.WriteAsync(file, 10, "U", 100, First.AddMonths(2), TimeSpan.FromDays(20), new Random(31));
        await RunAsync(database, "usage", "import", "smile", file);
        await RunAsync(database, "usage", "rate");
        const string broken = "U1a";
        await ScalarAsync(source, $"UPDATE usage_state SET meters = '[]' WHERE subscription_usn = '{broken}'");
        var more = Path.Combine(folder, "more.csv");
        await UsageGenerator.WriteAsync(more, 10, "U", 100, First.AddMonths(2).AddDays(21), TimeSpan.FromDays(5), new Random(37));
        await RunAsync(database, "usage", "import", "smile", more);
        var failure = await Assert.ThrowsAnyAsync<Xunit.Sdk.XunitException>(() => RunAsync(database, "usage", "rate"));
        Assert.Contains($"Usage of subscription {broken} cannot be rated", failure.Message, StringComparison.Ordinal);
        Assert.Equal(
            broken,
            await ScalarAsync(
                source,
                """
                SELECT string_agg(DISTINCT r.subscription_usn, ' ') FROM usage_record AS r WHERE NOT EXISTS (
                    SELECT FROM usage_rating AS g WHERE g.subscription_usn = r.subscription_usn AND g.record_id = r.id)
                """
            )
        );
    }

    private static string[] Bill() => ["bill", "--through", Period.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), "--batch", "20"];

    private static Task RunAsync(string database, params string[] arguments) =>
        SmileProcess.CommandAsync(PreparedDatabases.Settings(database), Patience, arguments);

    /// <summary>Starts a command and kills it when a part is done, until that was done often enough.</summary>
    /// <param name="progress">Counts what is done.</param>
    /// <param name="all">What it comes to at the end.</param>
    private static async Task KillAsync(string database, NpgsqlDataSource source, string progress, long all, params string[] command)
    {
        for (var kill = 1; kill <= Kills; kill++)
        {
            // In the first half, so that there is time to kill it behind the last look.
            var enough = all * kill / (Kills * 2);
            await LoseAsync(source);
            using var run = SmileProcess.StartCommand(PreparedDatabases.Settings(database), command);
            await Until.TrueAsync("a part is done", async () => run.HasExited || await CountAsync(source, progress) >= enough, Patience);
            run.Kill(entireProcessTree: true);
            await run.WaitForExitAsync();
        }

        Assert.True(await CountAsync(source, progress) < all, $"{command[0]} {command[1]} ended before it could be killed.");
    }

    /// <summary>The minutes pass after which others take what a server had that is gone.</summary>
    private static Task LoseAsync(NpgsqlDataSource source) =>
        ScalarAsync(source, "UPDATE usage_work SET claimed_until = now() WHERE claimed_until IS NOT NULL");

    private static async Task<long> CountAsync(NpgsqlDataSource source, string sql) =>
        Convert.ToInt64(await ScalarAsync(source, sql), CultureInfo.InvariantCulture);

    /// <summary>Every record once, and the counts of the file.</summary>
    private static Task<object?> RecordsAsync(NpgsqlDataSource source) =>
        DigestAsync(
            source,
            """
            SELECT concat_ws(' ', subscription_usn, start, call_type, seconds, bytes_received, bytes_sent, events) AS line FROM usage_record
            UNION ALL SELECT concat_ws(' ', 'file', read, bound, suspended, duplicates, conflicts, status) FROM usage_file WHERE bound > 0
            UNION ALL SELECT concat_ws(' ', 'keys', count(*)) FROM usage_key
            """
        );

    /// <summary>What each record is charged, whenever it was, and what each period comes to.</summary>
    private static Task<object?> ChargesAsync(NpgsqlDataSource source) =>
        DigestAsync(
            source,
            """
            SELECT concat_ws(' ', g.subscription_usn, g.period_start, g.billed_in, r.start, rule, value_pool,
                prepaid_block, trim_scale(sum(units)), trim_scale(sum(price)), trim_scale(sum(amount))) AS line
            FROM usage_rating AS g JOIN usage_record AS r ON r.subscription_usn = g.subscription_usn AND r.id = g.record_id
            GROUP BY g.subscription_usn, g.period_start, g.billed_in, r.start, r.id, rule, value_pool, prepaid_block
            HAVING sum(units) <> 0
            UNION ALL SELECT concat_ws(' ', 'state', subscription_usn, period_start, period_end, status, records, trim_scale(amount))
            FROM usage_state
            """
        );

    /// <summary>What invoices have, numbers and times aside.</summary>
    private static Task<object?> LinesAsync(NpgsqlDataSource source) =>
        DigestAsync(
            source,
            """
            SELECT concat_ws(' ', item.usn, item_code, charge_from, charge_to, item.description, item.amount, item.gst_amount) AS line
            FROM transaction_item item
            UNION ALL SELECT concat_ws(' ', 'entry', account_usn, posting_date, ledger_account, amount, event) FROM ledger_entry
            UNION ALL SELECT concat_ws(' ', 'billed', subscription_usn, period_from, period_to) FROM billed_usage
            UNION ALL SELECT concat_ws(' ', 'account', usn, balance, billed_through, next_bill) FROM account
            """
        );

    private static Task<object?> DigestAsync(NpgsqlDataSource source, string lines) =>
        ScalarAsync(source, $"SELECT md5(string_agg(line, E'\\n' ORDER BY line)) || ' ' || count(*) FROM ({lines}) AS all_lines");

    private static async Task<object?> ScalarAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 0;
        return await command.ExecuteScalarAsync();
    }
}
