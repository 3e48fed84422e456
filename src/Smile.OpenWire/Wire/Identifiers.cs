using System.Globalization;

namespace Smile.OpenWire.Wire;

internal readonly record struct SessionId(string Connection, long Value);

internal readonly record struct ProducerId(string Connection, long Session, long Value)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Connection}:{Session}:{Value}");
}

internal readonly record struct ConsumerId(string Connection, long Session, long Value);

/// <summary>A message's identity. Listeners see it as JMSMessageID: the producer's id and a number that counts up.
/// The text is set where the message came from another protocol and has an id of its own form.</summary>
internal sealed record MessageId(ProducerId Producer, long ProducerSequence, long BrokerSequence, string? Text = null)
{
    public override string ToString() => Text ?? string.Create(CultureInfo.InvariantCulture, $"{Producer}:{ProducerSequence}");
}

/// <summary>A topic or queue by its name at the broker.</summary>
internal readonly record struct Destination(WireType Type, string Name)
{
    private const string TopicPrefix = "topic://";
    private const string QueuePrefix = "queue://";

    public bool IsTopic => Type is WireType.Topic or WireType.TemporaryTopic;

    /// <summary>Reads <c>topic://Name</c>, <c>queue://Name</c> or a bare name, which is a topic.</summary>
    public static Destination Parse(string address)
    {
        var destination =
            address.StartsWith(QueuePrefix, StringComparison.OrdinalIgnoreCase)
                ? new Destination(WireType.Queue, address[QueuePrefix.Length..])
            : address.StartsWith(TopicPrefix, StringComparison.OrdinalIgnoreCase)
                ? new Destination(WireType.Topic, address[TopicPrefix.Length..])
            : new Destination(WireType.Topic, address);
        return destination.Name.Length > 0
            ? destination
            : throw new ArgumentException($"'{address}' names no topic or queue.", nameof(address));
    }

    public override string ToString() => (IsTopic ? TopicPrefix : QueuePrefix) + Name;
}
