using Npgsql;
using NpgsqlTypes;
using Smile.Kernel;
using Smile.Usage.Import;
using static Smile.Usage.Storage.Parameters;

namespace Smile.Usage.Storage;

/// <summary>A record that a file with versions brought.</summary>
/// <param name="Usn">Whose it is; null while it waits.</param>
internal sealed record VersionedRecord(Guid Key, long Content, long FileId, Usn? Usn, DateTimeOffset? Start);

/// <summary>
/// Which file a record is of, and where it is, for files that have versions. Locks are taken in the order of keys, and before those of what
/// waits and of records.
/// </summary>
internal static class VersionedRecords
{
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

    /// <summary>
    /// Takes records and what waits away, counts them, and has the subscriptions rated again from there on: what was booked for a record
    /// that is gone is booked back.
    /// </summary>
    public static async Task TakeAwayAsync(
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
            await UsageQueue.AddAsync(connection, work, now, cancellation);
        }
    }

    public static async Task ForgetAsync(NpgsqlConnection connection, IReadOnlyList<VersionedRecord> gone, CancellationToken cancellation)
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

    public static async Task<List<VersionedRecord>> ReadAsync(NpgsqlCommand command, CancellationToken cancellation)
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
