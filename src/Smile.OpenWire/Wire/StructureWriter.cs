namespace Smile.OpenWire.Wire;

/// <summary>
/// Writes the structures that commands are made of. Each has a flag in front that says whether it is there: with the cache switched
/// off, "cached" and "nested" structures look the same.
/// </summary>
internal static class StructureWriter
{
    public static void WriteConnectionId(this FrameBuffer buffer, string connectionId)
    {
        Begin(buffer, WireType.ConnectionId);
        buffer.WriteOptionalString(connectionId);
    }

    public static void WriteSessionId(this FrameBuffer buffer, SessionId id)
    {
        Begin(buffer, WireType.SessionId);
        buffer.WriteOptionalString(id.Connection);
        buffer.WriteLong(id.Value);
    }

    public static void WriteProducerId(this FrameBuffer buffer, ProducerId id)
    {
        Begin(buffer, WireType.ProducerId);
        buffer.WriteOptionalString(id.Connection);
        buffer.WriteLong(id.Value);
        buffer.WriteLong(id.Session);
    }

    public static void WriteConsumerId(this FrameBuffer buffer, ConsumerId id)
    {
        Begin(buffer, WireType.ConsumerId);
        buffer.WriteOptionalString(id.Connection);
        buffer.WriteLong(id.Session);
        buffer.WriteLong(id.Value);
    }

    public static void WriteMessageId(this FrameBuffer buffer, MessageId id)
    {
        Begin(buffer, WireType.MessageId);
        buffer.WriteOptionalString(id.Text);
        buffer.WriteProducerId(id.Producer);
        buffer.WriteLong(id.ProducerSequence);
        buffer.WriteLong(id.BrokerSequence);
    }

    public static void WriteDestination(this FrameBuffer buffer, Destination destination)
    {
        Begin(buffer, destination.Type);
        buffer.WriteOptionalString(destination.Name);
    }

    public static void WriteTransactionId(this FrameBuffer buffer, string connectionId, long transaction)
    {
        Begin(buffer, WireType.LocalTransactionId);
        buffer.WriteLong(transaction);
        buffer.WriteConnectionId(connectionId);
    }

    private static void Begin(FrameBuffer buffer, WireType type)
    {
        buffer.WriteBoolean(true);
        buffer.WriteType(type);
    }
}
