using Npgsql;
using NpgsqlTypes;
using Smile.Kernel;
using Smile.Rating.Archive;
using Smile.Rating.Subjects;
using Smile.Usage;

namespace Smile.Rating.Storage;

/// <summary>What is in the way of archiving usage.</summary>
/// <param name="Example">One of the periods that are not billed.</param>
internal sealed record FoundObstacles(long Unbilled, string? Example, long Late, long Work, long Suspended, long Problems);

/// <summary>Which rating periods are archived, and what keeps them from it.</summary>
internal static class ArchiveRows
{
    private const int Together = 5_000;

    private const string Archivable =
        "period_start < $1 AND status = 'Closed' AND NOT archived AND ($2::text IS NULL OR (subscription_usn, period_start) > ($2, $3))";

    /// <summary>Billed periods that begin before a day and are not archived, in their order.</summary>
    /// <param name="behind">The last one that is known.</param>
    public static async Task<IReadOnlyList<RatedPeriod>> ClosedAsync(
        UsageDatabase database,
        DateOnly before,
        (string Usn, DateOnly From)? behind,
        CancellationToken cancellation
    )
    {
        await using var command = database.Connections.CreateCommand(
            $"""
            SELECT subscription_usn, period_start, period_end FROM usage_state WHERE {Archivable}
            ORDER BY subscription_usn, period_start LIMIT {Together}
            """
        );
        command.CommandTimeout = 0;
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = before });
        command.Parameters.Add(new NpgsqlParameter { Value = behind?.Usn ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = behind?.From ?? DateOnly.MinValue });
        return await PeriodKeys.ReadAllAsync(command, cancellation);
    }

    /// <summary>Marks billed periods, so that they are never rated again.</summary>
    /// <returns>How many are marked now; fewer where somebody is at some of them.</returns>
    public static async Task<int> MarkAsync(
        UsageDatabase database,
        IReadOnlyCollection<RatedPeriod> periods,
        CancellationToken cancellation
    )
    {
        await using var command = database.Connections.CreateCommand(
            """
            UPDATE usage_state AS known SET archived = true FROM unnest($1::text[], $2::date[]) AS wanted (usn, day)
            WHERE known.subscription_usn = wanted.usn AND known.period_start = wanted.day AND known.status = 'Closed'
            """
        );
        PeriodKeys.Add(command.Parameters, periods);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <param name="before">Periods that begin before this day may have something that is archived.</param>
    /// <param name="takenFrom">Usage that begins before is not taken any more.</param>
    public static async Task<FoundObstacles> ObstaclesAsync(
        UsageDatabase database,
        DateOnly before,
        DateTimeOffset takenFrom,
        CancellationToken cancellation
    )
    {
        const string Unbilled = "period_start < $1 AND status IN ('Open', 'Closing')";
        var day = new NpgsqlParameter<DateOnly> { TypedValue = before };
        var instant = new NpgsqlParameter<DateTimeOffset> { TypedValue = takenFrom.ToUniversalTime() };
        return new FoundObstacles(
            await CountAsync($"usage_state WHERE {Unbilled}", day),
            await ExampleAsync(database, Unbilled, before, cancellation),
            await CountAsync("usage_state WHERE status IN ('Open', 'Closing') AND $1 > ANY(late)", day),
            await CountAsync("usage_work WHERE first_start < $1", instant),
            await CountAsync("usage_suspense WHERE status = 'Waiting' AND start < $1", instant),
            await CountAsync("usage_problem WHERE written_off_by IS NULL AND period_start < $1", day)
        );

        async Task<long> CountAsync(string what, NpgsqlParameter parameter)
        {
            await using var command = database.Connections.CreateCommand($"SELECT count(*) FROM {what}");
            command.CommandTimeout = 0;
            command.Parameters.Add(parameter.Clone());
            return (long)(await command.ExecuteScalarAsync(cancellation))!;
        }
    }

    private static async Task<string?> ExampleAsync(
        UsageDatabase database,
        string unbilled,
        DateOnly before,
        CancellationToken cancellation
    )
    {
        await using var command = database.Connections.CreateCommand(
            $"SELECT subscription_usn || ' of ' || period_start FROM usage_state WHERE {unbilled} ORDER BY period_start LIMIT 1"
        );
        command.CommandTimeout = 0;
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = before });
        return await command.ExecuteScalarAsync(cancellation) as string;
    }

    /// <summary>The months that were archived or are being, the latest first.</summary>
    public static async Task<IReadOnlyList<ArchivedMonth>> ListAsync(UsageDatabase database, CancellationToken cancellation)
    {
        await using var command = database.Connections.CreateCommand(
            """
            SELECT month, part, id, status, records, ratings, folder, dropped, archived_by FROM usage_archive
            ORDER BY month DESC, part DESC
            """
        );
        var months = new List<ArchivedMonth>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            months.Add(
                new ArchivedMonth(
                    reader.GetFieldValue<DateOnly>(0),
                    reader.GetInt32(1),
                    reader.GetGuid(2),
                    Enum.Parse<ArchiveStatus>(reader.GetString(3)),
                    reader.GetInt64(4),
                    reader.GetInt64(5),
                    reader.GetString(6),
                    reader.IsDBNull(7) ? null : reader.GetFieldValue<DateTimeOffset>(7),
                    reader.GetString(8)
                )
            );
        }

        return months;
    }

    /// <summary>Writes what has become of a month.</summary>
    public static async Task SaveAsync(NpgsqlConnection connection, ArchivedMonth month, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO usage_archive AS known (month, part, id, status, records, ratings, folder, begun, archived_by)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT (month, part) DO UPDATE SET status = EXCLUDED.status, records = EXCLUDED.records, ratings = EXCLUDED.ratings,
                folder = EXCLUDED.folder, archived_by = EXCLUDED.archived_by,
                exported = CASE EXCLUDED.status WHEN 'Exported' THEN $8 ELSE known.exported END,
                dropped = CASE EXCLUDED.status WHEN 'Dropped' THEN $8 END
            """,
            connection
        );
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = month.Month });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = month.Part });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = month.Id });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"{month.Status}" });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = month.Records });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = month.Ratings });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = month.Folder });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now.ToUniversalTime() });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = month.By });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
