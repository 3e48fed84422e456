using Npgsql;
using NpgsqlTypes;
using Smile.Usage.Import;
using static Smile.Usage.Storage.Parameters;

namespace Smile.Usage.Storage;

/// <summary>A later version of the file has come meanwhile.</summary>
internal sealed class UsageFileOvertakenException() : Exception("A later version of the file has come.");

/// <summary>
/// Versions of files: later ones take the place of earlier ones. Whatever is written of a version is written under a lock of its file, so
/// that none of an earlier version comes behind the end of a later one.
/// </summary>
internal static class VersionRows
{
    /// <summary>Records that are taken back together.</summary>
    private const int Together = 5_000;

    /// <summary>The file that goes before this one: a later version, or the same one that came first; null where there is none.</summary>
    public static async Task<(long Id, int Version, UsageFileStatus Status)?> GoesBeforeAsync(
        UsageDatabase database,
        UsageFile file,
        UsageFileVersion version,
        CancellationToken cancellation
    )
    {
        await using var command = database.Source.CreateCommand(
            """
            SELECT id, file_version, status FROM usage_file
            WHERE source = $1 AND file_key = $2 AND status <> 'Refused' AND (file_version > $3 OR (file_version = $3 AND id < $4))
            ORDER BY file_version DESC, id LIMIT 1
            """
        );
        AddFile(command.Parameters, file.Source, version, file.Id);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? (reader.GetInt64(0), reader.GetInt32(1), Enum.Parse<UsageFileStatus>(reader.GetString(2)))
            : null;
    }

    /// <summary>Whether there are versions whose place the file is to take.</summary>
    public static async Task<bool> HasEarlierAsync(
        UsageDatabase database,
        UsageFile file,
        UsageFileVersion version,
        CancellationToken cancellation
    )
    {
        await using var command = database.Source.CreateCommand(
            """
            SELECT EXISTS (SELECT 1 FROM usage_file
                WHERE source = $1 AND file_key = $2 AND status <> 'Refused' AND file_version < $3 AND id <> $4)
            """
        );
        AddFile(command.Parameters, file.Source, version, file.Id);
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Holds the lock of a file until the transaction ends.</summary>
    /// <returns>The earlier versions of it.</returns>
    /// <exception cref="UsageFileOvertakenException">There is a later one.</exception>
    public static async Task<long[]> EarlierAsync(
        NpgsqlConnection connection,
        string source,
        UsageFileVersion version,
        long id,
        CancellationToken cancellation
    )
    {
        await using var batch = new NpgsqlBatch(connection);
        var hold = new NpgsqlBatchCommand("SELECT pg_advisory_xact_lock(hashtextextended('usage_file ' || $1 || ' ' || $2, 0))");
        hold.Parameters.Add(new NpgsqlParameter<string> { TypedValue = source });
        hold.Parameters.Add(new NpgsqlParameter<string> { TypedValue = version.Key });
        batch.BatchCommands.Add(hold);
        var select = new NpgsqlBatchCommand(
            """
            SELECT id, file_version > $3 FROM usage_file
            WHERE source = $1 AND file_key = $2 AND status <> 'Refused' AND id <> $4 AND file_version <> $3 ORDER BY id
            """
        );
        AddFile(select.Parameters, source, version, id);
        batch.BatchCommands.Add(select);
        var earlier = new List<long>();
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            earlier.Add(reader.GetBoolean(1) ? throw new UsageFileOvertakenException() : reader.GetInt64(0));
        }

        return [.. earlier];
    }

    /// <summary>Puts other content under keys that were taken, and takes back what was there.</summary>
    /// <param name="before">As <see cref="VersionedRecords.LockAsync"/> has read them.</param>
    public static async Task ReplaceAsync(
        NpgsqlConnection connection,
        UsageBatch batch,
        IReadOnlyList<UsageItem> items,
        IReadOnlyList<VersionedRecord> before,
        long id,
        CancellationToken cancellation
    )
    {
        if (items.Count == 0)
        {
            return;
        }

        await VersionedRecords.TakeAwayAsync(connection, batch.FileId, before, batch.Now, cancellation);
        await using var command = new NpgsqlCommand(
            """
            UPDATE usage_key SET content_hash = item.content, batch_id = $3
            FROM unnest($1::uuid[], $2::bigint[]) AS item (key, content) WHERE key_hash = item.key
            """,
            connection
        );
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. items.Select(item => item.Fingerprint.Key)] });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. items.Select(item => item.Fingerprint.Content)] });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = id });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Takes back some of what earlier versions have and this one has not, in one transaction.</summary>
    /// <returns>Whether there was any.</returns>
    public static async Task<bool> TakeBackAsync(
        UsageDatabase database,
        UsageFile file,
        UsageFileVersion version,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        foreach (var earlier in await EarlierAsync(connection, file.Source, version, file.Id, cancellation))
        {
            var gone = await OfFileAsync(connection, earlier, cancellation);
            if (gone.Count > 0)
            {
                await VersionedRecords.TakeAwayAsync(connection, file.Id, gone, now, cancellation);
                await VersionedRecords.ForgetAsync(connection, gone, cancellation);
                await transaction.CommitAsync(cancellation);
                return true;
            }
        }

        return false;
    }

    /// <summary>Ends a file that has taken the place of its earlier versions, and them.</summary>
    public static async Task FinishAsync(
        UsageDatabase database,
        UsageFile file,
        UsageFileVersion version,
        string? message,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var earlier = await EarlierAsync(connection, file.Source, version, file.Id, cancellation);
        await using var batch = new NpgsqlBatch(connection);

        // What came under the key of something else is no record, so that nothing else has taken it back.
        var waiting = new NpgsqlBatchCommand(
            "DELETE FROM usage_suspense WHERE file_id = ANY($1) AND status = 'Waiting' AND reason = 'Conflict'"
        );
        waiting.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = earlier });
        batch.BatchCommands.Add(waiting);
        var superseded = new NpgsqlBatchCommand(
            """
            UPDATE usage_file SET status = 'Superseded', superseded_by = $2, finished = coalesce(finished, $3)
            WHERE id = ANY($1) AND status <> 'Superseded'
            """
        );
        superseded.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = earlier });
        superseded.Parameters.Add(new NpgsqlParameter<long> { TypedValue = file.Id });
        superseded.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now.ToUniversalTime() });
        batch.BatchCommands.Add(superseded);
        var done = new NpgsqlBatchCommand(
            "UPDATE usage_file SET status = 'Done', message = $2, finished = $3 WHERE id = $1 AND status = 'Reading'"
        );
        done.Parameters.Add(new NpgsqlParameter<long> { TypedValue = file.Id });
        done.Parameters.Add(Nullable(message, NpgsqlDbType.Text));
        done.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now.ToUniversalTime() });
        batch.BatchCommands.Add(done);
        await batch.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private static async Task<IReadOnlyList<VersionedRecord>> OfFileAsync(
        NpgsqlConnection connection,
        long file,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT key_hash, content_hash, file_id, subscription_usn, start FROM usage_versioned
            WHERE file_id = $1 ORDER BY key_hash LIMIT $2 FOR UPDATE
            """,
            connection
        );
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = file });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = Together });
        return await VersionedRecords.ReadAsync(command, cancellation);
    }

    private static void AddFile(NpgsqlParameterCollection parameters, string source, UsageFileVersion version, long id)
    {
        parameters.Add(new NpgsqlParameter<string> { TypedValue = source });
        parameters.Add(new NpgsqlParameter<string> { TypedValue = version.Key });
        parameters.Add(new NpgsqlParameter<int> { TypedValue = version.Number });
        parameters.Add(new NpgsqlParameter<long> { TypedValue = id });
    }
}
