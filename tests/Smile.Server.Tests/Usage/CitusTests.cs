using Npgsql;
using Smile.Rating.Archive;
using Smile.Server.Tests.Billing;
using Smile.Server.Tests.Fixture;
using Smile.Storage;
using Smile.Testing;
using Smile.Usage.Errors;

namespace Smile.Server.Tests.Usage;

/// <summary>A server whose usage is on a cluster; an ordinary one where there can be none.</summary>
public sealed class CitusServer : ServerFixture
{
    internal override bool IsOnCitus => PrivateCluster.WhyNot is null;
}

/// <summary>The same with plans for billing.</summary>
public sealed class CitusBillingServer() : BillingServer(new CitusServer());

/// <summary>
/// Usage on a Citus coordinator with two workers: the same code. Needs the extension citus beside PostgreSQL's own; all tests of usage run
/// on it with <c>SMILE_USAGE_ON_CITUS=1</c>.
/// </summary>
public sealed class CitusTests(CitusBillingServer billing) : IClassFixture<CitusBillingServer>, IDisposable
{
    private readonly ArchiveHelp _help = new(billing);

    private UsageHelp Usage => _help.Usage;

    public void Dispose() => _help.Dispose();

    [CitusFact]
    public async Task Usage_is_distributed_over_workers()
    {
        Assert.Equal(
            ["2"],
            await Usage.RowsAsync("SELECT count(DISTINCT nodename || nodeport) FROM citus_shards WHERE table_name = 'usage_key'::regclass")
        );
        var refused = await Assert.ThrowsAsync<DistributionException>(() => DistributeAsync(_help.Server.Stage.Usage.Connections));
        Assert.Equal("Usage is distributed already.", refused.Message);
    }

    [CitusFact]
    public async Task Imported_rated_again_billed_and_archived_usage_comes_to_what_it_does_elsewhere()
    {
        await _help.BeginAsync(more: async () =>
        {
            // What comes late, comes again and waits is as it is elsewhere; late usage is on the next bill.
            await _help.PlayAsync("03-15 use a call 65 " + $"{_help.Year}-01-15", "03-16 use a call 30 " + $"{_help.Year}-03-09");
            await Usage.RateAsync();
            await Usage.ImportAsync(
                "smile",
                "unknown",
                $"E,u1,,0499999999,Username,{_help.Year}-03-01T10:00:00+11:00,SMS,,,+61290001111,Untyped,,,,,1\n"
            );
            var waiting = (await Usage.SuspendedAsync(new SuspenseFilter())).Single();
            Assert.Equal(
                (1, 0),
                await Usage.OnScopeAsync(scope =>
                    scope.Use<UsageErrors>().RecycleAsync(new SuspenseFilter { Key = waiting.Key }, null, default)
                )
            );
            await Usage.OnScopeAsync(scope =>
                scope.Use<UsageErrors>().WriteOffAsync(new SuspenseFilter { Key = waiting.Key }, "tests", default)
            );
        });
        await _help.Scenario.RequireBooksAsync();
        using var login = await ActivityLogin.AddAsync(_help.Server, _help.Scenario.Account);
        var (start, end) = ($"{_help.Year}-01-01T00:00:00+11:00", $"{_help.Year}-12-31T00:00:00+11:00");
        Assert.Equal(8, (await login.ReadAsync(await login.RangeAsync(_help.Usn, start, end))).Entries.Count);
        var batch = await login.BatchAsync(_help.Scenario.Account, 0);
        Assert.Equal(8, (await login.ReadAsync(batch)).Entries.Count);
        Assert.Null(await login.BatchAsync(_help.Scenario.Account, batch!.Batch));
        var invoice = await _help.Server.QueryAsync<string>(
            "SELECT transaction_number FROM billed_usage WHERE subscription_usn = $1 ORDER BY period_from DESC LIMIT 1",
            _help.Usn
        );
        var entries = (await login.ReadAsync(await login.InvoiceAsync(invoice))).Entries;
        Assert.Contains(entries, entry => entry["CDR Start Timestamp"].StartsWith($"{_help.Year}-01-15", StringComparison.Ordinal));

        await Assert.ThrowsAsync<ArchiveHelp.KilledException>(() => _help.ArchiveAsync(stopAt: ArchiveStep.Forget));
        await _help.ArchiveAsync();

        // What was written off stays known.
        Assert.Equal((0, 1), (await _help.CountAsync("usage_record"), await _help.CountAsync("usage_key")));
        Assert.Equal(3, await _help.CountAsync("usage_archive WHERE status = 'Dropped'"));
        foreach (var (month, records) in new[] { ("01", 3), ("02", 2), ("03", 3) })
        {
            Assert.Equal(records, (await _help.ReadBackAsync("usage_record", $"usage-{_help.Year}-{month}-records.csv.gz")).Count);
        }

        const string states = "SELECT concat_ws(' ', period_start, version, amount) FROM usage_state ORDER BY 1";
        var before = await Usage.RowsAsync(states);
        await Usage.OnScopeAsync(async scope =>
        {
            await scope
                .Use<Smile.Rating.Runs.TakeRatingChanges>()
                .AddAsync([_help.Usn], new DateTimeOffset(_help.Year, 1, 1, 0, 0, 0, TimeSpan.Zero), default);
            return 0;
        });
        await Usage.RateAsync();
        Assert.Equal(before, await Usage.RowsAsync(states));
    }

    [CitusFact]
    public async Task Old_notices_are_deleted()
    {
        await Usage.RowsAsync(
            """
            INSERT INTO usage_notice (subscription_usn, period_start, version, kind, body, told)
            SELECT 'U' || n, '2015-01-01', n, 'State', '{}', '2015-01-01' FROM generate_series(1, 7) AS n
            """
        );
        var now = new DateTimeOffset(2015, 6, 1, 0, 0, 0, TimeSpan.Zero);
        var counts = await Retention.DeleteAsync(
            _help.Server.Stage.Store.Source,
            _help.Server.Stage.Usage,
            new RetentionSettings(),
            new RetentionTimes(now, now),
            "tests",
            CancellationToken.None
        );
        Assert.Equal(7, counts.Single(count => count.Kind == nameof(RetentionSettings.UsageNoticesDays)).Rows);
    }

    [CitusFact]
    public async Task What_cannot_be_distributed_is_refused_and_what_is_there_goes_along()
    {
        Assert.StartsWith("The database", await RefusedAsync(_help.Server.Stage.Store.Source), StringComparison.Ordinal);
        var lonely = await _help.Server.Cluster!.AddDatabaseAsync("lonely", hasWorkers: false);
        await using (var source = NpgsqlDataSource.Create(lonely))
        {
            Assert.StartsWith("The coordinator has no workers.", await RefusedAsync(source), StringComparison.Ordinal);
        }

        var full = await _help.Server.Cluster.AddDatabaseAsync("filled");
        await using var usage = NpgsqlDataSource.Create(full);
        Assert.StartsWith("The database has no tables of usage", await RefusedAsync(usage), StringComparison.Ordinal);
        await Migrator.MigrateAsync(full, MigrationSet.Usage, CancellationToken.None);
        await using (
            var fill = usage.CreateCommand(
                """
                SELECT ensure_usage_partitions('2015-01-01', '2015-02-01');
                INSERT INTO usage_record SELECT 'U' || n, '2015-01-10', n, 1, gen_random_uuid(), 1, 0, 0, '', '', 1, 0, 0, 0, 1, NULL, true,
                    NULL, NULL FROM generate_series(1, 30) AS n;
                """
            )
        )
        {
            await fill.ExecuteNonQueryAsync();
        }

        var many = await Assert.ThrowsAsync<DistributionException>(() =>
            UsageDistribution.DistributeAsync(usage, force: false, null, CancellationToken.None, most: 29)
        );
        Assert.StartsWith("There are more than 29 records of usage.", many.Message, StringComparison.Ordinal);
        Assert.Equal(7, (await UsageDistribution.DistributeAsync(usage, force: true, null, CancellationToken.None, most: 29)).Count);
        await using var count = usage.CreateCommand("SELECT count(*) FROM usage_record");
        Assert.Equal(30L, await count.ExecuteScalarAsync());
    }

    private static async Task<string> RefusedAsync(NpgsqlDataSource source) =>
        (await Assert.ThrowsAsync<DistributionException>(() => DistributeAsync(source))).Message;

    private static Task<IReadOnlyList<string>> DistributeAsync(NpgsqlDataSource source) =>
        UsageDistribution.DistributeAsync(source, force: false, null, CancellationToken.None);
}
