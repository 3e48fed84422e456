namespace Smile.OpenWire.Wire;

/// <summary>A persistent text message sent inside a transaction.</summary>
internal sealed record SendCommand(
    string ConnectionId,
    MessageId Id,
    Destination Destination,
    long Transaction,
    long Timestamp,
    TextMessage Message
) : IOutgoingCommand
{
    /// <summary>What JMS calls the default priority.</summary>
    private const byte NormalPriority = 4;

    public WireType Type => WireType.TextMessage;

    public void WriteFields(FrameBuffer buffer)
    {
        buffer.WriteProducerId(Id.Producer);
        buffer.WriteDestination(Destination);
        buffer.WriteTransactionId(ConnectionId, Transaction);
        buffer.WriteNothing(); // Original destination.
        buffer.WriteMessageId(Id);
        buffer.WriteNothing(); // Original transaction.
        buffer.WriteOptionalString(Message.GroupId);
        buffer.WriteInt(0); // Group sequence.
        buffer.WriteOptionalString(Message.CorrelationId);
        buffer.WriteBoolean(true); // Persistent.
        buffer.WriteLong(0); // Expiration: never.
        buffer.WriteByte(NormalPriority);
        buffer.WriteNothing(); // Reply to.
        buffer.WriteLong(Timestamp);
        buffer.WriteOptionalString(Message.MessageType);
        WriteContent(buffer);
        WriteProperties(buffer);
        buffer.WriteNothing(); // Data structure.
        buffer.WriteNothing(); // Target consumer.
        buffer.WriteBoolean(false); // Compressed.
        buffer.WriteInt(0); // Redelivery counter.
        buffer.WriteNothing(); // Broker path.
        buffer.WriteLong(0); // Arrival.
        buffer.WriteOptionalString(null); // User: the broker's to say.
        buffer.WriteBoolean(false); // Received by a bridge.
        buffer.WriteBoolean(false); // Droppable.
        buffer.WriteNothing(); // Cluster.
        buffer.WriteLong(0); // Broker in time.
        buffer.WriteLong(0); // Broker out time.
        buffer.WriteBoolean(false); // First of its group for the consumer.
    }

    private void WriteContent(FrameBuffer buffer)
    {
        buffer.WriteBoolean(true);
        var length = buffer.BeginLength();
        buffer.WriteBigString(Message.Text);
        buffer.EndLength(length);
    }

    private void WriteProperties(FrameBuffer buffer)
    {
        buffer.WriteBoolean(Message.Properties.Count > 0);
        if (Message.Properties.Count == 0)
        {
            return;
        }

        foreach (var name in Message.Properties.Keys)
        {
            if (name.Length == 0 || name.StartsWith("JMS", StringComparison.Ordinal))
            {
                throw new ArgumentException(
                    $"'{name}' cannot be a property's name: names that begin with JMS are headers, such as GroupId."
                );
            }
        }

        var length = buffer.BeginLength();
        PropertyMap.Write(buffer, Message.Properties);
        buffer.EndLength(length);
    }
}
