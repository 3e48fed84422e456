using System.Globalization;
using Microsoft.Extensions.Logging;
using Smile.OpenWire.Transport;
using Smile.OpenWire.Wire;

namespace Smile.OpenWire;

/// <summary>
/// A connection to one broker. Once lost it stays lost: <see cref="OpenWireClient"/> makes the next one. Safe for use by many tasks.
/// </summary>
public sealed partial class OpenWireConnection : IAsyncDisposable
{
    private readonly BrokerLink _link;
    private readonly ILogger _logger;
    private readonly string _connectionId;
    private readonly string _clientId;
    private readonly bool _clientIdIsOurs;
    private long _lastSession;
    private long _lastTransaction;
    private int _disposed;

    private OpenWireConnection(BrokerLink link, OpenWireOptions options, ILogger logger)
    {
        _link = link;
        _logger = logger;
        _connectionId = string.Create(CultureInfo.InvariantCulture, $"ID:{Guid.NewGuid():N}:1");
        _clientIdIsOurs = options.ClientId is null;
        _clientId = options.ClientId ?? _connectionId;
    }

    /// <summary>The address that answered.</summary>
    public Uri Address => _link.Address;

    public bool IsOpen => _link.IsOpen;

    /// <summary>For tests that cut the connection.</summary>
    internal BrokerLink Link => _link;

    /// <summary>Completes when the connection was disposed of; fails with the reason when it was lost.</summary>
    public Task Closed => _link.Closed;

    /// <summary>Connects to the first address that answers, trying each once.</summary>
    /// <exception cref="BrokerException">None answered, or the user may not log in.</exception>
    public static async Task<OpenWireConnection> ConnectAsync(
        OpenWireOptions options,
        TimeProvider timeProvider,
        ILogger logger,
        CancellationToken cancellationToken
    )
    {
        options.Validate();
        var start = options.RandomiseStart ? Random.Shared.Next(options.Addresses.Count) : 0;
        var failures = new List<BrokerException>();
        for (var offset = 0; offset < options.Addresses.Count; offset++)
        {
            try
            {
                return await ConnectAsync(
                        options.Addresses[(start + offset) % options.Addresses.Count],
                        options,
                        timeProvider,
                        logger,
                        cancellationToken
                    )
                    .ConfigureAwait(false);
            }
            catch (BrokerException exception)
            {
                failures.Add(exception);
            }
        }

        throw failures.Find(failure => failure.AccessDenied)
            ?? (
                failures.Count == 1
                    ? failures[0]
                    : new BrokerException(string.Join(" ", failures.Select(failure => failure.Message)), failures[^1])
            );
    }

    /// <summary>A producer in a session of its own, for any topic.</summary>
    public async Task<OpenWireProducer> CreateProducerAsync(CancellationToken cancellationToken)
    {
        var session = await OpenSessionAsync(cancellationToken).ConfigureAwait(false);
        var id = new ProducerId(_connectionId, session.Value, 1);
        await _link.RequestAsync(new ProducerCommand(id), cancellationToken).ConfigureAwait(false);
        return new OpenWireProducer(_link, session, id, () => Interlocked.Increment(ref _lastTransaction));
    }

    /// <summary>Subscribes to a topic or queue.</summary>
    /// <param name="address">A topic's name, or <c>topic://Name</c>, or <c>queue://Name</c>.</param>
    /// <param name="durableName">Names a subscription that the broker keeps while we are away; for topics, with a client id in the
    /// options.</param>
    /// <param name="selector">Which messages: a condition over their properties, such as <c>sid = 17</c>.</param>
    /// <param name="prefetch">How many messages may wait here unacknowledged; at least one.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    /// <exception cref="BrokerException">The broker refuses, for instance an invalid selector.</exception>
    public async Task<OpenWireConsumer> SubscribeAsync(
        string address,
        string? durableName,
        string? selector,
        int prefetch,
        CancellationToken cancellationToken
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(prefetch, 1);
        var destination = Destination.Parse(address);
        if (durableName is not null && (_clientIdIsOurs || !destination.IsTopic))
        {
            throw new ArgumentException(
                "A durable subscription needs a topic and a client id in the connection's options.",
                nameof(durableName)
            );
        }

        var session = await OpenSessionAsync(cancellationToken).ConfigureAwait(false);
        var consumer = new OpenWireConsumer(_link, session, new ConsumerId(_connectionId, session.Value, 1), prefetch, _logger);

        // Before the request: the first messages may overtake its answer.
        _link.AddConsumer(consumer.Id, consumer);
        try
        {
            await _link
                .RequestAsync(new ConsumerCommand(consumer.Id, destination, prefetch, selector, durableName), cancellationToken)
                .ConfigureAwait(false);
            return consumer;
        }
        catch
        {
            _link.RemoveConsumer(consumer.Id);
            throw;
        }
    }

    /// <summary>Ends a durable subscription for good; its consumer must be disposed of before.</summary>
    public Task UnsubscribeAsync(string durableName, CancellationToken cancellationToken) =>
        _link.RequestAsync(new RemoveSubscriptionCommand(_connectionId, _clientId, durableName), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        if (IsOpen)
        {
            try
            {
                await _link.CloseConsumersAsync().ConfigureAwait(false);
                await _link.RequestAsync(new RemoveConnectionCommand(_connectionId), CancellationToken.None).ConfigureAwait(false);
            }
            catch (BrokerException exception)
            {
                LogNoFarewell(Address, exception.Message);
            }
        }

        await _link.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<OpenWireConnection> ConnectAsync(
        Uri address,
        OpenWireOptions options,
        TimeProvider timeProvider,
        ILogger logger,
        CancellationToken cancellationToken
    )
    {
        using var timeout = new CancellationTokenSource(options.ConnectTimeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var link = await BrokerLink.OpenAsync(address, options, timeProvider, logger, either.Token).ConfigureAwait(false);
            var connection = new OpenWireConnection(link, options, logger);
            try
            {
                await connection.LogInAsync(options, either.Token).ConfigureAwait(false);
                return connection;
            }
            catch
            {
                await link.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new BrokerException($"The broker at {address} did not answer within {options.ConnectTimeout}.", exception);
        }
    }

    private Task LogInAsync(OpenWireOptions options, CancellationToken cancellationToken) =>
        _link.RequestAsync(new ConnectionCommand(_connectionId, _clientId, options.UserName, options.Password), cancellationToken);

    private async Task<SessionId> OpenSessionAsync(CancellationToken cancellationToken)
    {
        var session = new SessionId(_connectionId, Interlocked.Increment(ref _lastSession));
        await _link.RequestAsync(new SessionCommand(session), cancellationToken).ConfigureAwait(false);
        return session;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Address} was left without a farewell: {Reason}")]
    private partial void LogNoFarewell(Uri address, string reason);
}
