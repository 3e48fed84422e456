using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Smile.Storage;

/// <summary>A migration that differs from what was applied, or is missing.</summary>
public sealed class MigrationException(string message) : Exception(message);

/// <summary>The migrations of a kind of database.</summary>
/// <param name="Folder">What the names of its files begin with.</param>
/// <param name="Table">Where it is kept which were applied.</param>
public sealed record MigrationSet(string Folder, string Table, long LockKey)
{
    /// <summary>Those of a stage's database.</summary>
    public static MigrationSet Stage { get; } = new("", "schema_migration", 0x536d696c65); // "Smile"

    /// <summary>Those of usage, in a database of its own or the stage's.</summary>
    public static MigrationSet Usage { get; } = new("usage/", "usage_schema_migration", 0x536d696c6503);
}

/// <summary>
/// Brings a database's schema up to date: numbered SQL files, each once, in order, under an advisory lock, with their checksums.
/// </summary>
public static class Migrator
{
    /// <summary>Creates the database where the server has none of that name.</summary>
    public static async Task CreateDatabaseAsync(string connectionString, CancellationToken cancellation)
    {
        var target = new NpgsqlConnectionStringBuilder(connectionString);
        var name = target.Database ?? throw new MigrationException("The connection string names no database.");
        var maintenance = new NpgsqlConnectionStringBuilder(connectionString) { Database = "postgres", Pooling = false };
        await using var connection = new NpgsqlConnection(maintenance.ConnectionString);
        await connection.OpenAsync(cancellation);
        await using var exists = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = $1", connection)
        {
            Parameters = { new() { Value = name } },
        };
        if (await exists.ExecuteScalarAsync(cancellation) is null)
        {
            await using var create = new NpgsqlCommand(
                $"CREATE DATABASE \"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\" ENCODING 'UTF8' TEMPLATE template0",
                connection
            );
            await create.ExecuteNonQueryAsync(cancellation);
        }
    }

    /// <returns>Names of the migrations that were applied now.</returns>
    /// <exception cref="MigrationException">An applied migration has changed since.</exception>
    public static Task<IReadOnlyList<string>> MigrateAsync(string connectionString, CancellationToken cancellation) =>
        MigrateAsync(connectionString, MigrationSet.Stage, int.MaxValue, cancellation);

    /// <inheritdoc cref="MigrateAsync(string, CancellationToken)"/>
    public static Task<IReadOnlyList<string>> MigrateAsync(string connectionString, MigrationSet set, CancellationToken cancellation) =>
        MigrateAsync(connectionString, set, int.MaxValue, cancellation);

    /// <summary>Brings a database to an older schema, for what is to be migrated from there.</summary>
    /// <param name="last">Number of the last migration that is applied.</param>
    internal static Task<IReadOnlyList<string>> MigrateAsync(string connectionString, int last, CancellationToken cancellation) =>
        MigrateAsync(connectionString, MigrationSet.Stage, last, cancellation);

    private static async Task<IReadOnlyList<string>> MigrateAsync(
        string connectionString,
        MigrationSet set,
        int last,
        CancellationToken cancellation
    )
    {
        var applied = new List<string>();
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString
        );
        await connection.OpenAsync(cancellation);
        await ExecuteAsync(connection, $"SELECT pg_advisory_lock({set.LockKey})", cancellation);
        await ExecuteAsync(
            connection,
            $"""
            CREATE TABLE IF NOT EXISTS {set.Table} (number integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now())
            """,
            cancellation
        );
        var known = await ReadAppliedAsync(connection, set, cancellation);
        foreach (var (number, name, sql) in ReadMigrations(set).TakeWhile(migration => migration.Number <= last))
        {
            var checksum = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql)));
            if (known.TryGetValue(number, out var before))
            {
                if (before != checksum)
                {
                    throw new MigrationException(
                        $"Migration {name} has changed since it was applied. Restore the file; put changes in a new one."
                    );
                }

                continue;
            }

            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            await ExecuteAsync(connection, sql, cancellation);
            await using var record = new NpgsqlCommand(
                $"INSERT INTO {set.Table} (number, name, checksum) VALUES ($1, $2, $3)",
                connection,
                transaction
            )
            {
                Parameters =
                {
                    new() { Value = number },
                    new() { Value = name },
                    new() { Value = checksum },
                },
            };
            await record.ExecuteNonQueryAsync(cancellation);
            await transaction.CommitAsync(cancellation);
            applied.Add(name);
        }

        return applied;
    }

    /// <summary>
    /// What a stage's schema lacks of what this server needs; null where it has all. A schema that is newer is no hindrance: servers are
    /// upgraded one by one.
    /// </summary>
    public static Task<string?> LackingAsync(NpgsqlDataSource source, CancellationToken cancellation) =>
        LackingAsync(source, MigrationSet.Stage, cancellation);

    /// <inheritdoc cref="LackingAsync(NpgsqlDataSource, CancellationToken)"/>
    public static async Task<string?> LackingAsync(NpgsqlDataSource source, MigrationSet set, CancellationToken cancellation)
    {
        var needed = ReadMigrations(set).ToList();
        HashSet<int> applied;
        try
        {
            await using var command = source.CreateCommand($"SELECT array_agg(number) FROM {set.Table}");
            applied = await command.ExecuteScalarAsync(cancellation) is int[] numbers ? [.. numbers] : [];
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            applied = [];
        }

        var missing = needed.Where(migration => !applied.Contains(migration.Number)).ToList();
        return missing.Count == 0
            ? null
            : $"its schema is at migration {(applied.Count == 0 ? "none" : $"{applied.Max():0000}")} and lacks "
                + $"{string.Join(", ", missing.Select(migration => migration.Name))}. Run: smile migrate";
    }

    private static IEnumerable<(int Number, string Name, string Sql)> ReadMigrations(MigrationSet set)
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (
            var name in assembly
                .GetManifestResourceNames()
                .Where(name => name.EndsWith(".sql", StringComparison.Ordinal) && name.LastIndexOf('/') + 1 == set.Folder.Length)
                .Where(name => name.StartsWith(set.Folder, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
        )
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            yield return (
                int.Parse(name.AsSpan(set.Folder.Length, 4), System.Globalization.CultureInfo.InvariantCulture),
                name,
                reader.ReadToEnd()
            );
        }
    }

    private static async Task<Dictionary<int, string>> ReadAppliedAsync(
        NpgsqlConnection connection,
        MigrationSet set,
        CancellationToken cancellation
    )
    {
        var known = new Dictionary<int, string>();
        await using var command = new NpgsqlCommand($"SELECT number, checksum FROM {set.Table}", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            known[reader.GetInt32(0)] = reader.GetString(1);
        }

        return known;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
