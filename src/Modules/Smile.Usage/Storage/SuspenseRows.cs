using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Smile.Usage.Binding;
using Smile.Usage.Errors;
using static Smile.Usage.Storage.Parameters;

namespace Smile.Usage.Storage;

/// <summary>Suspended usage in the database.</summary>
internal static class SuspenseRows
{
    private const string Columns =
        "key_hash, content_hash, source, file_id, line, status, reason, detail, entry::text, raw, "
        + "first_seen, last_tried, attempts, comment";

    private const string Matching =
        "($1::uuid IS NULL OR key_hash = $1) AND ($2::text IS NULL OR source = $2) AND ($3::text IS NULL OR reason = $3) "
        + "AND ($4::text IS NULL OR lower(identifier) = $4) AND ($5::bigint IS NULL OR file_id = $5) "
        + "AND ($6::timestamptz IS NULL OR start >= $6) AND ($7::timestamptz IS NULL OR start < $7) AND status = $8 "
        + "AND ($9::text[] IS NULL OR lower(identifier) = ANY($9))";

    /// <summary>In the order of their keys, behind one where there is one.</summary>
    public static async Task<IReadOnlyList<SuspendedUsage>> ReadAsync(
        UsageDatabase database,
        SuspenseFilter filter,
        (Guid Key, long Content)? after,
        int most,
        CancellationToken cancellation
    )
    {
        await using var command = database.Source.CreateCommand(
            $"SELECT {Columns} FROM usage_suspense WHERE {Matching} AND ($10::uuid IS NULL OR (key_hash, content_hash) > ($10, $11)) "
                + "ORDER BY key_hash, content_hash LIMIT $12"
        );
        AddFilter(command.Parameters, filter);
        command.Parameters.Add(Nullable(after?.Key, NpgsqlDbType.Uuid));
        command.Parameters.Add(Nullable(after?.Content, NpgsqlDbType.Bigint));
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = most });
        var rows = new List<SuspendedUsage>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(Read(reader));
        }

        return rows;
    }

    public static async Task<IReadOnlyList<SuspenseSum>> SumAsync(
        UsageDatabase database,
        SuspenseFilter filter,
        CancellationToken cancellation
    )
    {
        await using var command = database.Source.CreateCommand(
            $"""
            SELECT source, reason, count(*), coalesce(sum(seconds), 0), coalesce(sum((entry ->> 'wholesaleCharge')::numeric), 0),
                min(first_seen)
            FROM usage_suspense WHERE {Matching} GROUP BY source, reason ORDER BY count(*) DESC, source, reason
            """
        );
        AddFilter(command.Parameters, filter);
        var sums = new List<SuspenseSum>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            sums.Add(
                new SuspenseSum(
                    reader.GetString(0),
                    Enum.Parse<SuspenseReason>(reader.GetString(1)),
                    reader.GetInt64(2),
                    reader.GetDecimal(3),
                    reader.GetDecimal(4),
                    reader.GetFieldValue<DateTimeOffset>(5)
                )
            );
        }

        return sums;
    }

    /// <summary>Takes rows out within a transaction; those that somebody else has taken out meanwhile are not among them.</summary>
    /// <returns>Keys with contents of those that were there.</returns>
    public static async Task<HashSet<(Guid, long)>> RemoveAsync(
        NpgsqlConnection connection,
        IReadOnlyList<SuspendedUsage> rows,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            """
            DELETE FROM usage_suspense AS waiting USING unnest($1::uuid[], $2::bigint[]) AS item (key, content)
            WHERE waiting.key_hash = item.key AND waiting.content_hash = item.content AND waiting.status = 'Waiting'
            RETURNING waiting.key_hash, waiting.content_hash
            """,
            connection
        );
        AddKeys(command.Parameters, rows);
        var removed = new HashSet<(Guid, long)>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            removed.Add((reader.GetGuid(0), reader.GetInt64(1)));
        }

        return removed;
    }

    /// <summary>Notes that binding was tried again, and why it waits now.</summary>
    public static async Task TriedAsync(
        UsageDatabase database,
        IReadOnlyList<(SuspendedUsage Row, BoundUsage Binding)> tried,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        await using var command = database.Source.CreateCommand(
            """
            UPDATE usage_suspense AS waiting SET reason = item.reason, detail = item.detail, last_tried = $5, attempts = attempts + 1
            FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[]) AS item (key, content, reason, detail)
            WHERE waiting.key_hash = item.key AND waiting.content_hash = item.content AND waiting.status = 'Waiting'
            """
        );
        AddKeys(command.Parameters, [.. tried.Select(each => each.Row)]);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. tried.Select(each => $"{each.Binding.Reason}")] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. tried.Select(each => each.Binding.Detail)] });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now.ToUniversalTime() });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Puts another entry in place of a row's, as somebody has corrected it.</summary>
    /// <param name="identifier">By which it is looked for.</param>
    public static async Task EditAsync(
        UsageDatabase database,
        SuspendedUsage row,
        UsageEntry entry,
        string identifier,
        string comment,
        string changedBy,
        CancellationToken cancellation
    )
    {
        await using var command = database.Source.CreateCommand(
            """
            UPDATE usage_suspense SET entry = $3, identifier = $4, start = $5, seconds = $6, comment = $7, changed_by = $8
            WHERE key_hash = $1 AND content_hash = $2 AND status = 'Waiting'
            """
        );
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = row.Key });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = row.Content });
        command.Parameters.Add(
            new NpgsqlParameter { Value = JsonSerializer.Serialize(entry, UsageBatchWriter.Json), NpgsqlDbType = NpgsqlDbType.Jsonb }
        );
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = identifier });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = entry.Start.ToUniversalTime() });
        command.Parameters.Add(new NpgsqlParameter<decimal> { TypedValue = entry.Seconds });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = comment });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = changedBy });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <returns>How many were written off.</returns>
    public static async Task<int> WriteOffAsync(
        UsageDatabase database,
        SuspenseFilter filter,
        string comment,
        string changedBy,
        CancellationToken cancellation
    )
    {
        await using var command = database.Source.CreateCommand(
            $"UPDATE usage_suspense SET status = 'WrittenOff', comment = $10, changed_by = $11 WHERE {Matching}"
        );
        AddFilter(command.Parameters, filter with { WrittenOff = false });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = comment });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = changedBy });
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private static void AddFilter(NpgsqlParameterCollection parameters, SuspenseFilter filter)
    {
        parameters.Add(Nullable(filter.Key, NpgsqlDbType.Uuid));
        parameters.Add(Nullable(filter.Source, NpgsqlDbType.Text));
        parameters.Add(Nullable(filter.Reason?.ToString(), NpgsqlDbType.Text));
        parameters.Add(Nullable(filter.Identifier?.ToLowerInvariant(), NpgsqlDbType.Text));
        parameters.Add(Nullable(filter.FileId, NpgsqlDbType.Bigint));
        parameters.Add(Nullable(filter.From?.ToUniversalTime(), NpgsqlDbType.TimestampTz));
        parameters.Add(Nullable(filter.Until?.ToUniversalTime(), NpgsqlDbType.TimestampTz));
        parameters.Add(new NpgsqlParameter<string> { TypedValue = filter.WrittenOff ? "WrittenOff" : "Waiting" });
        parameters.Add(Nullable(filter.Identifiers?.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text));
    }

    private static void AddKeys(NpgsqlParameterCollection parameters, IReadOnlyList<SuspendedUsage> rows)
    {
        parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. rows.Select(row => row.Key)] });
        parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. rows.Select(row => row.Content)] });
    }

    private static SuspendedUsage Read(NpgsqlDataReader reader) =>
        new(
            reader.GetGuid(0),
            reader.GetInt64(1),
            reader.GetString(2),
            reader.GetInt64(3),
            reader.GetInt32(4),
            reader.GetString(5) == "WrittenOff",
            Enum.Parse<SuspenseReason>(reader.GetString(6)),
            reader.GetString(7),
            reader.IsDBNull(8) ? null : JsonSerializer.Deserialize<UsageEntry>(reader.GetString(8), UsageBatchWriter.Json),
            reader.GetString(9),
            reader.GetFieldValue<DateTimeOffset>(10),
            reader.GetFieldValue<DateTimeOffset>(11),
            reader.GetInt32(12),
            reader.IsDBNull(13) ? null : reader.GetString(13)
        );
}
