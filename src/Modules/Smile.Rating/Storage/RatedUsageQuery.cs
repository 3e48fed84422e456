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
            SELECT s.subscription_usn, s.period_start, s.period_end, s.version, s.period_start
            FROM unnest($1::text[], $2::date[]) AS bill (usn, day)
            JOIN usage_state AS s ON s.subscription_usn = bill.usn AND s.period_start = bill.day
            WHERE EXISTS (SELECT 1 FROM usage_rating AS g WHERE g.subscription_usn = s.subscription_usn
                AND g.period_start = s.period_start AND g.billed_in = s.period_start)
            UNION
            SELECT s.subscription_usn, s.period_start, s.period_end, s.version, g.billed_in
            FROM unnest($1::text[], $2::date[]) AS bill (usn, day)
            JOIN usage_rating AS g ON g.subscription_usn = bill.usn AND g.billed_in = bill.day AND g.billed_in <> g.period_start
            JOIN usage_state AS s ON s.subscription_usn = g.subscription_usn AND s.period_start = g.period_start
            ORDER BY 1, 2
            """
        );
        PeriodKeys.Add(command.Parameters, billed);
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
        var records = await RecordsAsync(database, spans, behind, cancellation);
        var ratings = records.Count == 0 ? [] : await RatingsAsync(database, spans, records, cancellation);
        return new ActivityPage<RatedUsage>(
            ratings,
            records.Count < ActivityPages.Size
                ? null
                : new ActivityPosition(records[^1].Span, records[^1].Record.Start, records[^1].Record.Id)
        );
    }

    private static async Task<IReadOnlyList<(int Span, UsageRecord Record)>> RecordsAsync(
        UsageDatabase database,
        IReadOnlyList<RatingSpan> spans,
        ActivityPosition? behind,
        CancellationToken cancellation
    )
    {
        // A span by itself is read in the order of its key, however much it has.
        var columns = UsageRecordQuery.ColumnsOf("r");
        await using var command = database.Connections.CreateCommand(
            spans.Count == 1
                ? $"""
                SELECT {columns}, 1::bigint AS place FROM usage_record AS r
                WHERE r.subscription_usn = ($1)[1] AND r.start >= ($2)[1] AND r.start < ($3)[1]
                    AND ($4::timestamptz IS NULL OR (r.start, r.id) > ($4, $5))
                ORDER BY r.start, r.id LIMIT {ActivityPages.Size}
                """
                : $"""
                SELECT {columns}, place
                FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) WITH ORDINALITY AS span (usn, first, last, place)
                JOIN usage_record AS r ON r.subscription_usn = span.usn AND r.start >= span.first AND r.start < span.last
                WHERE span.place > 1 OR $4::timestamptz IS NULL OR (r.start, r.id) > ($4, $5)
                ORDER BY place, r.start, r.id LIMIT {ActivityPages.Size}
                """
        );
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. spans.Select(span => span.Usn.Value)] });
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
        command.Parameters.Add(
            new NpgsqlParameter
            {
                Value = behind is { } last ? last.Start.ToUniversalTime() : DBNull.Value,
                NpgsqlDbType = NpgsqlDbType.TimestampTz,
            }
        );
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = behind?.Id ?? 0 });
        var records = new List<(int, UsageRecord)>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            records.Add(((int)reader.GetInt64(UsageRecordQuery.Count) - 1, UsageRecordQuery.Read(reader)));
        }

        return records;
    }

    private static async Task<IReadOnlyList<RatedUsage>> RatingsAsync(
        UsageDatabase database,
        IReadOnlyList<RatingSpan> spans,
        IReadOnlyList<(int Span, UsageRecord Record)> records,
        CancellationToken cancellation
    )
    {
        await using var command = database.Connections.CreateCommand(
            """
            SELECT page.place, g.period_start, g.billed_in, g.version, g.component, g.start, g.plan_schedule_item, g.rule, g.destination,
                g.tariff, g.tariff_type, g.units, g.price, g.amount, g.value_pool, g.prepaid_block
            FROM unnest($1::text[], $2::date[], $3::bigint[], $4::integer[], $5::date[]) WITH ORDINALITY
                AS page (usn, period, record, version, billed, place)
            JOIN usage_rating AS g ON g.subscription_usn = page.usn AND g.period_start = page.period AND g.record_id = page.record
                AND g.version <= page.version AND (page.billed IS NULL OR g.billed_in = page.billed)
            ORDER BY page.place, g.version, g.component
            """
        );
        var asked = records.Select(record => spans[record.Span]).ToList();
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. asked.Select(span => span.Usn.Value)] });
        command.Parameters.Add(new NpgsqlParameter<DateOnly[]> { TypedValue = [.. asked.Select(span => span.From)] });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. records.Select(record => record.Record.Id)] });
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. asked.Select(span => span.Version)] });
        command.Parameters.Add(
            new NpgsqlParameter
            {
                Value = asked.Select(span => span.BilledIn).ToArray(),
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Date,
            }
        );
        var rows = new List<RatedUsage>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(Rated(reader, records[(int)reader.GetInt64(0) - 1].Record));
        }

        return rows;
    }

    private static RatedUsage Rated(NpgsqlDataReader reader, UsageRecord record) =>
        new(
            record,
            new UsageRating(
                record.Id,
                reader.GetInt64(6),
                reader.GetInt32(7),
                reader.IsDBNull(8) ? null : reader.GetInt32(8),
                reader.IsDBNull(9) ? null : reader.GetInt64(9),
                reader.IsDBNull(10) ? null : reader.GetInt32(10),
                reader.GetDecimal(11),
                reader.GetDecimal(12),
                reader.GetDecimal(13),
                reader.IsDBNull(14) ? null : reader.GetInt32(14),
                reader.IsDBNull(15) ? null : reader.GetInt64(15)
            ),
            reader.GetFieldValue<DateOnly>(1),
            reader.GetFieldValue<DateOnly>(2),
            reader.GetInt32(3),
            reader.GetInt32(4),
            reader.GetFieldValue<DateTimeOffset>(5)
        );

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
