using Npgsql;
using NpgsqlTypes;
using Smile.Usage.Exports;
using static Smile.Usage.Storage.Parameters;

namespace Smile.Usage.Storage;

/// <summary>The records of files of activity statements.</summary>
internal static class ActivityQuery
{
    private const string Spans = "unnest($1::text[], $2::bigint[], $3::bigint[])";

    private const string OfSpan = "r.subscription_usn = span.usn AND b.arrival > span.after AND b.arrival <= span.through";

    private const string OfOne = "r.subscription_usn = ($1)[1] AND b.arrival > ($2)[1] AND b.arrival <= ($3)[1]";

    /// <summary>
    /// Batches are asked for what records are, too: where records are distributed, those that are left go to all of them.
    /// </summary>
    private const string Within = "r.start >= $4 AND r.start <= $5 AND b.last_start >= $4 AND b.first_start <= $5";

    /// <summary>Whether there is a record at all.</summary>
    public static async Task<bool> AnyAsync(
        UsageDatabase database,
        IReadOnlyList<ActivitySpan> spans,
        (DateTimeOffset First, DateTimeOffset Last)? starts,
        CancellationToken cancellation
    )
    {
        await using var command = database.Source.CreateCommand(
            $"""
            SELECT EXISTS (SELECT 1 FROM {Spans} AS span (usn, after, through)
                JOIN usage_record AS r ON r.subscription_usn = span.usn JOIN usage_batch AS b ON b.id = r.batch_id
                WHERE {OfSpan} AND {Within})
            """
        );
        AddSpans(command.Parameters, spans, starts?.First, starts?.Last);
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>A page of records, span by span in the order of their starts; those of the first span behind a position.</summary>
    public static async Task<ActivityPage<UsageRecord>> ReadAsync(
        UsageDatabase database,
        ActivityBatch batch,
        IReadOnlyList<ActivitySpan> spans,
        ActivityPosition? behind,
        CancellationToken cancellation
    )
    {
        // A span by itself is read in the order of its key, however much it has.
        await using var command = database.Source.CreateCommand(
            $"""
            SELECT {UsageRecordQuery.ColumnsOf("r")}, {(spans.Count == 1 ? "1::bigint AS place" : "place")}
            FROM {(spans.Count == 1 ? "" : $"{Spans} WITH ORDINALITY AS span (usn, after, through, place) JOIN ")}usage_record AS r
            {(spans.Count == 1 ? "" : "ON r.subscription_usn = span.usn")} JOIN usage_batch AS b ON b.id = r.batch_id
            WHERE {(spans.Count == 1 ? OfOne : OfSpan)} AND {Within}
                AND ($6::timestamptz IS NULL OR (r.start, r.id) > ($6, $7){(spans.Count == 1 ? "" : " OR span.place > 1")})
            ORDER BY place, r.start, r.id LIMIT {ActivityPages.Size}
            """
        );

        // Of the first span nothing is looked at before where its last page ended.
        var first = spans.Count == 1 && behind is { } begun ? begun.Start : batch.FirstStart;
        AddSpans(command.Parameters, spans, first, batch.LastStart);
        command.Parameters.Add(Nullable(behind?.Start.ToUniversalTime(), NpgsqlDbType.TimestampTz));
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = behind?.Id ?? 0 });
        var rows = new List<UsageRecord>();
        var place = 0;
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(UsageRecordRows.Read(reader));
            place = (int)reader.GetInt64(UsageRecordRows.Count) - 1;
        }

        return new ActivityPage<UsageRecord>(
            rows,
            rows.Count < ActivityPages.Size ? null : new ActivityPosition(place, rows[^1].Start, rows[^1].Id)
        );
    }

    private static void AddSpans(
        NpgsqlParameterCollection parameters,
        IReadOnlyList<ActivitySpan> spans,
        DateTimeOffset? first,
        DateTimeOffset? last
    )
    {
        parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. spans.Select(span => span.Usn.Value)] });
        parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. spans.Select(span => span.After)] });
        parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. spans.Select(span => span.Through)] });

        // The first and the last instant that there are, for no bound, are the database's infinities.
        parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = (first ?? DateTimeOffset.MinValue).UtcDateTime });
        parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = (last ?? DateTimeOffset.MaxValue).UtcDateTime });
    }
}
