using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Smile.OpenWire.Wire;

namespace Smile.OpenWire.Transport;

/// <summary>One network connection to a broker: requests and their responses, dispatched messages, keep-alive, and its end.</summary>
internal sealed partial class BrokerLink : IAsyncDisposable
{
    private readonly Stream _stream;
    private readonly OpenWireOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly OutgoingFrames _outgoing;
    private readonly IncomingFrames _incoming;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource> _pending = new();
    private readonly ConcurrentDictionary<ConsumerId, IDispatchTarget> _consumers = new();
    private readonly TaskCompletionSource<WireFormat> _peerFormat = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private BrokerException? _reason;
    private RemoteFailure? _lastError;
    private int _lastCommandId;
    private int _keepAliveUnderWay;
    private bool _isClosing;
    private Task _pump = Task.CompletedTask;
    private Task _work = Task.CompletedTask;
    private WireFormat? _format;

    private BrokerLink(Uri address, Stream stream, OpenWireOptions options, TimeProvider timeProvider, ILogger logger)
    {
        Address = address;
        _stream = stream;
        _options = options;
        _timeProvider = timeProvider;
        _logger = logger;
        _outgoing = new OutgoingFrames(timeProvider);
        _incoming = new IncomingFrames(timeProvider, options.MaxFrameBytes);
    }

    public Uri Address { get; }

    public TimeProvider TimeProvider => _timeProvider;

    public int MaxFrameBytes => _options.MaxFrameBytes;

    public bool IsOpen => Volatile.Read(ref _reason) is null;

    /// <summary>Completes when the link was closed by us, fails with the reason when it was lost.</summary>
    public Task Closed => _closed.Task;

    /// <summary>The longest frame that both sides read.</summary>
    public long MaxOutgoingFrameBytes => _format?.MaxFrameBytes ?? _options.MaxFrameBytes;

    public static async Task<BrokerLink> OpenAsync(
        Uri address,
        OpenWireOptions options,
        TimeProvider timeProvider,
        ILogger logger,
        CancellationToken cancellationToken
    )
    {
        var link = new BrokerLink(
            address,
            await ConnectAsync(address, options, cancellationToken).ConfigureAwait(false),
            options,
            timeProvider,
            logger
        );
        try
        {
            await link.StartAsync(cancellationToken).ConfigureAwait(false);
            return link;
        }
        catch
        {
            await link.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public int NextCommandId() => Interlocked.Increment(ref _lastCommandId);

    public void AddConsumer(ConsumerId id, IDispatchTarget consumer)
    {
        _consumers[id] = consumer;
        if (Volatile.Read(ref _reason) is { } reason)
        {
            consumer.Complete(reason);
        }
    }

    /// <summary>Closes each consumer in an orderly way, so that the broker learns what the application has seen.</summary>
    public async Task CloseConsumersAsync()
    {
        foreach (var consumer in _consumers.Values)
        {
            await consumer.DisposeAsync().ConfigureAwait(false);
        }
    }

    public void RemoveConsumer(ConsumerId id) => _consumers.TryRemove(id, out _);

    public ValueTask SendAsync<TCommand>(TCommand command, CancellationToken cancellationToken)
        where TCommand : IOutgoingCommand
    {
        var buffer = new FrameBuffer();
        CommandFrame.Write(buffer, command, NextCommandId(), responseRequired: false);
        return SendAsync(buffer, cancellationToken);
    }

    public async ValueTask SendAsync(FrameBuffer frames, CancellationToken cancellationToken)
    {
        ThrowIfClosed();
        if (!await _outgoing.WriteAsync(frames.Written, cancellationToken).ConfigureAwait(false))
        {
            ThrowIfClosed();
            throw new BrokerException("The connection to the broker is closing.");
        }
    }

    /// <summary>Sends a command and waits for the broker's answer. A broker that does not answer in time is given up.</summary>
    /// <exception cref="BrokerException">The broker refused, or was lost.</exception>
    public async Task RequestAsync<TCommand>(TCommand command, CancellationToken cancellationToken)
        where TCommand : IOutgoingCommand
    {
        var id = NextCommandId();
        var buffer = new FrameBuffer();
        CommandFrame.Write(buffer, command, id, responseRequired: true);
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending[id] = answer;
        try
        {
            var timeout = _timeProvider.CreateTimer(
                _ =>
                    Abort(new BrokerException($"The broker at {Address} did not answer {command.Type} within {_options.ResponseTimeout}.")),
                null,
                _options.ResponseTimeout,
                Timeout.InfiniteTimeSpan
            );
            await using (timeout.ConfigureAwait(false))
            {
                await SendAsync(buffer, cancellationToken).ConfigureAwait(false);
                await answer.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _pending.TryRemove(id, out _);
        }
    }

    /// <summary>Gives the connection up: everything that waits for it fails with the reason.</summary>
    public void Abort(BrokerException reason)
    {
        if (!End(reason))
        {
            return;
        }

        if (Volatile.Read(ref _isClosing))
        {
            // The broker answers our good-bye by hanging up.
            _closed.TrySetResult();
        }
        else
        {
            LogLost(Address, reason.Message);
            _closed.TrySetException(reason);
            _ = _closed.Task.Exception; // Observed: not everyone looks at it.
        }
    }

    /// <summary>Says good-bye, where the broker still listens, and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        Volatile.Write(ref _isClosing, true);
        if (IsOpen)
        {
            using var patience = new CancellationTokenSource(_options.ConnectTimeout, _timeProvider);
            try
            {
                await SendAsync(new ShutdownCommand(), patience.Token).ConfigureAwait(false);
                await _outgoing.CompleteAsync(patience.Token).ConfigureAwait(false);
                await _pump.WaitAsync(patience.Token).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is BrokerException or OperationCanceledException)
            {
                LogNoFarewell(Address, exception.Message);
            }
        }

        if (End(new BrokerException("The connection to the broker was closed.")))
        {
            _closed.TrySetResult();
        }

        await _work.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private static async Task<Stream> ConnectAsync(Uri address, OpenWireOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await BrokerSocket.ConnectAsync(address, options, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SocketException or IOException or AuthenticationException or CryptographicException)
        {
            throw new BrokerException($"No connection to the broker at {address}: {exception.Message}", exception);
        }
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        _pump = PumpAsync();
        _work = Task.WhenAll(ReadAsync(), _pump);
        var ours = new WireFormat(
            WireFormat.OurVersion,
            (long)_options.MaxInactivity.TotalMilliseconds,
            _options.MaxFrameBytes,
            TightEncoding: false,
            Cache: false
        );
        var buffer = new FrameBuffer();
        ours.Write(buffer);
        await SendAsync(buffer, cancellationToken).ConfigureAwait(false);
        try
        {
            _format = ours.Negotiate(await _peerFormat.Task.WaitAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (WireException exception)
        {
            throw new BrokerException(exception.Message, exception);
        }

        if (_format.MaxInactivity > 0)
        {
            _work = Task.WhenAll(_work, WatchAsync(TimeSpan.FromMilliseconds(_format.MaxInactivity)));
        }
    }

    /// <summary>Ends the link once.</summary>
    private bool End(BrokerException reason)
    {
        if (Interlocked.CompareExchange(ref _reason, reason, null) is not null)
        {
            return false;
        }

        _stopping.Cancel();
        _stream.Dispose();
        _peerFormat.TrySetException(reason);
        _ = _peerFormat.Task.Exception;
        foreach (var answer in _pending.Values)
        {
            Fail(answer, reason);
        }

        foreach (var consumer in _consumers.Values)
        {
            consumer.Complete(reason);
        }

        return true;
    }

    private void ThrowIfClosed()
    {
        if (Volatile.Read(ref _reason) is { } reason)
        {
            // A new exception, so that each thrower has its own stack.
            throw new BrokerException(reason.Message, reason);
        }
    }

    private async Task PumpAsync()
    {
        try
        {
            await _outgoing.PumpAsync(_stream, _stopping.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or OperationCanceledException)
        {
            Abort(new BrokerException($"The connection to the broker at {Address} was lost: {exception.Message}", exception));
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            await _incoming.ReadAsync(_stream, Handle, _stopping.Token).ConfigureAwait(false);
            var because = Volatile.Read(ref _lastError) is { } error ? $": {error}" : ".";
            Abort(new BrokerException($"The broker at {Address} closed the connection{because}"));
        }
        catch (WireException exception)
        {
            Abort(new BrokerException($"The broker at {Address} sent what cannot be read: {exception.Message}", exception));
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or OperationCanceledException)
        {
            Abort(new BrokerException($"The connection to the broker at {Address} was lost: {exception.Message}", exception));
        }
    }

    private static void Fail(TaskCompletionSource answer, BrokerException reason)
    {
        answer.TrySetException(reason);
        _ = answer.Task.Exception; // The one who asked may have been cancelled.
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The connection to {Address} ended: {Reason}")]
    private partial void LogLost(Uri address, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Address} was left without a farewell: {Reason}")]
    private partial void LogNoFarewell(Uri address, string reason);
}
