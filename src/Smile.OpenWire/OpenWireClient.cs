using Microsoft.Extensions.Logging;

namespace Smile.OpenWire;

/// <summary>How the connection to the broker stands.</summary>
/// <param name="Address">The broker in use; null while there is none.</param>
/// <param name="ConnectedSince">Since when; null while there is no connection.</param>
/// <param name="LastError">Why the last attempt or connection failed; kept after a reconnect.</param>
/// <param name="LastErrorAt">When that was.</param>
public sealed record OpenWireHealth(Uri? Address, DateTimeOffset? ConnectedSince, string? LastError, DateTimeOffset? LastErrorAt)
{
    public bool IsConnected => ConnectedSince is not null;
}

/// <summary>
/// Keeps a connection to one of several brokers: when it is lost, the next caller gets a new one as soon as there is one.
/// </summary>
public sealed partial class OpenWireClient : IAsyncDisposable
{
    private readonly OpenWireOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly CancellationTokenSource _disposing = new();
    private readonly Lock _stateLock = new();
    private OpenWireConnection? _connection;
    private DateTimeOffset? _connectedSince;
    private string? _lastError;
    private DateTimeOffset? _lastErrorAt;

    public OpenWireClient(OpenWireOptions options, TimeProvider timeProvider, ILogger<OpenWireClient> logger)
    {
        options.Validate();
        _options = options;
        _timeProvider = timeProvider;
        _logger = logger;
    }

    public OpenWireHealth Health
    {
        get
        {
            lock (_stateLock)
            {
                var isOpen = _connection is { IsOpen: true };
                return new OpenWireHealth(isOpen ? _connection!.Address : null, isOpen ? _connectedSince : null, _lastError, _lastErrorAt);
            }
        }
    }

    /// <summary>
    /// The open connection; else waits until a broker answers. All callers share it, so nobody but the client disposes of it.
    /// </summary>
    public async Task<OpenWireConnection> GetConnectionAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _connection) is { IsOpen: true } open)
        {
            return open;
        }

        ObjectDisposedException.ThrowIf(_disposing.IsCancellationRequested, this);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposing.Token);
        await _turn.WaitAsync(either.Token).ConfigureAwait(false);
        try
        {
            return _connection is { IsOpen: true } reopened ? reopened : await ReconnectAsync(either.Token).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposing.IsCancellationRequested)
        {
            return;
        }

        await _disposing.CancelAsync().ConfigureAwait(false);
        await _turn.WaitAsync().ConfigureAwait(false);
        if (_connection is { } connection)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }

        _turn.Release();
    }

    private async Task<OpenWireConnection> ReconnectAsync(CancellationToken cancellationToken)
    {
        if (_connection is { } lost)
        {
            await lost.DisposeAsync().ConfigureAwait(false);
        }

        var delay = _options.ReconnectDelay;
        if (_timeProvider.GetUtcNow() - _connectedSince < delay)
        {
            // A broker that accepts and hangs up must not be called without a pause.
            await Task.Delay(delay, _timeProvider, cancellationToken).ConfigureAwait(false);
        }

        while (true)
        {
            try
            {
                var connection = await OpenWireConnection
                    .ConnectAsync(_options, _timeProvider, _logger, cancellationToken)
                    .ConfigureAwait(false);
                Remember(connection);
                LogConnected(connection.Address);
                return connection;
            }
            catch (BrokerException exception)
            {
                Remember(exception);
                LogNoBroker(exception.Message, delay);
            }

            // Not all clients at once when a broker comes back.
            await Task.Delay(delay * (0.75 + (Random.Shared.NextDouble() / 2)), _timeProvider, cancellationToken).ConfigureAwait(false);
            delay = delay * 2 < _options.MaxReconnectDelay ? delay * 2 : _options.MaxReconnectDelay;
        }
    }

    private void Remember(OpenWireConnection connection)
    {
        lock (_stateLock)
        {
            _connection = connection;
            _connectedSince = _timeProvider.GetUtcNow();
        }

        _ = RememberLossAsync(connection);
    }

    private async Task RememberLossAsync(OpenWireConnection connection)
    {
        try
        {
            await connection.Closed.ConfigureAwait(false);
        }
        catch (BrokerException exception)
        {
            Remember(exception);
        }
    }

    private void Remember(BrokerException exception)
    {
        lock (_stateLock)
        {
            _lastError = exception.Message;
            _lastErrorAt = _timeProvider.GetUtcNow();
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Connected to {Address}")]
    private partial void LogConnected(Uri address);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No broker answered, next attempt in {Delay}: {Reason}")]
    private partial void LogNoBroker(string reason, TimeSpan delay);
}
