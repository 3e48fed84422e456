using System.Globalization;

namespace Smile.Testing;

/// <summary>
/// A Citus coordinator with two workers of its own for a test run, where the extension is installed beside PostgreSQL.
/// </summary>
public sealed class PrivateCluster : IAsyncDisposable
{
    /// <summary>Names the folder of the programs of another PostgreSQL than Debian's package, which has Citus.</summary>
    private const string ProgramsVariable = "SMILE_CITUS_PROGRAMS";

    private const int Workers = 2;

    private readonly List<PostgresProcess> _nodes = [];

    /// <summary>Why there can be none; null where there can.</summary>
    public static string? WhyNot =>
        Programs() is not { } programs ? "Needs the package postgresql."
        : File.Exists(ControlFile(programs)) ? null
        : "Needs the extension citus beside PostgreSQL's own.";

    /// <summary>The ports of the coordinator and of the workers.</summary>
    public IReadOnlyList<int> Ports => [.. _nodes.Select(node => node.Port)];

    public static async Task<PrivateCluster> StartNewAsync(CancellationToken cancellationToken = default)
    {
        var cluster = new PrivateCluster();
        try
        {
            for (var node = 0; node <= Workers; node++)
            {
                cluster._nodes.Add(
                    await PostgresProcess.StartNewAsync(
                        Programs()!,
                        cancellationToken,
                        "-c shared_preload_libraries=citus -c max_prepared_transactions=200 -c citus.node_conninfo=sslmode=disable"
                    )
                );
            }

            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Connection string of a database on a node; the coordinator is the first.</summary>
    public string ConnectionString(string database, int node = 0) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"Host=127.0.0.1;Port={_nodes[node].Port};Username={PostgresContainer.User};Database={database};Maximum Pool Size=30"
        );

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }
    }

    private static string? Programs() =>
        Environment.GetEnvironmentVariable(ProgramsVariable) is { Length: > 0 } named ? named : PostgresProcess.Programs();

    /// <summary>Debian's layout: <c>lib/postgresql/15/bin</c> and <c>share/postgresql/15</c>.</summary>
    private static string ControlFile(string programs)
    {
        var version = Path.GetDirectoryName(programs)!;
        var root = Path.GetFullPath(Path.Combine(version, "..", "..", ".."));
        return Path.Combine(root, "share", "postgresql", Path.GetFileName(version), "extension", "citus.control");
    }
}
