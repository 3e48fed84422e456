using Npgsql;
using NpgsqlTypes;
using Smile.Kernel;
using Smile.Usage;

namespace Smile.Rating.Storage;

/// <summary>What a rating period comes to by one charging rule.</summary>
/// <param name="PeriodFrom">First day of the period in which it was used.</param>
/// <param name="Amount">Without tax: all that is on the bill, and on those before.</param>
/// <param name="Before">What of it is on bills before.</param>
/// <param name="Records">
/// How many records the bill has of it: of rules whose charges are one line, a record counts for the first one that charges it. Of what
/// was billed before, those count that come to something else now.
/// </param>
internal sealed record UsageSum(
    Usn Subscription,
    DateOnly PeriodFrom,
    DateOnly BilledIn,
    long PlanScheduleItem,
    int Rule,
    int? TariffType,
    decimal Amount,
    decimal Before,
    int Records
);

/// <summary>Adds up the ratings of rating periods, for bills.</summary>
internal static class UsageSums
{
    /// <param name="wanted">Periods with the first day of the one whose bill is meant: itself, or a later one.</param>
    /// <param name="lines">The charging rules whose charges are one line, by types of tariffs or without.</param>
    public static async Task<IReadOnlyList<UsageSum>> ReadAsync(
        UsageDatabase database,
        IReadOnlyCollection<(Usn Subscription, DateOnly PeriodFrom, DateOnly BilledIn)> wanted,
        IReadOnlyCollection<(int Rule, int Line, bool IsByType)> lines,
        CancellationToken cancellation
    )
    {
        if (wanted.Count == 0)
        {
            return [];
        }

        await using var command = database.Connections.CreateCommand(
            """
            SELECT subscription_usn, period_start, billed, plan_schedule_item, rule, tariff_type, sum(amount),
                coalesce(sum(amount) FILTER (WHERE billed_in < billed), 0),
                count(*) FILTER (WHERE billed_in = billed AND place = 1 AND (period_start = billed OR net <> 0))::integer
            FROM (
                SELECT r.subscription_usn, r.period_start, wanted.billed, r.plan_schedule_item, r.rule, r.tariff_type, r.amount,
                    r.billed_in,
                    row_number() OVER (of_record ORDER BY r.rule, r.version, r.component) AS place,
                    sum(r.amount) OVER of_record AS net
                FROM unnest($1::text[], $2::date[], $3::date[]) AS wanted (usn, day, billed)
                JOIN usage_rating AS r ON r.subscription_usn = wanted.usn AND r.period_start = wanted.day AND r.billed_in <= wanted.billed
                LEFT JOIN unnest($4::integer[], $5::integer[], $6::boolean[]) AS lines (rule, line, by_type) ON lines.rule = r.rule
                WINDOW of_record AS (PARTITION BY r.subscription_usn, r.period_start, wanted.billed, coalesce(lines.line, r.rule),
                    CASE WHEN coalesce(lines.by_type, true) THEN r.tariff_type END, r.billed_in = wanted.billed, r.record_id)) AS r
            GROUP BY subscription_usn, period_start, billed, plan_schedule_item, rule, tariff_type
            ORDER BY subscription_usn, billed, period_start, plan_schedule_item, rule, tariff_type
            """
        );
        PeriodKeys.Add(command.Parameters, wanted.Select(each => (each.Subscription, each.PeriodFrom)));
        command.Parameters.Add(new NpgsqlParameter<DateOnly[]> { TypedValue = [.. wanted.Select(each => each.BilledIn)] });
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. lines.Select(each => each.Rule)] });
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. lines.Select(each => each.Line)] });
        command.Parameters.Add(new NpgsqlParameter<bool[]> { TypedValue = [.. lines.Select(each => each.IsByType)] });
        var sums = new List<UsageSum>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            sums.Add(
                new UsageSum(
                    new Usn(reader.GetString(0)),
                    reader.GetFieldValue<DateOnly>(1),
                    reader.GetFieldValue<DateOnly>(2),
                    reader.GetInt64(3),
                    reader.GetInt32(4),
                    reader.IsDBNull(5) ? null : reader.GetInt32(5),
                    reader.GetDecimal(6),
                    reader.GetDecimal(7),
                    reader.GetInt32(8)
                )
            );
        }

        return sums;
    }

    /// <summary>Records that could not be charged and were not written off: how many, by their subscription and the reason.</summary>
    /// <param name="until">First days of the last periods that count.</param>
    public static async Task<IReadOnlyList<(Usn Subscription, string Problem, int Records)>> ProblemsAsync(
        UsageDatabase database,
        IReadOnlyCollection<(Usn Subscription, DateOnly Until)> until,
        CancellationToken cancellation
    )
    {
        if (until.Count == 0)
        {
            return [];
        }

        await using var command = database.Connections.CreateCommand(
            """
            SELECT p.subscription_usn, p.problem, count(*)::integer FROM unnest($1::text[], $2::date[]) AS wanted (usn, day)
            JOIN usage_problem AS p ON p.subscription_usn = wanted.usn AND p.period_start <= wanted.day
            WHERE p.written_off_by IS NULL GROUP BY p.subscription_usn, p.problem ORDER BY p.subscription_usn, p.problem
            """
        );
        PeriodKeys.Add(command.Parameters, until);
        var problems = new List<(Usn, string, int)>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            problems.Add((new Usn(reader.GetString(0)), reader.GetString(1), reader.GetInt32(2)));
        }

        return problems;
    }
}
