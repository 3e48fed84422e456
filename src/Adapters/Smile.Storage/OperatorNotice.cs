using Npgsql;

namespace Smile.Storage;

/// <summary>What waits for an operator on a stage.</summary>
/// <param name="FailedDispatch">Documents and notices that could not be sent.</param>
/// <param name="FailedWork">Pieces of due work that failed too often.</param>
/// <param name="PaymentsInAttention">Payments whose outcome nobody knows.</param>
/// <param name="FailedBills">Bills that could not be made, or that wait for approval with an error.</param>
public sealed record OperatorWork(long FailedDispatch, long FailedWork, long PaymentsInAttention, long FailedBills)
{
    public bool IsNone => FailedDispatch + FailedWork + PaymentsInAttention + FailedBills == 0;
}

/// <summary>Counts what waits for an operator, and sees to it that one notice a day tells of it, whichever server sends it.</summary>
public static class OperatorNotice
{
    public static async Task<OperatorWork> CountAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            $"""
            SELECT (SELECT count(*) FROM dispatch_item WHERE status = 'Failed'),
                   (SELECT count(*) FROM due_work WHERE done IS NULL AND failures >= {DueWorkQueue.MaxFailures}),
                   (SELECT count(*) FROM payment WHERE status = 'Attention'),
                   (SELECT count(*) FROM bill WHERE status = 'Error')
            """
        );
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new OperatorWork(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3));
    }

    /// <summary>Does something once for a day, in all servers; where it fails, the next look does it.</summary>
    /// <returns>Whether it was done now.</returns>
    public static async Task<bool> OnceAsync(
        NpgsqlDataSource source,
        DateOnly day,
        DateTimeOffset now,
        Func<Task> send,
        CancellationToken cancellation
    )
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var claim = new NpgsqlCommand(
            "INSERT INTO operator_notice (day, sent) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            connection,
            transaction
        );
        claim.Parameters.Add(new NpgsqlParameter { Value = day });
        claim.Parameters.Add(new NpgsqlParameter { Value = now.ToUniversalTime() });
        if (await claim.ExecuteNonQueryAsync(cancellation) == 0)
        {
            return false;
        }

        await send();
        await transaction.CommitAsync(cancellation);
        return true;
    }
}
