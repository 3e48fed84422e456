using Npgsql;
using NpgsqlTypes;

namespace Smile.Storage;

/// <summary>Keeps how far a stage's clock was moved.</summary>
public static class ClockStore
{
    /// <summary>Channel that servers listen on to hear of it.</summary>
    public const string Channel = "smile_clock";

    /// <summary>How far the stage's time is ahead of the system's; zero where nobody has moved it.</summary>
    public static async Task<TimeSpan> LoadAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("SELECT ahead FROM stage_clock");
        return await command.ExecuteScalarAsync(cancellation) is TimeSpan ahead ? ahead : TimeSpan.Zero;
    }

    public static async Task SaveAsync(NpgsqlDataSource source, TimeSpan ahead, string changedBy, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            """
            INSERT INTO stage_clock (ahead, changed_by) VALUES ($1, $2) ON CONFLICT (only_row) DO UPDATE
            SET ahead = excluded.ahead, changed_by = excluded.changed_by
            """
        );
        command.Parameters.Add(new NpgsqlParameter { Value = ahead, NpgsqlDbType = NpgsqlDbType.Interval });
        command.Parameters.Add(new NpgsqlParameter { Value = changedBy });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>
    /// How many accounts the stage has but for those that API users alone were made for: each stage has one of these from its first start
    /// on, and nothing of theirs is dated.
    /// </summary>
    public static async Task<long> CountAccountsInUseAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            """
            SELECT count(*) FROM account
            WHERE EXISTS (SELECT FROM financial_transaction WHERE account_usn = account.usn)
               OR EXISTS (
                   SELECT FROM subscription WHERE account_usn = account.usn
                   AND NOT EXISTS (SELECT FROM api_permission WHERE subscription_usn = subscription.usn))
               OR NOT EXISTS (SELECT FROM subscription WHERE account_usn = account.usn)
            """
        );
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>When the next piece of work on the calendar is due, or a link to numbers ends, after a time; null for none.</summary>
    public static async Task<DateTimeOffset?> NextDueAsync(NpgsqlDataSource source, DateTimeOffset after, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            $"""
            SELECT least(
                (SELECT min(due) FROM due_work WHERE done IS NULL AND due > $1 AND failures < {DueWorkQueue.MaxFailures}),
                (SELECT min(expiry) FROM pool_link WHERE expiry > $1))
            """
        );
        command.Parameters.Add(new NpgsqlParameter { Value = after.ToUniversalTime(), NpgsqlDbType = NpgsqlDbType.TimestampTz });
        return await command.ExecuteScalarAsync(cancellation) is DateTime due ? new DateTimeOffset(due, TimeSpan.Zero) : null;
    }
}
