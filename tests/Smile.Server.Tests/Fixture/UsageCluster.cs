using System.Globalization;
using Npgsql;
using Smile.Hosting;
using Smile.Storage;
using Smile.Testing;

namespace Smile.Server.Tests.Fixture;

/// <summary>A test of a cluster, where there can be one.</summary>
internal sealed class CitusFactAttribute : FactAttribute
{
    public CitusFactAttribute() => Skip = PrivateCluster.WhyNot;
}

/// <summary>Usage of a stage on a Citus coordinator with two workers.</summary>
internal sealed class UsageCluster : IAsyncDisposable
{
    /// <summary>Has all tests of usage run on a cluster: <c>SMILE_USAGE_ON_CITUS=1</c>.</summary>
    public static bool IsForAll => Environment.GetEnvironmentVariable("SMILE_USAGE_ON_CITUS") == "1";

    private const string Database = "usage";

    private readonly PrivateCluster _cluster;

    private UsageCluster(PrivateCluster cluster) => _cluster = cluster;

    /// <summary>Starts one, and gives it the usage of a stage.</summary>
    public static async Task<UsageCluster> StartAsync(StageSettings stage)
    {
        var cluster = new UsageCluster(await PrivateCluster.StartNewAsync());
        stage.UsageDatabase = await cluster.AddDatabaseAsync(Database);
        return cluster;
    }

    /// <summary>Adds a database to all nodes.</summary>
    /// <param name="hasWorkers">Whether the coordinator knows its workers.</param>
    /// <returns>Its connection string on the coordinator.</returns>
    public async Task<string> AddDatabaseAsync(string name, bool hasWorkers = true)
    {
        for (var node = 0; node < _cluster.Ports.Count; node++)
        {
            await ExecuteAsync(_cluster.ConnectionString("postgres", node), $"CREATE DATABASE {name}");
            await ExecuteAsync(_cluster.ConnectionString(name, node), "CREATE EXTENSION citus");
        }

        var coordinator = _cluster.ConnectionString(name);
        await ExecuteAsync(coordinator, Invariant($"SELECT citus_set_coordinator_host('127.0.0.1', {_cluster.Ports[0]})"));
        foreach (var port in hasWorkers ? _cluster.Ports.Skip(1) : [])
        {
            await ExecuteAsync(coordinator, Invariant($"SELECT citus_add_node('127.0.0.1', {port})"));
        }

        return coordinator;
    }

    /// <summary>Distributes the stage's usage, once it has its tables.</summary>
    public async Task DistributeAsync()
    {
        await using var source = NpgsqlDataSource.Create(_cluster.ConnectionString(Database));
        Assert.Equal(7, (await UsageDistribution.DistributeAsync(source, force: false, null, CancellationToken.None)).Count);
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
