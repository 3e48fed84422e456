using Npgsql;
using NpgsqlTypes;
using Smile.Kernel;
using Smile.Rating.Runs;
using Smile.Rating.Subjects;
using Smile.Usage;

namespace Smile.Rating.Storage;

/// <summary>A rating period on its way onto a bill.</summary>
/// <param name="Late">First days of earlier periods whose later ratings are billed with it.</param>
internal sealed record ClosingPeriod(RatedPeriod Period, int Version, IReadOnlyList<DateOnly> Late);

/// <summary>
/// Closes rating periods. A bill closes one in two steps, since it is written to another database: while a bill is being made the period
/// takes no ratings; when the bill is committed it is closed, and when it was given up it is open again.
/// </summary>
internal static class ClosingRows
{
    private const int MostAttempts = 10;

    /// <summary>The periods that are not closed, of some subscriptions.</summary>
    public static async Task<IReadOnlyList<(ClosingPeriod Period, PeriodStatus Status)>> UnbilledAsync(
        UsageDatabase database,
        IReadOnlyCollection<Usn> subscriptions,
        CancellationToken cancellation
    )
    {
        await using var command = database.Connections.CreateCommand(
            """
            SELECT subscription_usn, period_start, period_end, version, late, status FROM usage_state
            WHERE subscription_usn = ANY($1) AND status <> 'Closed' AND status <> 'Replaced' ORDER BY subscription_usn, period_start
            """
        );
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. subscriptions.Select(usn => usn.Value)] });
        var periods = new List<(ClosingPeriod, PeriodStatus)>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            periods.Add((Read(reader), Enum.Parse<PeriodStatus>(reader.GetString(5))));
        }

        return periods;
    }

    /// <summary>Begins to close periods that are as they were read.</summary>
    /// <returns>Those of which that is so; none where somebody else is at them.</returns>
    public static async Task<IReadOnlyList<ClosingPeriod>> BeginAsync(
        UsageDatabase database,
        IReadOnlyCollection<ClosingPeriod> periods,
        CancellationToken cancellation
    )
    {
        if (periods.Count == 0)
        {
            return [];
        }

        await using var command = database.Connections.CreateCommand(
            """
            UPDATE usage_state AS known SET status = 'Closing', closing = now()
            FROM unnest($1::text[], $2::date[], $3::integer[]) AS wanted (usn, day, version)
            WHERE known.subscription_usn = wanted.usn AND known.period_start = wanted.day AND known.version = wanted.version
                AND known.status = 'Open'
            RETURNING known.subscription_usn, known.period_start, known.period_end, known.version, known.late
            """
        );
        PeriodKeys.Add(command.Parameters, periods.Select(period => period.Period));
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. periods.Select(period => period.Version)] });
        var begun = new List<ClosingPeriod>();
        try
        {
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                begun.Add(Read(reader));
            }
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.DeadlockDetected)
        {
            // Somebody rates some of them in another order: nothing was changed, and it is tried again.
            return [];
        }

        return begun;
    }

    /// <summary>Periods whose bills are committed: with those, credit limits are looked at anyway.</summary>
    public static Task CloseAsync(UsageDatabase database, IEnumerable<RatedPeriod> periods, CancellationToken cancellation) =>
        SetAsync(database, periods, "status = 'Closed', closing = NULL, unchecked = false", "status = 'Closing'", cancellation);

    /// <summary>Periods whose bills were given up.</summary>
    public static Task OpenAsync(UsageDatabase database, IEnumerable<RatedPeriod> periods, CancellationToken cancellation) =>
        SetAsync(database, periods, "status = 'Open', closing = NULL", "status = 'Closing'", cancellation);

    /// <summary>Periods whose bills are about to be undone.</summary>
    public static Task UndoAsync(UsageDatabase database, IEnumerable<RatedPeriod> periods, CancellationToken cancellation) =>
        SetAsync(database, periods, "status = 'Closing', closing = now()", "status = 'Closed' AND NOT archived", cancellation);

    /// <summary>Whether anything that is on the bills of some periods is archived: of themselves, or of earlier ones.</summary>
    public static async Task<bool> AreArchivedAsync(
        UsageDatabase database,
        IReadOnlyCollection<RatedPeriod> periods,
        CancellationToken cancellation
    )
    {
        await using var command = database.Connections.CreateCommand(
            $"""
            SELECT subscription_usn, period_start, period_end, version, late FROM usage_state
            WHERE (subscription_usn, period_start) IN {PeriodKeys.Wanted}
            """
        );
        PeriodKeys.Add(command.Parameters, periods);
        var wanted = new List<RatedPeriod>(periods);
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                var (period, _, late) = Read(reader);
                wanted.AddRange(late.Select(day => new RatedPeriod(period.Subscription, new DayRange(day, day))));
            }
        }

        await using var archived = database.Connections.CreateCommand(
            $"SELECT count(*) FROM usage_state WHERE (subscription_usn, period_start) IN {PeriodKeys.Wanted} AND archived"
        );
        PeriodKeys.Add(archived.Parameters, wanted);
        return (long)(await archived.ExecuteScalarAsync(cancellation))! > 0;
    }

    /// <summary>Periods whose bills have been made for longer than that takes.</summary>
    public static async Task<IReadOnlyList<RatedPeriod>> InterruptedAsync(
        UsageDatabase database,
        TimeSpan longest,
        int most,
        CancellationToken cancellation
    )
    {
        await using var command = database.Connections.CreateCommand(
            """
            SELECT subscription_usn, period_start, period_end FROM usage_state
            WHERE status = 'Closing' AND closing < now() - $1 ORDER BY closing LIMIT $2
            """
        );
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = longest });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = most });
        return await PeriodKeys.ReadAllAsync(command, cancellation);
    }

    private static async Task SetAsync(
        UsageDatabase database,
        IEnumerable<RatedPeriod> periods,
        string assignments,
        string condition,
        CancellationToken cancellation
    )
    {
        var keys = periods.ToList();
        if (keys.Count == 0)
        {
            return;
        }

        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var command = database.Connections.CreateCommand(
                    $"UPDATE usage_state SET {assignments} WHERE (subscription_usn, period_start) IN {PeriodKeys.Wanted} AND {condition}"
                );
                PeriodKeys.Add(command.Parameters, keys);
                await command.ExecuteNonQueryAsync(cancellation);
                return;
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.DeadlockDetected && attempt < MostAttempts)
            {
                // Somebody is at some of them in another order: nothing was changed. A bill that is committed must not fail by that.
            }
        }
    }

    private static ClosingPeriod Read(NpgsqlDataReader reader) =>
        new(PeriodKeys.Read(reader), reader.GetInt32(3), reader.GetFieldValue<DateOnly[]>(4));
}
