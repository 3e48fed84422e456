using Npgsql;
using Smile.Kernel;
using Smile.Rating.Subjects;
using Smile.Usage;

namespace Smile.Rating.Storage;

/// <summary>Which rating periods were rated together because their subscriptions share value pools.</summary>
internal static class SharingRows
{
    /// <summary>Those that were rated with subscriptions of accounts in periods.</summary>
    public static async Task<IReadOnlyList<RatedPeriod>> OfAsync(
        UsageDatabase database,
        IReadOnlyCollection<(Usn Account, DayRange Days)> keys,
        CancellationToken cancellation
    )
    {
        await using var command = database.Connections.CreateCommand(
            """
            SELECT subscription_usn, period_start, period_end FROM usage_state
            WHERE sharing = ANY($1) AND period_start = ANY($2) AND status <> 'Replaced'
                AND (sharing, period_start, period_end) IN
                    (SELECT account, first, last FROM unnest($1::text[], $2::date[], $3::date[]) AS wanted (account, first, last))
            """
        );
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. keys.Select(key => key.Account.Value)] });
        command.Parameters.Add(new NpgsqlParameter<DateOnly[]> { TypedValue = [.. keys.Select(key => key.Days.From)] });
        command.Parameters.Add(new NpgsqlParameter<DateOnly[]> { TypedValue = [.. keys.Select(key => key.Days.To)] });
        return await PeriodKeys.ReadAllAsync(command, cancellation);
    }

    /// <summary>
    /// Locks states that are written together with others, until the transaction ends.
    /// </summary>
    /// <param name="versions">Each with the version that it has when nobody has rated it meanwhile; 0 where it was not there.</param>
    /// <returns>Those that are there and cannot be written: they are rated or billed by somebody else.</returns>
    public static async Task<HashSet<(Usn, DateOnly)>> LockAsync(
        NpgsqlConnection connection,
        IReadOnlyCollection<(Usn Subscription, DateOnly From, int Version)> versions,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            $"""
            SELECT subscription_usn, period_start, version, status = 'Closing' OR archived FROM usage_state
            WHERE (subscription_usn, period_start) IN {PeriodKeys.Wanted}
            ORDER BY subscription_usn, period_start FOR UPDATE
            """,
            connection
        );
        PeriodKeys.Add(command.Parameters, versions.Select(each => (each.Subscription, each.From)));
        var expected = versions.ToDictionary(each => (each.Subscription, each.From), each => each.Version);
        var busy = new HashSet<(Usn, DateOnly)>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var key = (new Usn(reader.GetString(0)), reader.GetFieldValue<DateOnly>(1));
            if (reader.GetInt32(2) != expected[key] || reader.GetBoolean(3))
            {
                busy.Add(key);
            }
        }

        return busy;
    }
}
