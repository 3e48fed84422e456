using Smile.OpenWire.Transport;
using Smile.OpenWire.Wire;

namespace Smile.OpenWire;

/// <summary>Sends batches of persistent messages, each batch in one broker transaction. Batches of one producer go out in turn.</summary>
public sealed class OpenWireProducer : IAsyncDisposable
{
    /// <summary>Frames are collected up to this size before they are handed to the network.</summary>
    private const int ChunkBytes = 64 * 1024;

    private readonly BrokerLink _link;
    private readonly SessionId _session;
    private readonly ProducerId _id;
    private readonly Func<long> _nextTransaction;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly FrameBuffer _buffer = new();
    private long _lastSequence;
    private bool _hasBegun;
    private int _disposed;

    internal OpenWireProducer(BrokerLink link, SessionId session, ProducerId id, Func<long> nextTransaction)
    {
        _link = link;
        _session = session;
        _id = id;
        _nextTransaction = nextTransaction;
    }

    /// <summary>
    /// Sends all messages or none. From the moment that the commit is sent a cancellation is not obeyed, so that the outcome is known.
    /// </summary>
    /// <exception cref="BrokerException">
    /// The broker refused or was lost: nothing was delivered, unless <see cref="BrokerException.InDoubt"/> says that it is not known.
    /// </exception>
    /// <exception cref="ArgumentException">A message cannot be sent as it is; nothing was delivered.</exception>
    public async Task SendTransactionAsync(IReadOnlyList<(string Topic, TextMessage Message)> batch, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        if (batch.Count == 0)
        {
            return;
        }

        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var transaction = _nextTransaction();
            _hasBegun = false;
            try
            {
                await SendMessagesAsync(transaction, batch, cancellationToken).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
            }
            catch when (_hasBegun && _link.IsOpen)
            {
                await RollBackAsync(transaction).ConfigureAwait(false);
                throw;
            }

            await CommitAsync(transaction).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        if (_link.IsOpen)
        {
            try
            {
                await _link.SendAsync(new RemoveProducerCommand(_id), CancellationToken.None).ConfigureAwait(false);
                await _link.RequestAsync(new RemoveSessionCommand(_session), CancellationToken.None).ConfigureAwait(false);
            }
            catch (BrokerException)
            {
                // Lost meanwhile: the broker has closed the session itself.
            }
        }
    }

    private async Task SendMessagesAsync(
        long transaction,
        IReadOnlyList<(string Topic, TextMessage Message)> batch,
        CancellationToken cancellationToken
    )
    {
        _buffer.Clear();
        CommandFrame.Write(
            _buffer,
            new TransactionCommand(_id.Connection, transaction, TransactionStep.Begin),
            _link.NextCommandId(),
            responseRequired: false
        );
        var timestamp = _link.TimeProvider.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var (topic, message) in batch)
        {
            var start = _buffer.Length;
            var id = new MessageId(_id, ++_lastSequence, BrokerSequence: 0);
            var command = new SendCommand(_id.Connection, id, Destination.Parse(topic), transaction, timestamp, message);
            CommandFrame.Write(_buffer, command, _link.NextCommandId(), responseRequired: false);
            if (_buffer.Length - start > _link.MaxOutgoingFrameBytes)
            {
                // The broker would close the connection, and every retry again.
                throw new ArgumentException(
                    $"A message takes {_buffer.Length - start} bytes; the broker reads up to {_link.MaxOutgoingFrameBytes}.",
                    nameof(batch)
                );
            }

            if (_buffer.Length >= ChunkBytes)
            {
                await SendChunkAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        await SendChunkAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task SendChunkAsync(CancellationToken cancellationToken)
    {
        _hasBegun = true;
        await _link.SendAsync(_buffer, cancellationToken).ConfigureAwait(false);
        _buffer.Clear();
    }

    private async Task CommitAsync(long transaction)
    {
        if (!_link.IsOpen)
        {
            throw new BrokerException("The connection to the broker was lost before the commit; nothing was delivered.");
        }

        try
        {
            await _link
                .RequestAsync(new TransactionCommand(_id.Connection, transaction, TransactionStep.CommitOnePhase), CancellationToken.None)
                .ConfigureAwait(false);
        }
        catch (BrokerException exception) when (!exception.RolledBack)
        {
            throw exception.WithDoubt();
        }
    }

    private async Task RollBackAsync(long transaction)
    {
        try
        {
            await _link
                .RequestAsync(new TransactionCommand(_id.Connection, transaction, TransactionStep.Rollback), CancellationToken.None)
                .ConfigureAwait(false);
        }
        catch (BrokerException)
        {
            // Either the connection is lost, and its open transactions with it, or the broker never saw the transaction begin.
        }
    }
}
