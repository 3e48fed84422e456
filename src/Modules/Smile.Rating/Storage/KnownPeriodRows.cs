using Npgsql;
using NpgsqlTypes;
using Smile.Kernel;
using Smile.Rating.Subjects;
using Smile.Usage;

namespace Smile.Rating.Storage;

/// <summary>The days of rating periods of which something is stored.</summary>
internal static class KnownPeriodRows
{
    /// <summary>Longer than any period: one that ended before this has no day in common with one of today's cycle.</summary>
    private const int LongestPeriod = 400;

    /// <summary>All that are not on bills, and those that are and may touch periods from a day on.</summary>
    public static async Task<ILookup<Usn, KnownPeriod>> ReadAsync(
        UsageDatabase database,
        IEnumerable<Usn> subscriptions,
        DateOnly since,
        CancellationToken cancellation
    )
    {
        await using var command = database.Connections.CreateCommand(
            """
            SELECT subscription_usn, period_start, period_end, status <> 'Open', late <> '{}', begins, ends, zone FROM usage_state
            WHERE subscription_usn = ANY($1) AND (status = 'Open' OR status IN ('Closing', 'Closed') AND period_end >= $2)
            """
        );
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. subscriptions.Select(usn => usn.Value)] });
        command.Parameters.Add(
            new NpgsqlParameter<DateOnly>
            {
                TypedValue = since.DayNumber < LongestPeriod ? DateOnly.MinValue : since.AddDays(-LongestPeriod),
                NpgsqlDbType = NpgsqlDbType.Date,
            }
        );
        var known = new List<(Usn Subscription, KnownPeriod Period)>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            known.Add(
                (
                    new Usn(reader.GetString(0)),
                    new KnownPeriod(
                        new DayRange(reader.GetFieldValue<DateOnly>(1), reader.GetFieldValue<DateOnly>(2)),
                        reader.GetBoolean(3),
                        reader.GetBoolean(4),
                        PeriodKeys.ReadInstants(reader, 5)
                    )
                )
            );
        }

        return known.ToLookup(pair => pair.Subscription, pair => pair.Period);
    }
}
