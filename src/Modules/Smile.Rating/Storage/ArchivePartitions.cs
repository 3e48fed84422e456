using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Smile.Usage;

namespace Smile.Rating.Storage;

/// <summary>The tables of months, as they are archived.</summary>
internal static class ArchivePartitions
{
    private const int Together = 5_000;

    /// <summary>How long others wait for who waits for them; then it is tried again.</summary>
    private static readonly TimeSpan LockWait = TimeSpan.FromSeconds(2);

    private const int MostAttempts = 150;

    /// <summary>Tables that are cut by months.</summary>
    public static IReadOnlyList<string> Parents { get; } = ["usage_record", "usage_rating"];

    public static string NameOf(string parent, DateOnly month) => string.Create(CultureInfo.InvariantCulture, $"{parent}_{month:yyyy_MM}");

    /// <summary>The tables that there are, by their months.</summary>
    public static async Task<ILookup<DateOnly, string>> ReadAsync(UsageDatabase database, CancellationToken cancellation)
    {
        await using var command = database.Connections.CreateCommand(
            """
            SELECT to_date(right(child.relname, 7), 'YYYY_MM'), parent.relname::text
            FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid JOIN pg_class AS parent ON parent.oid = inhparent
            WHERE parent.oid = ANY(SELECT to_regclass(name) FROM unnest($1) AS name) AND child.relname ~ '_\d{4}_\d{2}$'
            ORDER BY 1, 2
            """
        );
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. Parents] });
        var tables = new List<(DateOnly Month, string Parent)>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            tables.Add((reader.GetFieldValue<DateOnly>(0), reader.GetString(1)));
        }

        return tables.ToLookup(table => table.Month, table => table.Parent);
    }

    /// <summary>How many rows the tables of a month have, by whose they are.</summary>
    public static async Task<IReadOnlyDictionary<string, long>> CountAsync(
        UsageDatabase database,
        DateOnly month,
        IReadOnlyCollection<string> parents,
        CancellationToken cancellation
    )
    {
        await using var connection = await database.Connections.OpenConnectionAsync(cancellation);
        var counts = new Dictionary<string, long>();
        foreach (var parent in parents)
        {
            counts[parent] = await CountAsync(connection, NameOf(parent, month), cancellation);
        }

        return counts;
    }

    public static async Task<long> CountAsync(NpgsqlConnection connection, string table, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"SELECT count(*) FROM {table}", connection) { CommandTimeout = 0 };
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>All rows as CSV with a row of names. What is null is nothing, an empty text is two quotes.</summary>
    public static async Task<TextReader> ReadAsync(NpgsqlConnection connection, string table, CancellationToken cancellation) =>
        await connection.BeginTextExportAsync($"COPY {table} TO STDOUT (FORMAT csv, HEADER true)", cancellation);

    /// <summary>
    /// Forgets the keys of some records of a table, in the order of its own key, so that it may be stopped and begun anew.
    /// </summary>
    /// <param name="behind">The last record that is forgotten.</param>
    /// <returns>The last one of these, and how many there were; null for none.</returns>
    public static async Task<((string Usn, DateTime Start, long Id) Last, int Count)?> ForgetKeysAsync(
        NpgsqlConnection connection,
        string table,
        (string Usn, DateTime Start, long Id)? behind,
        CancellationToken cancellation
    )
    {
        await using var select = new NpgsqlCommand(
            $"""
            SELECT subscription_usn, start, id, key_hash FROM {table}
            WHERE $1::text IS NULL OR (subscription_usn, start, id) > ($1, $2, $3) ORDER BY subscription_usn, start, id LIMIT {Together}
            """,
            connection
        )
        {
            CommandTimeout = 0,
        };
        select.Parameters.Add(new NpgsqlParameter { Value = behind?.Usn ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        select.Parameters.Add(new NpgsqlParameter { Value = behind?.Start ?? DateTime.UnixEpoch, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        select.Parameters.Add(new NpgsqlParameter<long> { TypedValue = behind?.Id ?? 0 });
        var keys = new List<Guid>();
        var last = (Usn: "", Start: default(DateTime), Id: 0L);
        await using (var reader = await select.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                last = (reader.GetString(0), reader.GetDateTime(1), reader.GetInt64(2));
                keys.Add(reader.GetGuid(3));
            }
        }

        if (keys.Count == 0)
        {
            return null;
        }

        await using var delete = new NpgsqlCommand("DELETE FROM usage_key WHERE key_hash = ANY($1)", connection) { CommandTimeout = 0 };
        delete.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. keys] });
        await delete.ExecuteNonQueryAsync(cancellation);
        return (last, keys.Count);
    }

    /// <summary>Forgets which file some records are of: no later version of it takes them back.</summary>
    /// <returns>How many.</returns>
    public static async Task<int> ForgetVersionsAsync(NpgsqlConnection connection, DateTimeOffset before, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            DELETE FROM usage_versioned WHERE key_hash IN (
                SELECT key_hash FROM usage_versioned WHERE subscription_usn IS NOT NULL AND start < $1 ORDER BY key_hash LIMIT {Together})
            """,
            connection
        )
        {
            CommandTimeout = 0,
        };
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = before.ToUniversalTime() });
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Deletes some batches whose records are all archived.</summary>
    /// <returns>How many.</returns>
    public static async Task<int> ForgetBatchesAsync(NpgsqlConnection connection, DateTimeOffset before, CancellationToken cancellation)
    {
        // The one that came last says how many there were.
        await using var command = new NpgsqlCommand(
            $"""
            DELETE FROM usage_batch WHERE id IN (
                SELECT id FROM usage_batch AS batch
                WHERE last_start < $1 AND arrival < (SELECT max(arrival) FROM usage_batch)
                    AND NOT EXISTS (SELECT 1 FROM usage_work AS work WHERE work.batch_id = batch.id)
                ORDER BY id LIMIT {Together})
            """,
            connection
        )
        {
            CommandTimeout = 0,
        };
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = before.ToUniversalTime() });
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Drops the tables of a month, all of them or none.</summary>
    /// <param name="parents">Whose tables there are.</param>
    /// <param name="note">What is noted of it in the same transaction.</param>
    public static async Task DropAsync(
        NpgsqlConnection connection,
        DateOnly month,
        IReadOnlyCollection<string> parents,
        Func<Task> note,
        CancellationToken cancellation
    )
    {
        var statements = parents
            .Select(parent => $"ALTER TABLE {parent} DETACH PARTITION {NameOf(parent, month)}; DROP TABLE {NameOf(parent, month)}")
            .Prepend(string.Create(CultureInfo.InvariantCulture, $"SET LOCAL lock_timeout = {(int)LockWait.TotalMilliseconds}"));
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellation);
                await using var command = new NpgsqlCommand(string.Join("; ", statements), connection) { CommandTimeout = 0 };
                await command.ExecuteNonQueryAsync(cancellation);
                await note();
                await transaction.CommitAsync(cancellation);
                return;
            }
            catch (PostgresException exception)
                when (exception.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected
                    && attempt < MostAttempts
                )
            {
                // Everybody who asks for usage waits behind who waits for all of it: so others go first.
                await Task.Delay(LockWait, cancellation);
            }
        }
    }
}
