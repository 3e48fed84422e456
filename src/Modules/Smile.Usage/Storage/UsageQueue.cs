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
}

/// <summary>What is to be rated: several servers share it.</summary>
public static class UsageQueue
{
    private const string Lease = "interval '2 minutes'";

    /// <summary>Locks rows in one order for all who change several: see <see cref="UsageArrivals"/>.</summary>
    private const string InOrder = "SELECT id FROM usage_batch WHERE id = ANY($1) ORDER BY id FOR UPDATE";

    /// <summary>Adds work in the transaction that brings it about.</summary>
    public static async Task AddAsync(
        NpgsqlConnection connection,
        UsageWork work,
        long? file,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO usage_batch (id, file_id, priority, arrived, subscriptions, first_start, last_start)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """,
            connection
        )
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = work.Batch },
                Parameters.Nullable(file, NpgsqlDbType.Bigint),
                new NpgsqlParameter<short> { TypedValue = work.Priority },
                new NpgsqlParameter<DateTimeOffset> { TypedValue = now.ToUniversalTime() },
                new NpgsqlParameter<string[]> { TypedValue = [.. work.Subscriptions.Select(usn => usn.Value)] },
                new NpgsqlParameter<DateTimeOffset> { TypedValue = work.First.ToUniversalTime() },
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
        await AddAsync(connection, work, null, now, cancellation);
    }

    /// <summary>Takes the next work for a while: who takes it and dies loses it to others.</summary>
    public static async Task<IReadOnlyList<UsageWork>> ClaimAsync(UsageDatabase database, int most, CancellationToken cancellation)
    {
        await using var command = database.Source.CreateCommand(
            $"""
            UPDATE usage_batch SET claimed_until = now() + {Lease}, attempts = attempts + 1
            WHERE id IN (
                SELECT id FROM usage_batch WHERE rated IS NULL AND (claimed_until IS NULL OR claimed_until < now())
                ORDER BY priority DESC, id LIMIT $1 FOR UPDATE SKIP LOCKED)
            RETURNING id, subscriptions, first_start, last_start, priority
            """
        );
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = most });
        return await ReadAsync(command, cancellation);
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
            SELECT id, ARRAY(SELECT unnest(subscriptions) INTERSECT SELECT unnest($1)), first_start, last_start, priority FROM usage_batch
            WHERE rated IS NULL AND subscriptions && $1 ORDER BY id
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
                }
            );
        }

        return work;
    }

    /// <summary>Gives work back that could not be done now: it is taken again in a moment.</summary>
    public static async Task ReleaseAsync(UsageDatabase database, IEnumerable<long> batches, CancellationToken cancellation)
    {
        await using var command = database.Source.CreateCommand(
            $"UPDATE usage_batch SET claimed_until = now() + interval '2 seconds' WHERE id IN ({InOrder})"
        );
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. batches] });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Marks work as done.</summary>
    public static async Task DoneAsync(
        UsageDatabase database,
        IEnumerable<long> batches,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        await using var command = database.Source.CreateCommand(
            $"UPDATE usage_batch SET rated = $2, claimed_until = NULL WHERE id IN ({InOrder})"
        );
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. batches] });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = now.ToUniversalTime() });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
