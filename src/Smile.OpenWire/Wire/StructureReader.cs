namespace Smile.OpenWire.Wire;

/// <summary>Reads the structures that commands are made of.</summary>
internal static class StructureReader
{
    public static ProducerId? ReadOptionalProducerId(this ref FrameReader reader)
    {
        if (!IsPresent(ref reader, WireType.ProducerId))
        {
            return null;
        }

        var connection = reader.ReadOptionalString() ?? "";
        var value = reader.ReadLong();
        return new ProducerId(connection, reader.ReadLong(), value);
    }

    public static ConsumerId? ReadOptionalConsumerId(this ref FrameReader reader)
    {
        if (!IsPresent(ref reader, WireType.ConsumerId))
        {
            return null;
        }

        var connection = reader.ReadOptionalString() ?? "";
        var session = reader.ReadLong();
        return new ConsumerId(connection, session, reader.ReadLong());
    }

    public static MessageId? ReadOptionalMessageId(this ref FrameReader reader)
    {
        if (!IsPresent(ref reader, WireType.MessageId))
        {
            return null;
        }

        var text = reader.ReadOptionalString();
        var producer = reader.ReadOptionalProducerId() ?? throw new WireException("A message id names no producer.");
        var producerSequence = reader.ReadLong();
        return new MessageId(producer, producerSequence, reader.ReadLong(), text);
    }

    public static Destination? ReadOptionalDestination(this ref FrameReader reader)
    {
        if (!reader.ReadBoolean())
        {
            return null;
        }

        var type = reader.ReadType();
        if (type is < WireType.Queue or > WireType.TemporaryTopic)
        {
            throw new WireException($"A destination has the unknown type {(byte)type}.");
        }

        return new Destination(type, reader.ReadOptionalString() ?? "");
    }

    public static void SkipTransactionId(this ref FrameReader reader)
    {
        if (!reader.ReadBoolean())
        {
            return;
        }

        switch (reader.ReadType())
        {
            case WireType.LocalTransactionId:
                reader.ReadLong();
                if (IsPresent(ref reader, WireType.ConnectionId))
                {
                    reader.ReadOptionalString();
                }

                break;
            case WireType.XaTransactionId:
                reader.ReadInt(); // Format.
                reader.ReadOptionalBytes(); // Global part.
                reader.ReadOptionalBytes(); // Branch.
                break;
            default:
                throw new WireException("A transaction id has an unknown type.");
        }
    }

    public static void SkipBrokerIds(this ref FrameReader reader)
    {
        if (!reader.ReadBoolean())
        {
            return;
        }

        var count = reader.ReadShort();
        for (var index = 0; index < count; index++)
        {
            if (IsPresent(ref reader, WireType.BrokerId))
            {
                reader.ReadOptionalString();
            }
        }
    }

    /// <summary>Reads an exception. Stack traces are not negotiated, so class and message are all of it.</summary>
    public static RemoteFailure ReadFailure(this ref FrameReader reader) =>
        reader.ReadBoolean()
            ? new RemoteFailure(reader.ReadOptionalString() ?? "", reader.ReadOptionalString() ?? "")
            : new RemoteFailure("", "The broker gave no reason.");

    private static bool IsPresent(ref FrameReader reader, WireType expected)
    {
        if (!reader.ReadBoolean())
        {
            return false;
        }

        var type = reader.ReadType();
        return type == expected ? true : throw new WireException($"A structure of type {expected} is expected, {(byte)type} came.");
    }
}
