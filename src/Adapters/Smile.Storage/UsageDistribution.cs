using System.Globalization;
using Npgsql;

namespace Smile.Storage;

/// <summary>Usage cannot be distributed. The message says why, and what to do.</summary>
public sealed class DistributionException(string message) : Exception(message);

/// <summary>
/// Distributes the tables of usage over the workers of a Citus cluster. Each table goes in a transaction of its own, so that what was
/// stopped goes on when it is started again. The other tables of usage stay on the coordinator: they are small, and rows of them are
/// locked.
/// </summary>
public static class UsageDistribution
{
    /// <summary>More records take minutes to be copied, during which nobody gets at them.</summary>
    public const long MostByItself = 1_000_000;

    /// <summary>By what each is distributed. Those in a line lie together: rows of one key are on one worker.</summary>
    private static readonly (string Table, string Column, string With)[] Tables =
    [
        ("usage_key", "key_hash", "none"),
        ("usage_suspense", "key_hash", "usage_key"),
        ("usage_state", "subscription_usn", "none"),
        ("usage_record", "subscription_usn", "usage_state"),
        ("usage_rating", "subscription_usn", "usage_state"),
        ("usage_problem", "subscription_usn", "usage_state"),
        ("usage_notice", "subscription_usn", "usage_state"),
    ];

    /// <summary>
    /// A transaction asks the shards of a worker one after the other, over one connection: otherwise each opens one for each shard, which
    /// costs several times as much.
    /// </summary>
    private static readonly (string Name, string Value)[] Settings =
    [
        ("citus.multi_shard_modify_mode", "sequential"),
        ("citus.max_adaptive_executor_pool_size", "1"),
    ];

    /// <param name="force">Whether however many records are copied.</param>
    /// <param name="progress">Is told which table is next.</param>
    /// <param name="most">More are not copied by themselves.</param>
    /// <returns>The tables that were distributed now.</returns>
    /// <exception cref="DistributionException">It is no such cluster, or there are too many records, or it is distributed.</exception>
    public static async Task<IReadOnlyList<string>> DistributeAsync(
        NpgsqlDataSource source,
        bool force,
        Action<string>? progress,
        CancellationToken cancellation,
        long most = MostByItself
    )
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await CheckAsync(connection, cancellation);
        var known = await ListAsync(
            connection,
            "SELECT table_name::text FROM citus_tables WHERE citus_table_type = 'distributed'",
            cancellation
        );
        var missing = Tables.Where(table => !known.Contains(table.Table)).ToList();
        if (missing.Count == 0)
        {
            throw new DistributionException("Usage is distributed already.");
        }

        if (!force && missing.Any(table => table.Table == "usage_record") && await HasMoreAsync(connection, most, cancellation))
        {
            throw new DistributionException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"There are more than {most:#,0} records of usage. While they are copied nobody gets at them: stop the servers, or "
                        + $"archive first, and say --force."
                )
            );
        }

        foreach (var (table, column, with) in missing)
        {
            progress?.Invoke(table);
            await ExecuteAsync(
                connection,
                $"SELECT create_distributed_table('{table}', '{column}', colocate_with => '{with}')",
                cancellation
            );

            // What was copied is still there, and nobody sees it.
            await ExecuteAsync(connection, $"SELECT truncate_local_data_after_distributing_table('{table}')", cancellation);
        }

        foreach (var (name, value) in Settings)
        {
            await ExecuteAsync(
                connection,
                $"DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET {name} = ''{value}''', current_database()); END $$",
                cancellation
            );
        }

        return missing.ConvertAll(table => table.Table);
    }

    private static async Task CheckAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var extension = await ListAsync(connection, "SELECT extversion FROM pg_extension WHERE extname = 'citus'", cancellation);
        if (extension.Count == 0)
        {
            throw new DistributionException(
                $"The database {connection.Database} at {connection.Host} has no Citus. Install it there, name it in "
                    + "shared_preload_libraries, and run CREATE EXTENSION citus in the database, on all nodes."
            );
        }

        var workers = await ListAsync(connection, "SELECT node_name FROM citus_get_active_worker_nodes()", cancellation);
        if (workers.Count == 0)
        {
            throw new DistributionException("The coordinator has no workers. Name each of them: SELECT citus_add_node('host', 5432)");
        }

        if ((await ListAsync(connection, "SELECT 'there' WHERE to_regclass('usage_archive') IS NOT NULL", cancellation)).Count == 0)
        {
            throw new DistributionException("The database has no tables of usage, or older ones. Run: smile migrate");
        }
    }

    private static async Task<bool> HasMoreAsync(NpgsqlConnection connection, long most, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT count(*) FROM (SELECT FROM usage_record LIMIT $1) AS found", connection)
        {
            Parameters = { new NpgsqlParameter<long> { TypedValue = most + 1 } },
            CommandTimeout = 0,
        };
        return (long)(await command.ExecuteScalarAsync(cancellation))! > most;
    }

    private static async Task<HashSet<string>> ListAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        var values = new HashSet<string>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            values.Add(reader.GetString(0));
        }

        return values;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
