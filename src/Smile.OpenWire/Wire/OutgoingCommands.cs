namespace Smile.OpenWire.Wire;

/// <summary>A command that we send.</summary>
internal interface IOutgoingCommand
{
    WireType Type { get; }

    void WriteFields(FrameBuffer buffer);
}

internal static class CommandFrame
{
    public static void Write<TCommand>(FrameBuffer buffer, TCommand command, int commandId, bool responseRequired)
        where TCommand : IOutgoingCommand
    {
        buffer.BeginFrame(command.Type);
        try
        {
            buffer.WriteInt(commandId);
            buffer.WriteBoolean(responseRequired);
            command.WriteFields(buffer);
            buffer.EndFrame();
        }
        catch
        {
            // Half a frame would be read by the broker together with the next one.
            buffer.AbandonFrame();
            throw;
        }
    }
}

internal sealed record ConnectionCommand(string ConnectionId, string ClientId, string? UserName, string? Password) : IOutgoingCommand
{
    public WireType Type => WireType.ConnectionInfo;

    public void WriteFields(FrameBuffer buffer)
    {
        buffer.WriteConnectionId(ConnectionId);
        buffer.WriteOptionalString(ClientId);
        buffer.WriteOptionalString(Password);
        buffer.WriteOptionalString(UserName);
        buffer.WriteNothing(); // Broker path.
        buffer.WriteBoolean(false); // Broker master connector.
        buffer.WriteBoolean(true); // Manageable.
        buffer.WriteBoolean(true); // Client master.
        buffer.WriteBoolean(false); // Fault tolerant.
        buffer.WriteBoolean(false); // Failover reconnect: our reconnect makes a new connection.
        buffer.WriteOptionalString(null); // Client address, which the broker knows better.
    }

    /// <summary>The password stays out of logs.</summary>
    public override string ToString() => $"ConnectionInfo {ConnectionId}";
}

internal sealed record SessionCommand(SessionId Id) : IOutgoingCommand
{
    public WireType Type => WireType.SessionInfo;

    public void WriteFields(FrameBuffer buffer) => buffer.WriteSessionId(Id);
}

/// <summary>A producer without a destination: each message names its own.</summary>
internal sealed record ProducerCommand(ProducerId Id) : IOutgoingCommand
{
    public WireType Type => WireType.ProducerInfo;

    public void WriteFields(FrameBuffer buffer)
    {
        buffer.WriteProducerId(Id);
        buffer.WriteNothing(); // Destination.
        buffer.WriteNothing(); // Broker path.
        buffer.WriteBoolean(false); // Dispatch asynchronously.
        buffer.WriteInt(0); // Producer window: the transaction bounds what is under way.
    }
}

internal sealed record ConsumerCommand(ConsumerId Id, Destination Destination, int Prefetch, string? Selector, string? DurableName)
    : IOutgoingCommand
{
    public WireType Type => WireType.ConsumerInfo;

    public void WriteFields(FrameBuffer buffer)
    {
        buffer.WriteConsumerId(Id);
        buffer.WriteBoolean(false); // Browser.
        buffer.WriteDestination(Destination);
        buffer.WriteInt(Prefetch);
        buffer.WriteInt(0); // Pending message limit: the broker's own.
        buffer.WriteBoolean(true); // Dispatch asynchronously.
        buffer.WriteOptionalString(Selector);
        buffer.WriteOptionalString(null); // Client id: the connection's.
        buffer.WriteOptionalString(DurableName);
        buffer.WriteBoolean(false); // No local.
        buffer.WriteBoolean(false); // Exclusive.
        buffer.WriteBoolean(false); // Retroactive.
        buffer.WriteByte(0); // Priority.
        buffer.WriteNothing(); // Broker path.
        buffer.WriteNothing(); // Additional predicate.
        buffer.WriteBoolean(false); // Network subscription.
        buffer.WriteBoolean(false); // Optimised acknowledge.
        buffer.WriteBoolean(false); // No range acknowledgements.
        buffer.WriteNothing(); // Network consumer path.
    }
}

internal sealed record RemoveProducerCommand(ProducerId Id) : IOutgoingCommand
{
    public WireType Type => WireType.RemoveInfo;

    public void WriteFields(FrameBuffer buffer)
    {
        buffer.WriteProducerId(Id);
        buffer.WriteLong(RemoveConsumerCommand.NothingDelivered);
    }
}

/// <param name="Id">The consumer to close.</param>
/// <param name="LastDelivered">The broker's number of the last message that the application saw: those up to it count as
/// redelivered.</param>
internal sealed record RemoveConsumerCommand(ConsumerId Id, long LastDelivered) : IOutgoingCommand
{
    public const long NothingDelivered = -1;

    public WireType Type => WireType.RemoveInfo;

    public void WriteFields(FrameBuffer buffer)
    {
        buffer.WriteConsumerId(Id);
        buffer.WriteLong(LastDelivered);
    }
}

internal sealed record RemoveSessionCommand(SessionId Id) : IOutgoingCommand
{
    public WireType Type => WireType.RemoveInfo;

    public void WriteFields(FrameBuffer buffer)
    {
        buffer.WriteSessionId(Id);
        buffer.WriteLong(RemoveConsumerCommand.NothingDelivered);
    }
}

internal sealed record RemoveConnectionCommand(string ConnectionId) : IOutgoingCommand
{
    public WireType Type => WireType.RemoveInfo;

    public void WriteFields(FrameBuffer buffer)
    {
        buffer.WriteConnectionId(ConnectionId);
        buffer.WriteLong(RemoveConsumerCommand.NothingDelivered);
    }
}

internal sealed record RemoveSubscriptionCommand(string ConnectionId, string ClientId, string DurableName) : IOutgoingCommand
{
    public WireType Type => WireType.RemoveSubscriptionInfo;

    public void WriteFields(FrameBuffer buffer)
    {
        buffer.WriteConnectionId(ConnectionId);
        buffer.WriteOptionalString(DurableName);
        buffer.WriteOptionalString(ClientId);
    }
}

internal enum TransactionStep : byte
{
    Begin = 0,
    CommitOnePhase = 2,
    Rollback = 4,
}

internal sealed record TransactionCommand(string ConnectionId, long Transaction, TransactionStep Step) : IOutgoingCommand
{
    public WireType Type => WireType.TransactionInfo;

    public void WriteFields(FrameBuffer buffer)
    {
        buffer.WriteConnectionId(ConnectionId);
        buffer.WriteTransactionId(ConnectionId, Transaction);
        buffer.WriteByte((byte)Step);
    }
}

internal enum AcknowledgeKind : byte
{
    Poison = 1,
    Individual = 4,
}

internal sealed record AcknowledgeCommand(ConsumerId Consumer, Destination Destination, MessageId Message, AcknowledgeKind Kind)
    : IOutgoingCommand
{
    public WireType Type => WireType.MessageAck;

    public void WriteFields(FrameBuffer buffer)
    {
        buffer.WriteDestination(Destination);
        buffer.WriteNothing(); // Transaction.
        buffer.WriteConsumerId(Consumer);
        buffer.WriteByte((byte)Kind);
        buffer.WriteMessageId(Message); // First.
        buffer.WriteMessageId(Message); // Last.
        buffer.WriteInt(1);
        buffer.WriteNothing(); // Poison cause.
    }
}

internal sealed class KeepAliveCommand : IOutgoingCommand
{
    public WireType Type => WireType.KeepAliveInfo;

    public void WriteFields(FrameBuffer buffer) { }
}

internal sealed class ShutdownCommand : IOutgoingCommand
{
    public WireType Type => WireType.ShutdownInfo;

    public void WriteFields(FrameBuffer buffer) { }
}
