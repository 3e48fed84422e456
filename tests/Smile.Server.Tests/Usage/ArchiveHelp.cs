using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Npgsql;
using Smile.Rating.Archive;
using Smile.Server.Tests.Billing;
using Smile.Server.Tests.Fixture;

namespace Smile.Server.Tests.Usage;

/// <summary>A server whose usage is archived: of each test all that there is.</summary>
public sealed class ArchiveServer : BillingServer;

/// <summary>The archiving of usage, in few words: three months of a phone, billed, and then two years later.</summary>
internal sealed class ArchiveHelp(BillingServer billing) : IDisposable
{
    private const int KeepMonths = 15;

    private static readonly string[] Tables =
    [
        "usage_record",
        "usage_rating",
        "usage_state",
        "usage_key",
        "usage_batch",
        "usage_work",
        "usage_suspense",
        "usage_problem",
        "usage_notice",
        "usage_file",
        "usage_ignored",
        "usage_versioned",
        "usage_archive",
        "usage_archive_limit",
    ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("usage-archive-");

    public ServerFixture Server => billing.Server;

    public UsageHelp Usage { get; } = new(billing.Server);

    public BillingScenario Scenario { get; } = new(billing);

    public string Folder => _folder.FullName;

    /// <summary>The year of the usage.</summary>
    public int Year { get; private set; }

    public string Usn => Scenario.Subscription("a");

    /// <summary>The first month that stays: all of the usage is before.</summary>
    public DateOnly Before => new(Year, 4, 1);

    /// <summary>Usage of January to March, billed month by month.</summary>
    /// <param name="bills">Whether the last month is billed, too.</param>
    /// <param name="more">What happens before that.</param>
    public async Task BeginAsync(bool bills = true, Func<Task>? more = null)
    {
        await ClearAsync();
        await PlayAsync("01-01 account cycle 31", "01-01 order a phone");
        foreach (var (day, next) in new[] { ("01-10", "02-01"), ("02-10", "03-01"), ("03-10", "04-01") })
        {
            await PlayAsync($"{day} use a call 60", $"{day} use a data 2500000");
            if (next == "04-01" && more is not null)
            {
                await more();
            }

            if (bills || next != "04-01")
            {
                await PlayAsync($"{next} bill");
            }
        }

        await Usage.RateAsync();
        Server.Clock.MoveTo(new DateTimeOffset(Year + 2, 1, 5, 0, 0, 0, TimeSpan.Zero));
    }

    /// <summary>Nothing was used, and the next year begins.</summary>
    public async Task ClearAsync()
    {
        foreach (var table in Tables)
        {
            await Usage.RowsAsync($"DELETE FROM {table}");
        }

        Year = Server.Clock.GetUtcNow().Year + 1;
    }

    /// <summary>Steps of a scenario, each with a month and a day of the year; a year in them is written as <c>YEAR</c>.</summary>
    /// <returns>What each brought about.</returns>
    public async Task<IReadOnlyList<string>> PlayAsync(params string[] steps)
    {
        var played = new List<string>();
        foreach (var step in steps)
        {
            var now = $"{Year}-{step.Replace("YEAR", $"{Year}", StringComparison.Ordinal)}";
            played.Add((await Scenario.PlayStepAsync(now)).Replace($"{Year}", "YEAR", StringComparison.Ordinal));
        }

        return played;
    }

    /// <param name="stopAt">The step at which it is killed.</param>
    public Task<IReadOnlyList<ArchivedMonth>> ArchiveAsync(
        DateOnly? before = null,
        ArchiveStep? stopAt = null,
        DateOnly? stopIn = null,
        string? folder = null,
        int keepMonths = KeepMonths
    ) =>
        Usage.OnScopeAsync(scope =>
            scope
                .Use<ArchiveUsage>()
                .ExecuteAsync(
                    before ?? Before,
                    keepMonths,
                    folder ?? Folder,
                    progress =>
                    {
                        if (progress.Step == stopAt && (stopIn is null || progress.Month == stopIn))
                        {
                            throw new KilledException();
                        }
                    },
                    CancellationToken.None
                )
        );

    public Task<ArchivePlan> PlanAsync(DateOnly? before = null) =>
        Usage.OnScopeAsync(scope => scope.Use<ArchiveUsage>().PlanAsync(before ?? Before, KeepMonths, CancellationToken.None));

    /// <summary>Why it is refused.</summary>
    public async Task<string> RefusedAsync() => (await Assert.ThrowsAsync<ArchiveStoppedException>(() => ArchiveAsync())).Message;

    /// <summary>All of usage that tells whether something was changed.</summary>
    public async Task<string> AllAsync()
    {
        var rows = new List<string>();
        foreach (var table in Tables)
        {
            rows.Add(
                (await Usage.RowsAsync($"SELECT coalesce(md5(string_agg(row::text, '' ORDER BY row::text)), '') FROM {table} AS row"))[0]
            );
        }

        rows.AddRange(await PartitionsAsync());
        return string.Join('\n', rows);
    }

    /// <summary>The tables of months.</summary>
    public Task<IReadOnlyList<string>> PartitionsAsync() =>
        Usage.RowsAsync(
            """
            SELECT child.relname::text FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid
            WHERE inhparent IN ('usage_record'::regclass, 'usage_rating'::regclass) ORDER BY 1
            """
        );

    public async Task<long> CountAsync(string what) =>
        long.Parse((await Usage.RowsAsync($"SELECT count(*) FROM {what}"))[0], CultureInfo.InvariantCulture);

    public JsonElement Manifest(DateOnly month) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, $"usage-{month:yyyy-MM}.json"))).RootElement;

    /// <summary>The rows of a file, brought back to a table like the one that they are of, as text.</summary>
    public async Task<IReadOnlyList<string>> ReadBackAsync(string table, string file)
    {
        await using var connection = await Server.Stage.Usage.Connections.OpenConnectionAsync();
        await using var create = new NpgsqlCommand($"CREATE TEMP TABLE back (LIKE {table})", connection);
        await create.ExecuteNonQueryAsync();
        await using (var packed = new GZipStream(File.OpenRead(Path.Combine(Folder, file)), CompressionMode.Decompress))
        {
            using var reader = new StreamReader(packed);
            await using var writer = await connection.BeginTextImportAsync("COPY back FROM STDIN (FORMAT csv, HEADER true)");
            await writer.WriteAsync(await reader.ReadToEndAsync());
        }

        await using var select = new NpgsqlCommand("SELECT row::text FROM back AS row ORDER BY 1", connection);
        var rows = new List<string>();
        await using (var result = await select.ExecuteReaderAsync())
        {
            while (await result.ReadAsync())
            {
                rows.Add(result.GetString(0));
            }
        }

        await using var drop = new NpgsqlCommand("DROP TABLE back", connection);
        await drop.ExecuteNonQueryAsync();
        return rows;
    }

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>The process ends at once.</summary>
    internal sealed class KilledException : Exception;
}
