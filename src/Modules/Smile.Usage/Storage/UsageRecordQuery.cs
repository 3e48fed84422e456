using System.Runtime.CompilerServices;
using Npgsql;
using Smile.Kernel;

namespace Smile.Usage.Storage;

/// <summary>Reads records of usage in the order in which they are rated.</summary>
public static class UsageRecordQuery
{
    /// <summary>How many columns a record has.</summary>
    public const int Count = UsageRecordRows.Count;

    /// <summary>The columns of a record in a statement of another module, under the name that the statement gives it.</summary>
    public static string ColumnsOf(string name) =>
        string.Join(", ", UsageRecordRows.Columns.Split(", ").Select(column => $"{name}.{column}"));

    /// <summary>The record of a row that begins with its columns.</summary>
    public static UsageRecord Read(NpgsqlDataReader reader) => UsageRecordRows.Read(reader);

    /// <summary>Records of some batches, of some subscriptions.</summary>
    public static IAsyncEnumerable<UsageRecord> OfBatchesAsync(
        UsageDatabase database,
        IReadOnlyCollection<Usn> subscriptions,
        IReadOnlyCollection<UsageWork> work,
        CancellationToken cancellation
    ) =>
        ReadAsync(
            database,
            $"""
            SELECT {UsageRecordRows.Columns} FROM usage_record
            WHERE subscription_usn = ANY($1) AND start >= $2 AND start <= $3 AND batch_id = ANY($4) ORDER BY subscription_usn, start, id
            """,
            [
                new NpgsqlParameter<string[]> { TypedValue = [.. subscriptions.Select(usn => usn.Value)] },
                new NpgsqlParameter<DateTimeOffset> { TypedValue = work.Min(each => each.First).ToUniversalTime() },
                new NpgsqlParameter<DateTimeOffset> { TypedValue = work.Max(each => each.Last ?? each.First).ToUniversalTime() },
                new NpgsqlParameter<long[]> { TypedValue = [.. work.Select(each => each.Batch)] },
            ],
            cancellation
        );

    /// <summary>Records that last longer are few: they have an index of their own.</summary>
    public static readonly TimeSpan UsualLength = TimeSpan.FromDays(2);

    /// <summary>No record lasts longer: it would not have been taken.</summary>
    private static readonly TimeSpan LongestLength = TimeSpan.FromDays(367);

    /// <summary>Which records are long, as the index says it.</summary>
    private const string IsLong = "seconds > 172800";

    /// <summary>When the last long record ends that began before an instant; null where there is none.</summary>
    public static async Task<DateTimeOffset?> LastEndOfLongAsync(
        UsageDatabase database,
        DateTimeOffset before,
        CancellationToken cancellation
    )
    {
        await using var command = database.Source.CreateCommand(
            $"SELECT max(start + seconds * interval '1 second') FROM usage_record WHERE start < $1 AND {IsLong}"
        );
        command.CommandTimeout = 0;
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = before.UtcDateTime });
        return await command.ExecuteScalarAsync(cancellation) is DateTime end ? new DateTimeOffset(end, TimeSpan.Zero) : null;
    }

    /// <summary>
    /// Records that may have some of spans: those that begin in them or up to two days before, and long ones that began earlier. Those of a
    /// span come one after the other, with its place.
    /// </summary>
    public static async IAsyncEnumerable<(int Span, UsageRecord Record)> OfSpansAsync(
        UsageDatabase database,
        IReadOnlyCollection<(Usn Subscription, DateTimeOffset From, DateTimeOffset To)> spans,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var early = (await LongAsync(database, spans, cancellation)).ToLookup(each => each.Span, each => each.Record);
        var next = 0;
        await using var command = database.Source.CreateCommand(
            $"""
            SELECT {ColumnsOf("r")}, span.place
            FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) WITH ORDINALITY AS span (usn, first, after, place)
            JOIN usage_record AS r ON r.subscription_usn = span.usn AND r.start >= span.first AND r.start < span.after
            ORDER BY span.place, r.start, r.id
            """
        );
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. spans.Select(span => span.Subscription.Value)] });
        command.Parameters.Add(
            new NpgsqlParameter<DateTime[]> { TypedValue = [.. spans.Select(span => (span.From - UsualLength).UtcDateTime)] }
        );
        command.Parameters.Add(new NpgsqlParameter<DateTime[]> { TypedValue = [.. spans.Select(span => span.To.UtcDateTime)] });
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                var place = (int)reader.GetInt64(UsageRecordRows.Count) - 1;
                foreach (var record in EarlyThrough(place))
                {
                    yield return record;
                }

                yield return (place, UsageRecordRows.Read(reader));
            }
        }

        foreach (var record in EarlyThrough(spans.Count - 1))
        {
            yield return record;
        }

        IEnumerable<(int, UsageRecord)> EarlyThrough(int place)
        {
            for (; next <= place; next++)
            {
                foreach (var record in early[next])
                {
                    yield return (next, record);
                }
            }
        }
    }

    /// <summary>Long records that began before those that spans have anyway.</summary>
    private static async Task<IReadOnlyList<(int Span, UsageRecord Record)>> LongAsync(
        UsageDatabase database,
        IReadOnlyCollection<(Usn Subscription, DateTimeOffset From, DateTimeOffset To)> spans,
        CancellationToken cancellation
    )
    {
        await using var command = database.Source.CreateCommand(
            $"""
            SELECT {ColumnsOf("r")}, span.place
            FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) WITH ORDINALITY AS span (usn, first, after, place)
            JOIN usage_record AS r ON r.subscription_usn = span.usn AND r.start >= span.first AND r.start < span.after AND r.{IsLong}
            WHERE r.start >= $4 AND r.start < $5
            ORDER BY span.place, r.start, r.id
            """
        );
        var (first, after) = (Spans(LongestLength), Spans(UsualLength));
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. spans.Select(span => span.Subscription.Value)] });
        command.Parameters.Add(new NpgsqlParameter<DateTime[]> { TypedValue = first });
        command.Parameters.Add(new NpgsqlParameter<DateTime[]> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = first.Min() });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = after.Max() });
        var records = new List<(int, UsageRecord)>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            records.Add(((int)reader.GetInt64(UsageRecordRows.Count) - 1, UsageRecordRows.Read(reader)));
        }

        return records;

        DateTime[] Spans(TimeSpan earlier) => [.. spans.Select(span => (span.From - earlier).UtcDateTime)];
    }

    /// <summary>Subscriptions in the order in which batches of them lie together where usage is distributed.</summary>
    public static async Task<IReadOnlyList<Usn>> InHashOrderAsync(
        UsageDatabase database,
        IEnumerable<Usn> subscriptions,
        CancellationToken cancellation
    )
    {
        await using var command = database.Source.CreateCommand("SELECT usn FROM unnest($1::text[]) AS usn ORDER BY hashtext(usn), usn");
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. subscriptions.Select(usn => usn.Value)] });
        var ordered = new List<Usn>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            ordered.Add(new Usn(reader.GetString(0)));
        }

        return ordered;
    }

    private static async IAsyncEnumerable<UsageRecord> ReadAsync(
        UsageDatabase database,
        string sql,
        NpgsqlParameter[] parameters,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        await using var command = database.Source.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            yield return UsageRecordRows.Read(reader);
        }
    }
}
