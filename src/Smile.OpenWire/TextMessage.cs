using Smile.OpenWire.Wire;

namespace Smile.OpenWire;

/// <summary>A text message with typed header properties.</summary>
/// <param name="Text">The body.</param>
/// <param name="Properties">
/// To send: string, int, long, bool, double, float or short; listeners see the same types, so a selector may compare numbers. Received
/// ones may also be sbyte or char.
/// </param>
public sealed record TextMessage(string Text, IReadOnlyDictionary<string, object> Properties)
{
    /// <summary>JMSXGroupID: messages of one group go to one consumer of a queue, in order.</summary>
    public string? GroupId { get; init; }

    /// <summary>JMSType.</summary>
    public string? MessageType { get; init; }

    /// <summary>JMSCorrelationID.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>When it was sent, to the millisecond. Set on receipt; when sending, the clock is used.</summary>
    public DateTimeOffset Timestamp { get; init; }
}

/// <summary>A message that waits to be acknowledged to the consumer that received it.</summary>
public sealed class ReceivedMessage
{
    internal ReceivedMessage(TextMessage message, MessageDispatch dispatch)
    {
        Message = message;
        Dispatch = dispatch;
    }

    public TextMessage Message { get; }

    /// <summary>JMSMessageID.</summary>
    public string MessageId => Dispatch.Message.Id.ToString();

    /// <summary>The topic or queue, without a prefix.</summary>
    public string Destination => Dispatch.Message.Destination.Name;

    /// <summary>Delivered before, to this or another consumer, without an acknowledgement.</summary>
    public bool Redelivered => Dispatch.RedeliveryCounter > 0;

    public bool Persistent => Dispatch.Message.Persistent;

    internal MessageDispatch Dispatch { get; }
}
