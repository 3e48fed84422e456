using Microsoft.Extensions.Logging;
using Smile.OpenWire.Wire;

namespace Smile.OpenWire.Transport;

/// <content>What the broker sends, and how its silence is noticed. Nothing here waits: a read that waits for a write can lock up.</content>
internal sealed partial class BrokerLink
{
    private const int ChecksPerInactivity = 3;

    private void Handle(IncomingCommand command)
    {
        switch (command)
        {
            case ResponseCommand response:
                if (_pending.TryGetValue(response.CorrelationId, out var answered))
                {
                    answered.TrySetResult();
                }

                break;
            case ExceptionResponseCommand refusal:
                if (_pending.TryGetValue(refusal.CorrelationId, out var refused))
                {
                    Fail(refused, new BrokerException(WithoutPassword(refusal.Failure.ToString()), refusal.Failure));
                }

                break;
            case MessageDispatch dispatch:
                Dispatch(dispatch);
                break;
            case KeepAliveReceived keepAlive:
                if (keepAlive.ResponseRequired)
                {
                    SendKeepAlive();
                }

                break;
            case WireFormatCommand format:
                _peerFormat.TrySetResult(format.Format);
                break;
            case ConnectionErrorCommand error:
                Volatile.Write(ref _lastError, error.Failure with { Message = WithoutPassword(error.Failure.Message) });
                LogConnectionError(Address, WithoutPassword(error.Failure.ToString()));
                break;
            case ConsumerControlCommand { Close: true, Consumer: { } consumer } when _consumers.TryGetValue(consumer, out var target):
                target.Complete(new BrokerException("The broker closed the subscription."));
                break;
            case ShutdownReceived:
                Abort(new BrokerException($"The broker at {Address} is shutting down."));
                break;
            case UnknownCommand unknown:
                LogUnknown(Address, unknown.Type);
                break;
        }
    }

    private void Dispatch(MessageDispatch dispatch)
    {
        if (_consumers.TryGetValue(dispatch.Consumer, out var target) && !target.TryDispatch(dispatch))
        {
            throw new WireException("The broker dispatches more messages than were asked for.");
        }
    }

    /// <summary>Brokers do not repeat passwords; an unusual log-in module might.</summary>
    private string WithoutPassword(string message) =>
        string.IsNullOrEmpty(_options.Password) ? message : message.Replace(_options.Password, "***", StringComparison.Ordinal);

    /// <summary>Keeps our side heard and notices a broker that is not: cut networks do not close connections.</summary>
    private async Task WatchAsync(TimeSpan maxInactivity)
    {
        using var timer = new PeriodicTimer(maxInactivity / ChecksPerInactivity, _timeProvider);
        var lastReceived = _incoming.LastReceived;
        var silentChecks = 0;
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false))
            {
                // Checks are counted, not only time: when it was this process that stood still, what the broker sent is still to be read.
                silentChecks = _incoming.LastReceived == lastReceived ? silentChecks + 1 : 0;
                lastReceived = _incoming.LastReceived;
                if (silentChecks >= ChecksPerInactivity && _timeProvider.GetElapsedTime(lastReceived) > maxInactivity)
                {
                    Abort(new BrokerException($"The broker at {Address} was silent for longer than {maxInactivity}."));
                    return;
                }

                if (_timeProvider.GetElapsedTime(_outgoing.LastWritten) >= maxInactivity / (ChecksPerInactivity + 1))
                {
                    SendKeepAlive();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The link has ended.
        }
    }

    /// <summary>Starts to send a keep-alive, unless one is under way: then the link is not idle.</summary>
    private void SendKeepAlive()
    {
        if (Interlocked.Exchange(ref _keepAliveUnderWay, 1) == 0)
        {
            _ = SendKeepAliveAsync();
        }
    }

    private async Task SendKeepAliveAsync()
    {
        try
        {
            await SendAsync(new KeepAliveCommand(), _stopping.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is BrokerException or OperationCanceledException or ObjectDisposedException)
        {
            LogNoKeepAlive(Address, exception.Message);
        }
        finally
        {
            Volatile.Write(ref _keepAliveUnderWay, 0);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Address} reports an error: {Failure}")]
    private partial void LogConnectionError(Uri address, string failure);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "{Address} sent a command of type {Type}, which is not known here and was skipped"
    )]
    private partial void LogUnknown(Uri address, byte type);

    [LoggerMessage(Level = LogLevel.Debug, Message = "No keep-alive was sent to {Address}: {Reason}")]
    private partial void LogNoKeepAlive(Uri address, string reason);
}
