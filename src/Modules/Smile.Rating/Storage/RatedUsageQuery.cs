using Npgsql;
using NpgsqlTypes;
using Smile.Kernel;
using Smile.Rating.Engine;
using Smile.Rating.Exports;
using Smile.Usage;
using Smile.Usage.Exports;
using Smile.Usage.Storage;

namespace Smile.Rating.Storage;

/// <summary>The ratings of files of activity statements, with the records that they are of.</summary>
internal static class RatedUsageQuery
{
    /// <summary>
    /// Records are looked for around the days of a period: they may begin before it, and its days are those of a zone.
    /// </summary>
    private static readonly TimeSpan Around = TimeSpan.FromDays(4);

    /// <summary>The rating periods of subscriptions that end on a day, where something was rated.</summary>
    public static async Task<IReadOnlyList<RatingSpan>> EndingOnAsync(
        UsageDatabase database,
        IReadOnlyCollection<Usn> subscriptions,
        DateOnly end,
        CancellationToken cancellation
    )
    {
        await using var command = database.Connections.CreateCommand(
            """
            SELECT subscription_usn, period_start, period_end, version, NULL::date FROM usage_state AS s
            WHERE subscription_usn = ANY($1) AND period_end = $2 AND status <> 'Replaced' AND EXISTS (
                SELECT 1 FROM usage_rating AS g WHERE g.subscription_usn = s.subscription_usn AND g.period_start = s.period_start)
            ORDER BY subscription_usn, period_start
            """
        );
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. subscriptions.Select(usn => usn.Value)] });
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = end });
        return await ReadSpansAsync(command, cancellation);
    }

    /// <summary>
    /// The rating periods with ratings that are in bills: those that were billed, and earlier ones whose usage came too late for their own.
    /// </summary>
    public static async Task<IReadOnlyList<RatingSpan>> BilledInAsync(
        UsageDatabase database,
        IReadOnlyCollection<(Usn Subscription, DateOnly BilledIn)> billed,
        CancellationToken cancellation
    )
    {
        await using var command = database.Connections.CreateCommand(
            """
            SELECT s.subscription_usn, s.period_start, s.period_end, s.version, bill.day
            FROM unnest($1::text[], $2::date[]) AS bill (usn, day)
            JOIN usage_state AS s ON s.subscription_usn = bill.usn
                AND (s.period_start = bill.day OR s.period_start IN (
                    SELECT g.period_start FROM usage_rating AS g
                    WHERE g.subscription_usn = bill.usn AND g.billed_in = bill.day AND g.billed_in <> g.period_start))
            WHERE EXISTS (SELECT 1 FROM usage_rating AS g
                WHERE g.subscription_usn = s.subscription_usn AND g.period_start = s.period_start AND g.billed_in = bill.day)
            ORDER BY s.subscription_usn, s.period_start
            """
        );
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. billed.Select(each => each.Subscription.Value)] });
        command.Parameters.Add(new NpgsqlParameter<DateOnly[]> { TypedValue = [.. billed.Select(each => each.BilledIn)] });
        return await ReadSpansAsync(command, cancellation);
    }

    /// <summary>The ratings of spans, a page of records at a time, span by span in the order of their starts.</summary>
    public static IAsyncEnumerable<IReadOnlyList<RatedUsage>> PagesAsync(
        UsageDatabase database,
        IReadOnlyList<RatingSpan> spans,
        CancellationToken cancellation
    ) => ActivityPages.ReadAsync(spans, (together, behind) => ReadAsync(database, together, behind, cancellation), cancellation);

    /// <summary>
    /// The ratings of a page of records, span by span in the order of their starts; those of the first span behind a position.
    /// </summary>
    private static async Task<ActivityPage<RatedUsage>> ReadAsync(
        UsageDatabase database,
        IReadOnlyList<RatingSpan> spans,
        ActivityPosition? behind,
        CancellationToken cancellation
    )
    {
        await using var command = database.Connections.CreateCommand(
            $"""
            SELECT {UsageRecordQuery.ColumnsOf("page")}, page.place, g.period_start, g.billed_in, g.version, g.component, g.start,
                g.plan_schedule_item, g.rule, g.destination, g.tariff, g.tariff_type, g.units, g.price, g.amount, g.value_pool
            FROM (
                SELECT record.*, span.place, span.period, span.version, span.billed
                FROM unnest($1::text[], $2::date[], $3::timestamptz[], $4::timestamptz[], $5::integer[], $6::date[]) WITH ORDINALITY
                    AS span (usn, period, first, last, version, billed, place)
                CROSS JOIN LATERAL (
                    SELECT r.* FROM usage_record AS r WHERE r.subscription_usn = span.usn AND r.start >= span.first AND r.start < span.last
                        AND (span.place > 1 OR $7::timestamptz IS NULL OR (r.start, r.id) > ($7, $8))
                    ORDER BY r.start, r.id LIMIT {ActivityPages.Size}) AS record
                ORDER BY span.place, record.start, record.id LIMIT {ActivityPages.Size}) AS page
            LEFT JOIN usage_rating AS g ON g.subscription_usn = page.subscription_usn AND g.period_start = page.period
                AND g.record_id = page.id AND g.version <= page.version AND (page.billed IS NULL OR g.billed_in = page.billed)
            ORDER BY page.place, page.start, page.id, g.version, g.component
            """
        );
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. spans.Select(span => span.Usn.Value)] });
        command.Parameters.Add(new NpgsqlParameter<DateOnly[]> { TypedValue = [.. spans.Select(span => span.From)] });
        command.Parameters.Add(
            new NpgsqlParameter<DateTime[]>
            {
                // Of the first span nothing is looked at before where its last page ended.
                TypedValue =
                [
                    .. spans.Select(
                        (span, place) => place == 0 && behind is { } begun ? begun.Start.UtcDateTime : Midnight(span.From) - Around
                    ),
                ],
            }
        );
        command.Parameters.Add(new NpgsqlParameter<DateTime[]> { TypedValue = [.. spans.Select(span => Midnight(span.To) + Around)] });
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. spans.Select(span => span.Version)] });
        command.Parameters.Add(
            new NpgsqlParameter
            {
                Value = spans.Select(span => span.BilledIn).ToArray(),
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Date,
            }
        );
        command.Parameters.Add(
            new NpgsqlParameter
            {
                Value = behind is { } last ? last.Start.ToUniversalTime() : DBNull.Value,
                NpgsqlDbType = NpgsqlDbType.TimestampTz,
            }
        );
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = behind?.Id ?? 0 });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await ReadPageAsync(reader, cancellation);
    }

    private static async Task<ActivityPage<RatedUsage>> ReadPageAsync(NpgsqlDataReader reader, CancellationToken cancellation)
    {
        var rows = new List<RatedUsage>();
        var records = 0;
        ActivityPosition? last = null;
        UsageRecord? record = null;
        while (await reader.ReadAsync(cancellation))
        {
            var read = UsageRecordQuery.Read(reader);
            var position = new ActivityPosition((int)reader.GetInt64(UsageRecordQuery.Count) - 1, read.Start, read.Id);
            if (position != last)
            {
                (records, last, record) = (records + 1, position, read);
            }

            if (!reader.IsDBNull(UsageRecordQuery.Count + 1))
            {
                rows.Add(Rated(reader, record!));
            }
        }

        return new ActivityPage<RatedUsage>(rows, records < ActivityPages.Size ? null : last);
    }

    private static RatedUsage Rated(NpgsqlDataReader reader, UsageRecord record)
    {
        const int first = UsageRecordQuery.Count + 1;
        return new RatedUsage(
            record,
            new UsageRating(
                record.Id,
                reader.GetInt64(first + 5),
                reader.GetInt32(first + 6),
                reader.IsDBNull(first + 7) ? null : reader.GetInt32(first + 7),
                reader.IsDBNull(first + 8) ? null : reader.GetInt64(first + 8),
                reader.IsDBNull(first + 9) ? null : reader.GetInt32(first + 9),
                reader.GetDecimal(first + 10),
                reader.GetDecimal(first + 11),
                reader.GetDecimal(first + 12),
                reader.IsDBNull(first + 13) ? null : reader.GetInt32(first + 13)
            ),
            reader.GetFieldValue<DateOnly>(first),
            reader.GetFieldValue<DateOnly>(first + 1),
            reader.GetInt32(first + 2),
            reader.GetInt32(first + 3),
            reader.GetFieldValue<DateTimeOffset>(first + 4)
        );
    }

    private static DateTime Midnight(DateOnly day) => day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);

    private static async Task<IReadOnlyList<RatingSpan>> ReadSpansAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        var spans = new List<RatingSpan>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            spans.Add(
                new RatingSpan(
                    new Usn(reader.GetString(0)),
                    reader.GetFieldValue<DateOnly>(1),
                    reader.GetFieldValue<DateOnly>(2),
                    reader.GetInt32(3),
                    reader.IsDBNull(4) ? null : reader.GetFieldValue<DateOnly>(4)
                )
            );
        }

        return spans;
    }
}
