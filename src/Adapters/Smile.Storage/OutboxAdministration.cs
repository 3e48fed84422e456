using Npgsql;

namespace Smile.Storage;

/// <summary>A shard and who publishes it.</summary>
/// <param name="Holder">Address and process of the relay's connection; null where no relay runs.</param>
public sealed record OutboxShardStatus(int Shard, long Waiting, DateTimeOffset? Oldest, string? Holder);

/// <summary>The outbox as operators see it: backlog, replay, partitions.</summary>
public static class OutboxAdministration
{
    public static async Task<OutboxBacklog> BacklogAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("SELECT count(*), now() - min(created) FROM outbox_message WHERE published IS NULL");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new OutboxBacklog(reader.GetInt64(0), reader.IsDBNull(1) ? null : reader.GetTimeSpan(1));
    }

    public static async Task<IReadOnlyList<OutboxShardStatus>> StatusAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            """
            SELECT shard, coalesce(backlog.waiting, 0), backlog.oldest, holder.name
            FROM generate_series(0, 15) AS shard
            LEFT JOIN (SELECT shard AS backlog_shard, count(*) AS waiting, min(created) AS oldest FROM outbox_message
                WHERE published IS NULL GROUP BY shard) AS backlog ON backlog_shard = shard
            LEFT JOIN (
                SELECT objid, coalesce(host(client_addr), 'local') || ' pid ' || activity.pid AS name
                FROM pg_locks JOIN pg_stat_activity AS activity ON activity.pid = pg_locks.pid
                WHERE locktype = 'advisory' AND classid = 1869968482 AND granted
                    AND pg_locks.database = (SELECT oid FROM pg_database
                        WHERE datname = current_database())) AS holder ON holder.objid = shard
            ORDER BY shard
            """
        );
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var shards = new List<OutboxShardStatus>();
        while (await reader.ReadAsync(cancellation))
        {
            shards.Add(
                new OutboxShardStatus(
                    reader.GetInt32(0),
                    reader.GetInt64(1),
                    reader.IsDBNull(2) ? null : reader.GetFieldValue<DateTimeOffset>(2),
                    reader.IsDBNull(3) ? null : reader.GetString(3)
                )
            );
        }

        return shards;
    }

    /// <summary>Lets published messages be published again, with their ids and numbers: from a time, of one account, or both.</summary>
    /// <returns>How many.</returns>
    public static async Task<int> ReplayAsync(
        NpgsqlDataSource source,
        DateTimeOffset? from,
        string? accountUsn,
        CancellationToken cancellation
    )
    {
        await using var command = source.CreateCommand(
            """
            UPDATE outbox_message SET published = NULL WHERE published IS NOT NULL AND created >= coalesce($1, '-infinity')
                AND ($2::text IS NULL OR aggregate = $2)
            """
        );
        command.Parameters.Add(
            new NpgsqlParameter
            {
                Value = (object?)from?.ToUniversalTime() ?? DBNull.Value,
                NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz,
            }
        );
        command.Parameters.Add(
            new NpgsqlParameter { Value = (object?)accountUsn ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text }
        );
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>
    /// Makes the partitions of the coming week and drops those that are older than messages are kept and wholly published.
    /// </summary>
    public static async Task MaintainAsync(NpgsqlDataSource source, int keepDays, CancellationToken cancellation)
    {
        await using var ensure = source.CreateCommand("SELECT ensure_outbox_partitions(current_date, 8)");
        await ensure.ExecuteNonQueryAsync(cancellation);
        var names = new List<string>();
        await using (
            var find = source.CreateCommand(
                """
                SELECT child.relname FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid
                WHERE inhparent = 'outbox_message'::regclass AND child.relname ~ '^outbox_message_[0-9]{8}$'
                    AND to_date(right(child.relname, 8), 'YYYYMMDD') < current_date - $1
                """
            )
        )
        {
            find.Parameters.Add(new NpgsqlParameter { Value = keepDays });
            await using var reader = await find.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                names.Add(reader.GetString(0));
            }
        }

        foreach (var name in names)
        {
            await using var drop = source.CreateCommand(
                $"DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM {name} WHERE published IS NULL) THEN DROP TABLE {name}; END IF; END $$"
            );
            await drop.ExecuteNonQueryAsync(cancellation);
        }
    }
}
