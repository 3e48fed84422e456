using Npgsql;
using NpgsqlTypes;
using Smile.Kernel;
using Smile.Usage.Import;
using static Smile.Usage.Storage.Parameters;

namespace Smile.Usage.Storage;

/// <summary>A later version of the file has come meanwhile.</summary>
internal sealed class UsageFileOvertakenException() : Exception("A later version of the file has come.");

/// <summary>A record that a file with versions brought.</summary>
/// <param name="Usn">Whose it is; null while it waits.</param>
internal sealed record VersionedRecord(Guid Key, long Content, long FileId, Usn? Usn, DateTimeOffset? Start);

/// <summary>
/// Which file a record is of, where later versions of files take the place of earlier ones. Whatever is written about a version is written
/// under a lock of its file, so that none of an earlier version comes behind the end of a later one.
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

    /// <summary>Locks what is known of records, in the order of their keys.</summary>
    public static async Task<Dictionary<Guid, VersionedRecord>> LockAsync(
        NpgsqlConnection connection,
        IEnumerable<Guid> keys,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT key_hash, content_hash, file_id, subscription_usn, start FROM usage_versioned
            WHERE key_hash = ANY($1) ORDER BY key_hash FOR UPDATE
            """,
            connection
        );
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. keys] });
        return (await ReadAsync(command, cancellation)).ToDictionary(record => record.Key);
    }

    /// <summary>Notes which file records are of, and where they are.</summary>
    /// <param name="again">Keys of records that the file has and that were there.</param>
    public static async Task OwnAsync(
        NpgsqlConnection connection,
        long? file,
        IReadOnlyList<UsageItem> taken,
        IReadOnlyCollection<Guid> again,
        CancellationToken cancellation
    )
    {
        if (file is { } id && taken.Count > 0)
        {
            await using var insert = new NpgsqlCommand(
                """
                INSERT INTO usage_versioned (key_hash, content_hash, file_id, subscription_usn, start)
                SELECT key, content, $5, usn, start
                FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::timestamptz[]) AS item (key, content, usn, start) ORDER BY key
                ON CONFLICT (key_hash) DO UPDATE SET content_hash = EXCLUDED.content_hash, file_id = EXCLUDED.file_id,
                    subscription_usn = EXCLUDED.subscription_usn, start = EXCLUDED.start
                """,
                connection
            );
            insert.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. taken.Select(item => item.Fingerprint.Key)] });
            insert.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. taken.Select(item => item.Fingerprint.Content)] });
            AddPlaces(insert.Parameters, taken);
            insert.Parameters.Add(new NpgsqlParameter<long> { TypedValue = id });
            await insert.ExecuteNonQueryAsync(cancellation);
        }

        if (again.Count > 0)
        {
            // What a file without versions has, too, no version takes back.
            await using var update = new NpgsqlCommand(
                file is null
                    ? "DELETE FROM usage_versioned WHERE key_hash = ANY($1) AND $2::bigint IS NULL"
                    : "UPDATE usage_versioned SET file_id = $2 WHERE key_hash = ANY($1)",
                connection
            );
            update.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. again] });
            update.Parameters.Add(Nullable(file, NpgsqlDbType.Bigint));
            await update.ExecuteNonQueryAsync(cancellation);
        }
    }

    /// <summary>Notes where records are that waited.</summary>
    public static async Task MovedAsync(NpgsqlConnection connection, IReadOnlyList<UsageItem> moved, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            UPDATE usage_versioned SET subscription_usn = item.usn, start = item.start
            FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS item (key, usn, start) WHERE key_hash = item.key
            """,
            connection
        );
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. moved.Select(item => item.Fingerprint.Key)] });
        AddPlaces(command.Parameters, moved);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>What waits of other files and is in this one, too, is this one's.</summary>
    public static async Task MoveWaitingAsync(
        NpgsqlConnection connection,
        long file,
        long[] others,
        IReadOnlyList<UsageItem> items,
        CancellationToken cancellation
    )
    {
        if (others.Length == 0 || items.Count == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand(
            """
            UPDATE usage_suspense AS waiting SET file_id = $4, line = item.line
            FROM unnest($1::uuid[], $2::bigint[], $3::integer[]) AS item (key, content, line)
            WHERE waiting.key_hash = item.key AND waiting.content_hash = item.content AND waiting.file_id = ANY($5)
            """,
            connection
        );
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. items.Select(item => item.Fingerprint.Key)] });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. items.Select(item => item.Fingerprint.Content)] });
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. items.Select(item => item.Line.Number)] });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = file });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = others });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Puts other content under keys that were taken, and takes back what was there.</summary>
    /// <param name="before">As <see cref="LockAsync"/> has read them.</param>
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

        await TakeAwayAsync(connection, batch.FileId, before, batch.Now, cancellation);
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
                await TakeAwayAsync(connection, file.Id, gone, now, cancellation);
                await ForgetAsync(connection, gone, cancellation);
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
        return await ReadAsync(command, cancellation);
    }

    /// <summary>
    /// Takes records and what waits away, counts them, and has the subscriptions rated again from there on: what was booked for a record
    /// that is gone is booked back.
    /// </summary>
    private static async Task TakeAwayAsync(
        NpgsqlConnection connection,
        long file,
        IReadOnlyList<VersionedRecord> gone,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        var bound = gone.Where(record => record.Usn is not null).ToList();
        await using var batch = new NpgsqlBatch(connection);
        var waiting = new NpgsqlBatchCommand(
            """
            DELETE FROM usage_suspense AS waiting USING unnest($1::uuid[], $2::bigint[], $3::bigint[]) AS item (key, content, file)
            WHERE waiting.key_hash = item.key AND (waiting.content_hash = item.content OR waiting.file_id = item.file)
            """
        );
        waiting.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. gone.Select(record => record.Key)] });
        waiting.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. gone.Select(record => record.Content)] });
        waiting.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. gone.Select(record => record.FileId)] });
        batch.BatchCommands.Add(waiting);
        var records = new NpgsqlBatchCommand(
            """
            DELETE FROM usage_record AS taken USING unnest($1::text[], $2::timestamptz[], $3::bigint[]) AS item (usn, start, id)
            WHERE taken.subscription_usn = item.usn AND taken.start = item.start AND taken.id = item.id
            """
        );
        records.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. bound.Select(record => record.Usn!.Value.Value)] });
        records.Parameters.Add(
            new NpgsqlParameter<DateTime[]> { TypedValue = [.. bound.Select(record => record.Start!.Value.UtcDateTime)] }
        );
        records.Parameters.Add(
            new NpgsqlParameter<long[]> { TypedValue = [.. bound.Select(record => UsageFingerprint.RecordId(record.Key))] }
        );
        batch.BatchCommands.Add(records);
        var count = new NpgsqlBatchCommand("UPDATE usage_file SET taken_back = taken_back + $2 WHERE id = $1");
        count.Parameters.Add(new NpgsqlParameter<long> { TypedValue = file });
        count.Parameters.Add(new NpgsqlParameter<int> { TypedValue = gone.Count });
        batch.BatchCommands.Add(count);
        await batch.ExecuteNonQueryAsync(cancellation);
        if (bound.Count > 0)
        {
            await using var next = new NpgsqlCommand("SELECT nextval('usage_number')", connection);
            var work = new UsageWork(
                (long)(await next.ExecuteScalarAsync(cancellation))!,
                [.. bound.Select(record => record.Usn!.Value).Distinct()],
                bound.Min(record => record.Start!.Value),
                null
            );
            await UsageQueue.AddAsync(connection, work, file, now, cancellation);
        }
    }

    private static async Task ForgetAsync(NpgsqlConnection connection, IReadOnlyList<VersionedRecord> gone, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var table in new[] { "usage_key", "usage_versioned" })
        {
            var forget = new NpgsqlBatchCommand($"DELETE FROM {table} WHERE key_hash = ANY($1)");
            forget.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. gone.Select(record => record.Key)] });
            batch.BatchCommands.Add(forget);
        }

        await batch.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<List<VersionedRecord>> ReadAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        var records = new List<VersionedRecord>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            records.Add(
                new VersionedRecord(
                    reader.GetGuid(0),
                    reader.GetInt64(1),
                    reader.GetInt64(2),
                    reader.IsDBNull(3) ? null : new Usn(reader.GetString(3)),
                    reader.IsDBNull(4) ? null : reader.GetFieldValue<DateTimeOffset>(4)
                )
            );
        }

        return records;
    }

    private static void AddFile(NpgsqlParameterCollection parameters, string source, UsageFileVersion version, long id)
    {
        parameters.Add(new NpgsqlParameter<string> { TypedValue = source });
        parameters.Add(new NpgsqlParameter<string> { TypedValue = version.Key });
        parameters.Add(new NpgsqlParameter<int> { TypedValue = version.Number });
        parameters.Add(new NpgsqlParameter<long> { TypedValue = id });
    }

    private static void AddPlaces(NpgsqlParameterCollection parameters, IReadOnlyList<UsageItem> items)
    {
        parameters.Add(
            new NpgsqlParameter
            {
                Value = items.Select(item => item.Binding.Usn?.Value).ToArray(),
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
            }
        );
        parameters.Add(
            new NpgsqlParameter
            {
                Value = items.Select(item => item.Binding.Usn is null ? (DateTime?)null : item.Entry!.Start.UtcDateTime).ToArray(),
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz,
            }
        );
    }
}
