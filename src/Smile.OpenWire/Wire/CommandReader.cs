namespace Smile.OpenWire.Wire;

/// <summary>Reads the commands that a broker sends to a client.</summary>
internal static class CommandReader
{
    public static IncomingCommand Read(ReadOnlySpan<byte> frame)
    {
        var reader = new FrameReader(frame);
        var type = reader.ReadType();
        if (type == WireType.WireFormatInfo)
        {
            return new WireFormatCommand(WireFormat.Read(ref reader));
        }

        if (!IsKnown(type))
        {
            return new UnknownCommand((byte)type);
        }

        var commandId = reader.ReadInt();
        var responseRequired = reader.ReadBoolean();
        return ReadFields(type, ref reader) with { CommandId = commandId, ResponseRequired = responseRequired };
    }

    private static bool IsKnown(WireType type) =>
        type
            is WireType.Response
                or WireType.ExceptionResponse
                or WireType.DataResponse
                or WireType.DataArrayResponse
                or WireType.IntegerResponse
                or WireType.MessageDispatch
                or WireType.KeepAliveInfo
                or WireType.ShutdownInfo
                or WireType.ConnectionError
                or WireType.ConsumerControl
                or WireType.ConnectionControl
                or WireType.ProducerAck
                or WireType.BrokerInfo;

    private static IncomingCommand ReadFields(WireType type, ref FrameReader reader)
    {
        switch (type)
        {
            case WireType.Response or WireType.DataResponse or WireType.DataArrayResponse or WireType.IntegerResponse:
                return new ResponseCommand(reader.ReadInt());
            case WireType.ExceptionResponse:
                return new ExceptionResponseCommand(reader.ReadInt(), reader.ReadFailure());
            case WireType.ConnectionError:
                return new ConnectionErrorCommand(reader.ReadFailure());
            case WireType.MessageDispatch:
                return ReadDispatch(ref reader);
            case WireType.ConsumerControl:
                reader.ReadOptionalDestination();
                var close = reader.ReadBoolean();
                return new ConsumerControlCommand(reader.ReadOptionalConsumerId(), close);
            case WireType.KeepAliveInfo:
                return new KeepAliveReceived();
            case WireType.ShutdownInfo:
                return new ShutdownReceived();
            default:
                return new IgnoredCommand(type);
        }
    }

    private static IncomingCommand ReadDispatch(ref FrameReader reader)
    {
        var consumer = reader.ReadOptionalConsumerId() ?? throw new WireException("A message is dispatched to no consumer.");
        var destination = reader.ReadOptionalDestination();
        if (!reader.ReadBoolean())
        {
            // The end of a browse or an empty pull, neither of which we ask for.
            return new IgnoredCommand(WireType.MessageDispatch);
        }

        var message = ReadMessage(ref reader);
        return new MessageDispatch(consumer, destination ?? message.Destination, message, reader.ReadInt());
    }

    private static IncomingMessage ReadMessage(ref FrameReader reader)
    {
        var type = reader.ReadType();
        if (type is < WireType.Message or > WireType.BlobMessage)
        {
            throw new WireException($"A dispatched message has the unknown type {(byte)type}.");
        }

        reader.ReadInt(); // Command id.
        reader.ReadBoolean(); // Response required.
        reader.ReadOptionalProducerId();
        var destination = reader.ReadOptionalDestination();
        reader.SkipTransactionId();
        reader.ReadOptionalDestination(); // Original destination.
        var id = reader.ReadOptionalMessageId() ?? throw new WireException("A message has no id.");
        reader.SkipTransactionId(); // Original transaction.
        var groupId = reader.ReadOptionalString();
        reader.ReadInt(); // Group sequence.
        var correlationId = reader.ReadOptionalString();
        var persistent = reader.ReadBoolean();
        reader.ReadLong(); // Expiration.
        reader.ReadByte(); // Priority.
        reader.ReadOptionalDestination(); // Reply to.
        var timestamp = reader.ReadLong();
        var messageType = reader.ReadOptionalString();
        var content = reader.ReadOptionalBytes().ToArray();
        var properties = reader.ReadOptionalBytes().ToArray();
        if (reader.ReadBoolean())
        {
            throw new WireException("A message carries a data structure, which only the broker's own advisories do.");
        }

        reader.ReadOptionalConsumerId(); // Target consumer.
        var compressed = reader.ReadBoolean();
        reader.ReadInt(); // Redelivery counter: the dispatch has it too.
        reader.SkipBrokerIds(); // Broker path.
        reader.ReadLong(); // Arrival.
        reader.ReadOptionalString(); // User.
        reader.ReadBoolean(); // Received by a bridge.
        reader.ReadBoolean(); // Droppable.
        reader.SkipBrokerIds(); // Cluster.
        reader.ReadLong(); // Broker in time.
        reader.ReadLong(); // Broker out time.
        reader.ReadBoolean(); // First of its group for the consumer.
        return new IncomingMessage(type, id, destination ?? throw new WireException("A message has no destination."))
        {
            GroupId = groupId,
            CorrelationId = correlationId,
            MessageType = messageType,
            Persistent = persistent,
            Compressed = compressed,
            Timestamp = timestamp,
            Content = content,
            Properties = properties,
        };
    }
}
