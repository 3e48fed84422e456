using Npgsql;
using NpgsqlTypes;
using Smile.Kernel;

namespace Smile.Usage.Storage;

/// <summary>Subscriptions whose usage is to be rated.</summary>
/// <param name="First">The earliest start of what is new or charged otherwise.</param>
/// <param name="Last">The latest; null where all from <paramref name="First"/> on is charged otherwise.</param>
public sealed record UsageWork(long Batch, IReadOnlyList<Usn> Subscriptions, DateTimeOffset First, DateTimeOffset? Last)
{
    /// <summary>Work with a higher one comes first (guide, line 22468).</summary>
    public short Priority { get; init; }

    /// <summary>Which of the parts that are worked on by one server at a time its subscriptions are in.</summary>
    public short Bucket { get; init; }
}

/// <summary>
/// What is to be rated: several servers share it. The subscriptions of a batch are parted into buckets, always in the same way, and a
/// bucket is worked on by one at a time: so two never rate the same subscription, one with usage that is later than the other's.
/// </summary>
public static class UsageQueue
{
    private const string Lease = "interval '2 minutes'";

    /// <summary>No usage is older: what is charged otherwise from an earlier time on is so from here on.</summary>
    private static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Adds records that have come to the queue, in the transaction that brings them.</summary>
    /// <param name="work">With the start of the last record.</param>
    public static async Task AddRecordsAsync(
        NpgsqlConnection connection,
        UsageWork work,
        long? file,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            "INSERT INTO usage_batch (id, file_id, arrived, first_start, last_start) VALUES ($1, $2, $3, $4, $5)",
            connection
        )
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = work.Batch },
                Parameters.Nullable(file, NpgsqlDbType.Bigint),
                new NpgsqlParameter<DateTimeOffset> { TypedValue = now.ToUniversalTime() },
                new NpgsqlParameter<DateTimeOffset> { TypedValue = work.First.ToUniversalTime() },
                new NpgsqlParameter<DateTimeOffset> { TypedValue = work.Last!.Value.ToUniversalTime() },
            },
        };
        await command.ExecuteNonQueryAsync(cancellation);
        await AddAsync(connection, work, now, cancellation);
    }

    /// <summary>Adds work in the transaction that brings it about.</summary>
    public static async Task AddAsync(NpgsqlConnection connection, UsageWork work, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO usage_work (bucket, batch_id, priority, arrived, subscriptions, first_start, last_start)
            SELECT usage_bucket(usn), $1, $2, $3, array_agg(usn), $5, $6 FROM unnest($4::text[]) AS usn GROUP BY usage_bucket(usn)
            """,
            connection
        )
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = work.Batch },
                new NpgsqlParameter<short> { TypedValue = work.Priority },
                new NpgsqlParameter<DateTimeOffset> { TypedValue = now.ToUniversalTime() },
                new NpgsqlParameter<string[]> { TypedValue = [.. work.Subscriptions.Select(usn => usn.Value)] },
                new NpgsqlParameter<DateTimeOffset> { TypedValue = work.First < Earliest ? Earliest : work.First.ToUniversalTime() },
                Parameters.Nullable(work.Last?.ToUniversalTime(), NpgsqlDbType.TimestampTz),
            },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Adds that subscriptions are charged otherwise from an instant on.</summary>
    public static async Task AddChangeAsync(
        UsageDatabase database,
        IReadOnlyList<Usn> subscriptions,
        DateTimeOffset from,
        short priority,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        var work = new UsageWork(await database.NextNumberAsync(cancellation), subscriptions, from, null) { Priority = priority };
        await using var connection = await database.Source.OpenConnectionAsync(cancellation);
        await AddAsync(connection, work, now, cancellation);
    }

    /// <summary>
    /// Takes the next work, of a bucket that nobody works on, for a while: who takes it and dies loses it to others.
    /// </summary>
    /// <returns>All of the same bucket; none where there is none, or others are at all that there is.</returns>
    public static async Task<IReadOnlyList<UsageWork>> ClaimAsync(UsageDatabase database, int most, CancellationToken cancellation)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);

        // One at a time: who looks for a bucket sees which ones the others have taken.
        await using (var turn = new NpgsqlCommand("SELECT pg_advisory_xact_lock(hashtext('usage_work'))", connection))
        {
            await turn.ExecuteNonQueryAsync(cancellation);
        }

        const string waits = "(claimed_until IS NULL OR claimed_until < now()) AND (not_before IS NULL OR not_before <= now())";
        await using var command = new NpgsqlCommand(
            $"""
            WITH next AS (
                SELECT bucket FROM usage_work
                WHERE {waits} AND NOT (bucket = ANY (SELECT taken.bucket FROM usage_work AS taken WHERE taken.claimed_until >= now()))
                ORDER BY priority DESC, batch_id LIMIT 1)
            UPDATE usage_work AS work SET claimed_until = now() + {Lease}, attempts = work.attempts + 1
            FROM (
                SELECT bucket, batch_id FROM usage_work WHERE bucket = (SELECT bucket FROM next) AND {waits}
                ORDER BY priority DESC, batch_id LIMIT $1) AS first
            WHERE work.bucket = first.bucket AND work.batch_id = first.batch_id
            RETURNING work.batch_id, work.subscriptions, work.first_start, work.last_start, work.priority, work.bucket
            """,
            connection
        );
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = most });
        var work = await ReadAsync(command, cancellation);
        await transaction.CommitAsync(cancellation);
        return work;
    }

    /// <summary>What waits for some subscriptions, whoever is at it: only what is theirs of it.</summary>
    public static async Task<IReadOnlyList<UsageWork>> WaitingForAsync(
        UsageDatabase database,
        IReadOnlyCollection<Usn> subscriptions,
        CancellationToken cancellation
    )
    {
        await using var command = database.Source.CreateCommand(
            """
            SELECT batch_id, ARRAY(SELECT unnest(subscriptions) INTERSECT SELECT unnest($1)), first_start, last_start, priority, bucket
            FROM usage_work
            WHERE bucket = ANY (ARRAY(SELECT DISTINCT usage_bucket(usn) FROM unnest($1) AS usn)) AND subscriptions && $1
            ORDER BY batch_id
            """
        );
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. subscriptions.Select(usn => usn.Value)] });
        return await ReadAsync(command, cancellation);
    }

    private static async Task<IReadOnlyList<UsageWork>> ReadAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        var work = new List<UsageWork>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            work.Add(
                new UsageWork(
                    reader.GetInt64(0),
                    [.. reader.GetFieldValue<string[]>(1).Select(usn => new Usn(usn))],
                    reader.GetFieldValue<DateTimeOffset>(2),
                    reader.IsDBNull(3) ? null : reader.GetFieldValue<DateTimeOffset>(3)
                )
                {
                    Priority = reader.GetInt16(4),
                    Bucket = reader.GetInt16(5),
                }
            );
        }

        return work;
    }

    /// <summary>Takes work off that is done. What could not be done now of some subscriptions is taken again in a moment.</summary>
    /// <param name="work">As it was claimed.</param>
    /// <param name="late">The subscriptions that it could not be done of.</param>
    public static async Task DoneAsync(
        UsageDatabase database,
        IReadOnlyList<UsageWork> work,
        IReadOnlyCollection<Usn> late,
        CancellationToken cancellation
    )
    {
        var isLate = work.ToLookup(each => each.Subscriptions.Any(late.Contains));
        await using var batch = database.Source.CreateBatch();
        var done = new NpgsqlBatchCommand(
            "DELETE FROM usage_work WHERE (bucket, batch_id) IN (SELECT * FROM unnest($1::smallint[], $2::bigint[]))"
        );
        AddKeys(done.Parameters, isLate[false]);
        batch.BatchCommands.Add(done);
        if (isLate.Contains(true))
        {
            var again = new NpgsqlBatchCommand(
                """
                UPDATE usage_work SET claimed_until = NULL, not_before = now() + least(attempts, 150) * interval '2 seconds',
                    subscriptions = ARRAY(SELECT unnest(subscriptions) INTERSECT SELECT unnest($3))
                WHERE (bucket, batch_id) IN (SELECT * FROM unnest($1::smallint[], $2::bigint[]))
                """
            );
            AddKeys(again.Parameters, isLate[true]);
            again.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. late.Select(usn => usn.Value)] });
            batch.BatchCommands.Add(again);
        }

        await batch.ExecuteNonQueryAsync(cancellation);
    }

    private static void AddKeys(NpgsqlParameterCollection parameters, IEnumerable<UsageWork> work)
    {
        var (buckets, batches) = (new List<short>(), new List<long>());
        foreach (var each in work)
        {
            buckets.Add(each.Bucket);
            batches.Add(each.Batch);
        }

        parameters.Add(new NpgsqlParameter<short[]> { TypedValue = [.. buckets] });
        parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. batches] });
    }
}
