using Npgsql;
using Smile.Kernel;
using Smile.Usage;

namespace Smile.Rating.Storage;

/// <summary>A rating period that has come to another amount.</summary>
/// <param name="Version">As it was read.</param>
internal sealed record UncheckedPeriod(Usn Subscription, DateOnly From, int Version);

/// <summary>Rating periods that credit limits have not been looked at with, in the database of usage.</summary>
internal static class UncheckedUsageRows
{
    public static async Task<IReadOnlyList<UncheckedPeriod>> ReadAsync(UsageDatabase database, int most, CancellationToken cancellation)
    {
        await using var command = database.Connections.CreateCommand(
            "SELECT subscription_usn, period_start, version FROM usage_state WHERE unchecked ORDER BY subscription_usn LIMIT $1"
        );
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = most });
        var periods = new List<UncheckedPeriod>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            periods.Add(new UncheckedPeriod(new Usn(reader.GetString(0)), reader.GetFieldValue<DateOnly>(1), reader.GetInt32(2)));
        }

        return periods;
    }

    /// <summary>Notes that credit limits were looked at with periods, unless somebody has rated them meanwhile.</summary>
    public static async Task CheckedAsync(
        UsageDatabase database,
        IReadOnlyCollection<UncheckedPeriod> periods,
        CancellationToken cancellation
    )
    {
        if (periods.Count == 0)
        {
            return;
        }

        await using var command = database.Connections.CreateCommand(
            """
            UPDATE usage_state AS known SET unchecked = false
            FROM unnest($1::text[], $2::date[], $3::integer[]) AS done (usn, day, version)
            WHERE known.subscription_usn = done.usn AND known.period_start = done.day AND known.version = done.version AND known.unchecked
            """
        );
        PeriodKeys.Add(command.Parameters, periods.Select(period => (period.Subscription, period.From)));
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. periods.Select(period => period.Version)] });
        try
        {
            await command.ExecuteNonQueryAsync(cancellation);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.DeadlockDetected)
        {
            // Somebody rates some of them in another order: they are looked at once more, and nothing comes of it.
        }
    }
}
