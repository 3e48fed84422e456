using Npgsql;
using NpgsqlTypes;

namespace Smile.Storage;

/// <summary>
/// Finds pools with links whose time is over. Several servers may look at once: each pool is worked through under its lock.
/// </summary>
public static class PoolLinkQueue
{
    public static async Task<IReadOnlyList<Guid>> FindDueAsync(NpgsqlDataSource source, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            """
            SELECT id FROM number_pool
            WHERE number IN (
                SELECT reservation.pool FROM pool_link AS link JOIN pool_reservation AS reservation ON reservation.id = link.reservation_id
                WHERE link.expiry <= $1)
            ORDER BY number
            """
        );
        command.Parameters.Add(new NpgsqlParameter { Value = now.ToUniversalTime(), NpgsqlDbType = NpgsqlDbType.TimestampTz });
        var due = new List<Guid>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            due.Add(reader.GetGuid(0));
        }

        return due;
    }
}
