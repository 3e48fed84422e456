using Npgsql;

namespace Smile.Usage.Storage;

/// <summary>
/// The order in which batches of records were seen to be there. Their numbers say nothing of it: a transaction that began first may commit
/// last, and would be behind everybody's back.
/// </summary>
internal static class UsageArrivals
{
    /// <summary>Counts what was committed and not counted yet.</summary>
    /// <returns>The highest count: all that comes later has a higher one.</returns>
    public static async Task<long> NoticeAsync(UsageDatabase database, CancellationToken cancellation)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellation);
        await using (var look = new NpgsqlCommand($"SELECT {Highest}, EXISTS (SELECT 1 FROM usage_batch WHERE {Uncounted})", connection))
        {
            await using var reader = await look.ExecuteReaderAsync(cancellation);
            await reader.ReadAsync(cancellation);
            if (!reader.GetBoolean(1))
            {
                return reader.GetInt64(0);
            }
        }

        // One at a time: who counts sees all that was counted before. Rows are locked in one order for all who change several.
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using (var turn = new NpgsqlCommand("SELECT pg_advisory_xact_lock(hashtext('usage_arrival'))", connection))
        {
            await turn.ExecuteNonQueryAsync(cancellation);
        }

        await using (
            var count = new NpgsqlCommand(
                $"""
                UPDATE usage_batch SET arrival = {Highest} + 1
                WHERE id IN (SELECT id FROM usage_batch WHERE {Uncounted} ORDER BY id FOR UPDATE)
                """,
                connection
            )
        )
        {
            await count.ExecuteNonQueryAsync(cancellation);
        }

        await using var highest = new NpgsqlCommand($"SELECT {Highest}", connection);
        var through = (long)(await highest.ExecuteScalarAsync(cancellation))!;
        await transaction.CommitAsync(cancellation);
        return through;
    }

    /// <summary>When records that arrived behind one count and up to another began, the first and the last; null for none.</summary>
    public static async Task<(DateTimeOffset First, DateTimeOffset Last)?> StartsAsync(
        UsageDatabase database,
        long after,
        long through,
        CancellationToken cancellation
    )
    {
        await using var command = database.Source.CreateCommand(
            """
            SELECT min(first_start), max(last_start) FROM usage_batch
            WHERE arrival > $1 AND arrival <= $2
            """
        );
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = through });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return reader.IsDBNull(0) ? null : (reader.GetFieldValue<DateTimeOffset>(0), reader.GetFieldValue<DateTimeOffset>(1));
    }

    private const string Highest = "(SELECT coalesce(max(arrival), 0) FROM usage_batch)";

    private const string Uncounted = "arrival IS NULL";
}
