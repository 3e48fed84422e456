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
}
