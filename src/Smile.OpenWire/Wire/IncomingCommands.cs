namespace Smile.OpenWire.Wire;

/// <summary>A command that the broker sent.</summary>
internal abstract record IncomingCommand
{
    public int CommandId { get; init; }

    public bool ResponseRequired { get; init; }
}

internal sealed record WireFormatCommand(WireFormat Format) : IncomingCommand;

internal sealed record ResponseCommand(int CorrelationId) : IncomingCommand;

internal sealed record ExceptionResponseCommand(int CorrelationId, RemoteFailure Failure) : IncomingCommand;

internal sealed record ConnectionErrorCommand(RemoteFailure Failure) : IncomingCommand;

internal sealed record KeepAliveReceived : IncomingCommand;

internal sealed record ShutdownReceived : IncomingCommand;

/// <summary>The broker changes or closes a consumer.</summary>
internal sealed record ConsumerControlCommand(ConsumerId? Consumer, bool Close) : IncomingCommand;

/// <summary>A command without use for us that may come any time: the broker's name, its peers, producer windows.</summary>
internal sealed record IgnoredCommand(WireType Type) : IncomingCommand;

internal sealed record UnknownCommand(byte Type) : IncomingCommand;

/// <param name="Consumer">The consumer it is for.</param>
/// <param name="Destination">The destination that the consumer subscribed to.</param>
/// <param name="Message">The message.</param>
/// <param name="RedeliveryCounter">How often it was delivered before.</param>
internal sealed record MessageDispatch(ConsumerId Consumer, Destination Destination, IncomingMessage Message, int RedeliveryCounter)
    : IncomingCommand;

/// <summary>A message as it came, its body and properties not yet looked into: they are the sender's, and may be nonsense.</summary>
internal sealed record IncomingMessage(WireType Type, MessageId Id, Destination Destination)
{
    public string? GroupId { get; init; }

    public string? CorrelationId { get; init; }

    public string? MessageType { get; init; }

    public bool Persistent { get; init; }

    public bool Compressed { get; init; }

    public long Timestamp { get; init; }

    public byte[] Content { get; init; } = [];

    public byte[] Properties { get; init; } = [];
}

/// <summary>An exception at the broker: the Java class's name and the message.</summary>
internal sealed record RemoteFailure(string Type, string Message)
{
    public override string ToString() => Message.Length > 0 ? Message : Type;
}
