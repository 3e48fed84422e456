using Npgsql;
using Smile.Kernel;
using Smile.Rating.Runs;
using Smile.Rating.Subjects;
using Smile.Usage;

namespace Smile.Rating.Storage;

/// <summary>What a rating period comes to.</summary>
/// <param name="Amount">Without tax: all that was used in it, whenever it is billed.</param>
/// <param name="Late">First days of earlier periods whose later ratings are billed with it.</param>
internal sealed record PeriodAmount(RatedPeriod Period, PeriodStatus Status, decimal Amount, IReadOnlyList<DateOnly> Late);

/// <summary>Ratings of a period that are billed with a later one.</summary>
internal readonly record struct LateUsage(Usn Subscription, DateOnly PeriodFrom, DateOnly BilledIn);

/// <summary>Reads what usage comes to that is on no bill, without going through its records.</summary>
internal static class UnbilledUsageRows
{
    /// <summary>The periods that are not closed, and those that are and were billed with usage of earlier ones.</summary>
    public static async Task<IReadOnlyList<PeriodAmount>> PeriodsAsync(
        UsageDatabase database,
        IEnumerable<Usn> subscriptions,
        CancellationToken cancellation
    )
    {
        await using var command = database.Connections.CreateCommand(
            """
            SELECT subscription_usn, period_start, period_end, status, amount, late FROM usage_state
            WHERE subscription_usn = ANY($1) AND (status IN ('Open', 'Closing') OR status = 'Closed' AND late <> '{}')
            """
        );
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. subscriptions.Select(usn => usn.Value)] });
        var periods = new List<PeriodAmount>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            periods.Add(
                new PeriodAmount(
                    PeriodKeys.Read(reader),
                    Enum.Parse<PeriodStatus>(reader.GetString(3)),
                    reader.GetDecimal(4),
                    reader.GetFieldValue<DateOnly[]>(5)
                )
            );
        }

        return periods;
    }

    /// <summary>What ratings come to that are billed with a later period, without tax.</summary>
    public static async Task<IReadOnlyDictionary<LateUsage, decimal>> LateAsync(
        UsageDatabase database,
        IReadOnlyCollection<LateUsage> wanted,
        CancellationToken cancellation
    )
    {
        var sums = new Dictionary<LateUsage, decimal>();
        if (wanted.Count == 0)
        {
            return sums;
        }

        await using var command = database.Connections.CreateCommand(
            """
            SELECT r.subscription_usn, r.period_start, r.billed_in, sum(amount)
            FROM unnest($1::text[], $2::date[], $3::date[]) AS wanted (usn, day, billed)
            JOIN usage_rating AS r ON r.subscription_usn = wanted.usn AND r.period_start = wanted.day AND r.billed_in = wanted.billed
            GROUP BY r.subscription_usn, r.period_start, r.billed_in
            """
        );
        PeriodKeys.Add(command.Parameters, wanted.Select(late => (late.Subscription, late.PeriodFrom)));
        command.Parameters.Add(new NpgsqlParameter<DateOnly[]> { TypedValue = [.. wanted.Select(late => late.BilledIn)] });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var late = new LateUsage(new Usn(reader.GetString(0)), reader.GetFieldValue<DateOnly>(1), reader.GetFieldValue<DateOnly>(2));
            sums.Add(late, reader.GetDecimal(3));
        }

        return sums;
    }
}
