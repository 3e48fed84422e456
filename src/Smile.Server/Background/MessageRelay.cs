using Smile.Hosting.Stages;
using Smile.OpenWire;
using Smile.Storage;

namespace Smile.Server.Background;

/// <summary>
/// Publishes a stage's messages on the bus: in order per account, at least once, with ids and numbers that stay the same. Relays of several
/// servers share the shards. A message is marked only after the broker confirmed its transaction; what was in doubt is sent again.
/// </summary>
internal sealed partial class MessageRelay(
    Stage stage,
    string connectionString,
    OpenWireClient broker,
    RelayMetrics metrics,
    ILogger<MessageRelay> logger
)
{
    private const int BatchSize = 500;

    /// <summary>How long an idle relay waits before it looks for messages of other servers.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Rebalance = TimeSpan.FromSeconds(5);

    /// <summary>Runs until it is stopped; starts over when the database or the broker was lost.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await RelayAsync(stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                metrics.Failed(stage.Name);
                LogInterrupted(stage.Name, exception.Message);
                await Task.Delay(Retry, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task RelayAsync(CancellationToken stopping)
    {
        await using var outbox = await OutboxReader.OpenAsync(connectionString, stopping);
        var connection = await broker.GetConnectionAsync(stopping);
        await using var producer = await connection.CreateProducerAsync(stopping);
        var balanceAt = DateTimeOffset.MinValue;
        while (true)
        {
            if (TimeProvider.System.GetUtcNow() >= balanceAt)
            {
                await BalanceAsync(outbox, stopping);
                balanceAt = TimeProvider.System.GetUtcNow() + Rebalance;
            }

            var shards = await outbox.ShardsWithWorkAsync(stopping);
            foreach (var shard in shards)
            {
                await PublishAsync(outbox, producer, shard, stopping);
            }

            if (shards.Count == 0)
            {
                await stage.Outbox.WaitAsync(Idle, stopping);
            }
        }
    }

    /// <summary>Takes a fair share of the shards: relays that come later get theirs, those of a relay that went are taken over.</summary>
    private static async Task BalanceAsync(OutboxReader outbox, CancellationToken stopping)
    {
        var relays = Math.Max(1, await outbox.CountRelaysAsync(stopping));
        var share = (OutboxReader.ShardCount + relays - 1) / relays;
        await outbox.ReleaseAsync(share, stopping);
        await outbox.AcquireAsync(share, stopping);
    }

    private async Task PublishAsync(OutboxReader outbox, OpenWireProducer producer, short shard, CancellationToken stopping)
    {
        var messages = await outbox.ReadAsync(shard, BatchSize, stopping);
        if (messages.Count == 0)
        {
            return;
        }

        await producer.SendTransactionAsync([.. messages.Select(message => (message.Topic, ToBroker(message)))], stopping);

        // Once the broker has them they are marked even when the server is told to stop: otherwise they would be sent twice.
        await outbox.MarkPublishedAsync(messages, CancellationToken.None);
        metrics.Published(stage.Name, messages.Count);
    }

    /// <summary>Messages of one account form a group, so that consumers who share a topic still see one account in order.</summary>
    internal static TextMessage ToBroker(WaitingMessage message)
    {
        var properties = new Dictionary<string, object>(message.Headers.Count + 3);
        foreach (var header in message.Headers)
        {
            properties[header.Name] = header.Value;
        }

        properties["smileMessageType"] = message.MessageType;
        properties["smileMessageId"] = message.MessageId.ToString();
        properties["smileSequence"] = message.Sequence;
        return new TextMessage(message.Body, properties) { GroupId = message.Aggregate };
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Publishing of stage {Stage} is interrupted and will be resumed: {Reason}")]
    private partial void LogInterrupted(string stage, string reason);
}
