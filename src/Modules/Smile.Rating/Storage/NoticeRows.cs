using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Smile.Kernel;
using Smile.Rating.Notices;
using Smile.Rating.Subjects;
using Smile.Usage;

namespace Smile.Rating.Storage;

/// <summary>What rating tells the stage, in the database of usage.</summary>
internal static class NoticeRows
{
    private const string Kind = "State";

    /// <summary>Adds notices in the transaction that brings them about.</summary>
    public static async Task AddAsync(NpgsqlConnection connection, IReadOnlyList<WaitingNotice> notices, CancellationToken cancellation)
    {
        if (notices.Count == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand(
            """
            INSERT INTO usage_notice (subscription_usn, period_start, version, kind, body)
            SELECT usn, day, version, $5, body
            FROM unnest($1::text[], $2::date[], $3::integer[], $4::jsonb[]) AS told (usn, day, version, body)
            """,
            connection
        );
        PeriodKeys.Add(command.Parameters, notices.Select(notice => notice.Period));
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. notices.Select(notice => notice.Version)] });
        command.Parameters.Add(
            new NpgsqlParameter
            {
                Value = notices.Select(notice => JsonSerializer.Serialize(notice.Notice, RatingRows.Json)).ToArray(),
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb,
            }
        );
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Kind });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Those that wait, of a subscription in the order in which they came about.</summary>
    public static async Task<IReadOnlyList<WaitingNotice>> WaitingAsync(UsageDatabase database, int most, CancellationToken cancellation)
    {
        await using var command = database.Connections.CreateCommand(
            """
            SELECT subscription_usn, period_start, version, body::text FROM usage_notice WHERE told IS NULL
            ORDER BY subscription_usn, period_start, version LIMIT $1
            """
        );
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = most });
        var notices = new List<WaitingNotice>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var notice = JsonSerializer.Deserialize<PeriodNotice>(reader.GetString(3), RatingRows.Json)!;
            notices.Add(
                new WaitingNotice(
                    new RatedPeriod(new Usn(reader.GetString(0)), new DayRange(reader.GetFieldValue<DateOnly>(1), notice.PeriodTo)),
                    reader.GetInt32(2),
                    notice
                )
            );
        }

        return notices;
    }

    public static async Task ToldAsync(
        UsageDatabase database,
        IReadOnlyList<WaitingNotice> notices,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        await using var command = database.Connections.CreateCommand(
            """
            UPDATE usage_notice AS known SET told = $4 FROM unnest($1::text[], $2::date[], $3::integer[]) AS done (usn, day, version)
            WHERE known.subscription_usn = done.usn AND known.period_start = done.day AND known.version = done.version
                AND known.told IS NULL
            """
        );
        PeriodKeys.Add(command.Parameters, notices.Select(notice => notice.Period));
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. notices.Select(notice => notice.Version)] });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now.ToUniversalTime() });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Periods in which something was reached and which ended before a day.</summary>
    public static async Task<IReadOnlyList<RatedPeriod>> AlertsBeforeAsync(
        UsageDatabase database,
        DateOnly day,
        int most,
        CancellationToken cancellation
    )
    {
        await using var command = database.Connections.CreateCommand(
            """
            SELECT subscription_usn, period_start, period_end FROM usage_state
            WHERE alert AND period_end < $1 AND status <> 'Closing' ORDER BY period_end, subscription_usn LIMIT $2
            """
        );
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = day });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = most });
        return await PeriodKeys.ReadAllAsync(command, cancellation);
    }

    /// <summary>Notes that a period's alerts are over, with the notice of it: unless somebody has rated or told it meanwhile.</summary>
    /// <param name="version">Of the period as it was read.</param>
    public static async Task EndAlertAsync(
        UsageDatabase database,
        RatedPeriod period,
        int version,
        PeriodNotice? notice,
        CancellationToken cancellation
    )
    {
        await using var connection = await database.Connections.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var command = new NpgsqlCommand(
            """
            UPDATE usage_state SET alert = false, version = version + 1
            WHERE subscription_usn = $1 AND period_start = $2 AND version = $3 AND alert AND status <> 'Closing'
            """,
            connection
        );
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = period.Subscription.Value });
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = period.Days.From });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = version });
        if (await command.ExecuteNonQueryAsync(cancellation) == 1 && notice is not null)
        {
            await AddAsync(connection, [new WaitingNotice(period, version + 1, notice)], cancellation);
        }

        await transaction.CommitAsync(cancellation);
    }
}
