using Npgsql;
using NpgsqlTypes;
using Smile.Customers.DueWork;

namespace Smile.Storage;

/// <summary>
/// Finds work that is due. Several servers may look at once: each piece is done under its account's lock, by whoever comes first.
/// </summary>
public static class DueWorkQueue
{
    /// <summary>A piece of work that fails so often is left for an operator.</summary>
    public const int MaxFailures = DueWorkItem.MostFailures;

    public static async Task<IReadOnlyList<(long Id, string RequestedBy)>> FindDueAsync(
        NpgsqlDataSource source,
        DateTimeOffset now,
        int limit,
        CancellationToken cancellation
    )
    {
        await using var command = source.CreateCommand(
            // The limit of failures is in the text: only so does the index that leaves out what has failed too often answer.
            $"SELECT id, requested_by FROM due_work WHERE done IS NULL AND due <= $1 AND failures < {MaxFailures} ORDER BY due, id LIMIT $2"
        );
        command.Parameters.Add(new NpgsqlParameter { Value = now.ToUniversalTime(), NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new NpgsqlParameter { Value = limit });
        var due = new List<(long, string)>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            due.Add((reader.GetInt64(0), reader.GetString(1)));
        }

        return due;
    }

    /// <summary>Notes a failure and puts the work off, longer each time, so that one bad piece does not hold up the rest.</summary>
    public static async Task RecordFailureAsync(NpgsqlDataSource source, long id, string error, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            """
            UPDATE due_work SET failures = failures + 1, last_error = left($2, 1000),
                due = due + interval '1 minute' * power(2, failures) WHERE id = $1
            """
        );
        command.Parameters.Add(new NpgsqlParameter { Value = id });
        command.Parameters.Add(new NpgsqlParameter { Value = error });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
