using Npgsql;
using NpgsqlTypes;
using Smile.Kernel;
using Smile.Rating.Engine;
using Smile.Rating.Runs;
using Smile.Usage;

namespace Smile.Rating.Storage;

/// <summary>Usage that could not be charged, in the database.</summary>
internal static class ProblemRows
{
    private const string Wanted = "($1::text IS NULL OR subscription_usn = $1) AND ($2::text IS NULL OR problem = $2)";

    public static async Task<IReadOnlyList<UnchargedUsage>> ListAsync(
        UsageDatabase database,
        Usn? subscription,
        RatingProblem? problem,
        bool writtenOff,
        int most,
        CancellationToken cancellation
    )
    {
        await using var command = database.Connections.CreateCommand(
            $"""
            SELECT subscription_usn, period_start, record_id, start, problem, since, written_off_by FROM usage_problem
            WHERE {Wanted} AND (written_off_by IS NOT NULL) = $3 ORDER BY since, subscription_usn, start, record_id LIMIT $4
            """
        );
        AddWanted(command.Parameters, subscription, problem);
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = writtenOff });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = most });
        var found = new List<UnchargedUsage>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            found.Add(
                new UnchargedUsage(
                    new Usn(reader.GetString(0)),
                    reader.GetFieldValue<DateOnly>(1),
                    reader.GetInt64(2),
                    reader.GetFieldValue<DateTimeOffset>(3),
                    Enum.Parse<RatingProblem>(reader.GetString(4)),
                    reader.GetFieldValue<DateTimeOffset>(5),
                    reader.IsDBNull(6) ? null : reader.GetString(6)
                )
            );
        }

        return found;
    }

    public static async Task<int> WriteOffAsync(
        UsageDatabase database,
        Usn subscription,
        RatingProblem? problem,
        string by,
        CancellationToken cancellation
    )
    {
        await using var command = database.Connections.CreateCommand(
            $"UPDATE usage_problem SET written_off_by = $3 WHERE {Wanted} AND written_off_by IS NULL"
        );
        AddWanted(command.Parameters, subscription, problem);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = by });
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private static void AddWanted(NpgsqlParameterCollection parameters, Usn? subscription, RatingProblem? problem)
    {
        parameters.Add(new NpgsqlParameter { Value = (object?)subscription?.Value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        parameters.Add(new NpgsqlParameter { Value = problem is { } known ? $"{known}" : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
    }
}
