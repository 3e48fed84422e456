using Npgsql;
using Smile.Contracts.Messages;
using Smile.Session;

namespace Smile.Storage;

/// <summary>A message that waits to be published.</summary>
public sealed record WaitingMessage(
    long Id,
    DateTimeOffset Created,
    string Aggregate,
    long Sequence,
    Guid MessageId,
    string Topic,
    string MessageType,
    IReadOnlyList<MessageHeader> Headers,
    string Body
);

/// <summary>How far publishing is behind.</summary>
/// <param name="Waiting">Messages that are not published yet.</param>
/// <param name="OldestAge">Age of the oldest of them; null where none waits.</param>
public sealed record OutboxBacklog(long Waiting, TimeSpan? OldestAge);

/// <summary>
/// One relay's view of the outbox. A shard belongs to the connection that holds its advisory lock, and is read with that connection: a
/// relay that lost its connection has lost its shards with it, so that no two publish the same shard.
/// </summary>
public sealed class OutboxReader : IAsyncDisposable
{
    public const int ShardCount = OutboxShard.Count;

    /// <summary>First half of the advisory locks' keys: "outb".</summary>
    private const int LockSpace = 0x6f757462;

    private readonly NpgsqlConnection _connection;
    private readonly HashSet<short> _owned = [];

    private OutboxReader(NpgsqlConnection connection) => _connection = connection;

    /// <summary>Opens the connection that will own shards. It is not pooled: its session ends with it.</summary>
    public static async Task<OutboxReader> OpenAsync(string connectionString, CancellationToken cancellation)
    {
        const int statements = 20;
        return new OutboxReader(await SessionConnection.OpenAsync(connectionString, "smile relay", cancellation, statements));
    }

    /// <summary>Takes shards that nobody owns, up to a number, so that several relays share them.</summary>
    public async Task AcquireAsync(int atMost, CancellationToken cancellation)
    {
        for (short shard = 0; shard < ShardCount && _owned.Count < atMost; shard++)
        {
            if (_owned.Contains(shard))
            {
                continue;
            }

            await using var command = new NpgsqlCommand("SELECT pg_try_advisory_lock($1, $2)", _connection)
            {
                Parameters =
                {
                    new() { Value = LockSpace },
                    new() { Value = (int)shard },
                },
            };
            if ((bool)(await command.ExecuteScalarAsync(cancellation))!)
            {
                _owned.Add(shard);
            }
        }
    }

    /// <summary>Gives shards back beyond a number, for relays that came later.</summary>
    public async Task ReleaseAsync(int keep, CancellationToken cancellation)
    {
        foreach (var shard in _owned.Order().Skip(keep).ToList())
        {
            await using var command = new NpgsqlCommand("SELECT pg_advisory_unlock($1, $2)", _connection)
            {
                Parameters =
                {
                    new() { Value = LockSpace },
                    new() { Value = (int)shard },
                },
            };
            await command.ExecuteScalarAsync(cancellation);
            _owned.Remove(shard);
        }
    }

    /// <summary>How many relays there are, this one included, by their connections.</summary>
    public async Task<int> CountRelaysAsync(CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'smile relay'",
            _connection
        );
        return (int)(long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>The next messages of a shard, in the order that they were committed in.</summary>
    public async Task<IReadOnlyList<WaitingMessage>> ReadAsync(short shard, int limit, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT id, created, aggregate, sequence, message_id, topic, message_type, headers::text, body FROM outbox_message
            WHERE shard = $1 AND published IS NULL ORDER BY id LIMIT $2
            """,
            _connection
        )
        {
            Parameters =
            {
                new() { Value = shard },
                new() { Value = limit },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var messages = new List<WaitingMessage>();
        while (await reader.ReadAsync(cancellation))
        {
            messages.Add(
                new WaitingMessage(
                    reader.GetInt64(0),
                    reader.GetFieldValue<DateTimeOffset>(1),
                    reader.GetString(2),
                    reader.GetInt64(3),
                    reader.GetGuid(4),
                    reader.GetString(5),
                    reader.GetString(6),
                    OutboxHeaders.Read(reader.GetString(7)),
                    reader.GetString(8)
                )
            );
        }

        return messages;
    }

    /// <summary>Which shards have messages waiting, of those owned.</summary>
    public async Task<IReadOnlyList<short>> ShardsWithWorkAsync(CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT owned.shard FROM unnest($1) AS owned (shard)
            WHERE EXISTS (SELECT 1 FROM outbox_message WHERE outbox_message.shard = owned.shard AND published IS NULL)
            """,
            _connection
        )
        {
            Parameters = { new() { Value = _owned.ToArray() } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var shards = new List<short>();
        while (await reader.ReadAsync(cancellation))
        {
            shards.Add(reader.GetInt16(0));
        }

        return shards;
    }

    /// <summary>Marks messages as published; they stay for replay.</summary>
    public async Task MarkPublishedAsync(IReadOnlyList<WaitingMessage> messages, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "UPDATE outbox_message SET published = now() WHERE id = ANY ($1) AND created >= $2 AND created <= $3",
            _connection
        )
        {
            Parameters =
            {
                new() { Value = messages.Select(message => message.Id).ToArray() },
                new() { Value = messages.Min(message => message.Created) },
                new() { Value = messages.Max(message => message.Created) },
            },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
