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

    /// <summary>Records that begin within spans, those of a span one after the other, with the place of the span.</summary>
    public static async IAsyncEnumerable<(int Span, UsageRecord Record)> OfSpansAsync(
        UsageDatabase database,
        IReadOnlyCollection<(Usn Subscription, DateTimeOffset From, DateTimeOffset To)> spans,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        await using var command = database.Source.CreateCommand(
            $"""
            SELECT {ColumnsOf("r")}, span.place
            FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) WITH ORDINALITY AS span (usn, first, after, place)
            JOIN usage_record AS r ON r.subscription_usn = span.usn AND r.start >= span.first AND r.start < span.after
            ORDER BY span.place, r.start, r.id
            """
        );
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. spans.Select(span => span.Subscription.Value)] });
        command.Parameters.Add(new NpgsqlParameter<DateTime[]> { TypedValue = [.. spans.Select(span => span.From.UtcDateTime)] });
        command.Parameters.Add(new NpgsqlParameter<DateTime[]> { TypedValue = [.. spans.Select(span => span.To.UtcDateTime)] });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            yield return ((int)reader.GetInt64(UsageRecordRows.Count) - 1, UsageRecordRows.Read(reader));
        }
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
