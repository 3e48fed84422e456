using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Smile.OpenWire.Transport;
using Smile.OpenWire.Wire;

namespace Smile.OpenWire;

/// <summary>A subscription. What is not acknowledged is delivered again, to this or another consumer, once this one is gone.</summary>
public sealed partial class OpenWireConsumer : IAsyncDisposable, IDispatchTarget
{
    private readonly BrokerLink _link;
    private readonly SessionId _session;
    private readonly ILogger _logger;
    private readonly Channel<MessageDispatch> _waiting;
    private long _lastDelivered = RemoveConsumerCommand.NothingDelivered;
    private bool _isComplete;
    private int _disposed;

    internal OpenWireConsumer(BrokerLink link, SessionId session, ConsumerId id, int prefetch, ILogger logger)
    {
        _link = link;
        _session = session;
        _logger = logger;
        Id = id;

        // The broker keeps to the prefetch; the slack is for acknowledgements that cross messages on the way.
        _waiting = Channel.CreateBounded<MessageDispatch>(
            new BoundedChannelOptions((int)Math.Min(int.MaxValue, (2L * prefetch) + 16)) { SingleWriter = true }
        );
    }

    internal ConsumerId Id { get; }

    /// <summary>Waits for the next message.</summary>
    /// <exception cref="BrokerException">The connection was lost: subscribe anew on another.</exception>
    public async Task<ReceivedMessage> ReceiveAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var dispatch = await NextAsync(cancellationToken).ConfigureAwait(false);
            if (dispatch.Message.Id.BrokerSequence > Interlocked.Read(ref _lastDelivered))
            {
                Interlocked.Exchange(ref _lastDelivered, dispatch.Message.Id.BrokerSequence);
            }

            try
            {
                return new ReceivedMessage(MessageBody.ToText(dispatch.Message, _link.MaxFrameBytes), dispatch);
            }
            catch (WireException exception)
            {
                // Delivered again it would be as unreadable: the broker's dead letter queue keeps it for a person to look at.
                LogUnreadable(dispatch.Message.Id, dispatch.Destination, exception.Message);
                await AcknowledgeAsync(dispatch, AcknowledgeKind.Poison, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Tells the broker that the message is done with. Where this is lost on the way, the message comes again.</summary>
    public async Task AcknowledgeAsync(ReceivedMessage message, CancellationToken cancellationToken)
    {
        if (message.Dispatch.Consumer != Id)
        {
            throw new ArgumentException("A message is acknowledged to the consumer that received it.", nameof(message));
        }

        await AcknowledgeAsync(message.Dispatch, AcknowledgeKind.Individual, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Tells the broker that the message can never be taken: its dead letter queue keeps it for a person to look at.</summary>
    public async Task RejectAsync(ReceivedMessage message, CancellationToken cancellationToken) =>
        await AcknowledgeAsync(message.Dispatch, AcknowledgeKind.Poison, cancellationToken).ConfigureAwait(false);

    bool IDispatchTarget.TryDispatch(MessageDispatch dispatch) => _waiting.Writer.TryWrite(dispatch) || Volatile.Read(ref _isComplete);

    void IDispatchTarget.Complete(BrokerException reason) => Complete(reason);

    /// <summary>Closes the subscription; a durable one is kept by the broker.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        Complete(null);
        if (_link.IsOpen)
        {
            try
            {
                await _link
                    .RequestAsync(new RemoveConsumerCommand(Id, Interlocked.Read(ref _lastDelivered)), CancellationToken.None)
                    .ConfigureAwait(false);
                await _link.RequestAsync(new RemoveSessionCommand(_session), CancellationToken.None).ConfigureAwait(false);
            }
            catch (BrokerException)
            {
                // Lost meanwhile: the broker has closed the session itself.
            }
        }

        _link.RemoveConsumer(Id);
    }

    private void Complete(BrokerException? reason)
    {
        Volatile.Write(ref _isComplete, true);
        _waiting.Writer.TryComplete(reason);
    }

    private async Task<MessageDispatch> NextAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _waiting.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException exception)
        {
            throw new BrokerException(exception.InnerException?.Message ?? "The subscription was closed.", exception.InnerException);
        }
    }

    private ValueTask AcknowledgeAsync(MessageDispatch dispatch, AcknowledgeKind kind, CancellationToken cancellationToken) =>
        _link.SendAsync(new AcknowledgeCommand(Id, dispatch.Destination, dispatch.Message.Id, kind), cancellationToken);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "The message {MessageId} on {Destination} cannot be read and goes to the dead letter queue: {Reason}"
    )]
    private partial void LogUnreadable(MessageId messageId, Destination destination, string reason);
}
