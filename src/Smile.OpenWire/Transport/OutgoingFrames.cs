using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;

namespace Smile.OpenWire.Transport;

/// <summary>
/// Frames on their way to the broker. Senders hand over whole frames and one pump writes them, so that what many tasks send while a
/// write is under way goes out together. A broker that does not read makes the senders wait.
/// </summary>
[SuppressMessage(
    "Reliability",
    "CA1001",
    Justification = "A semaphore without a wait handle holds nothing; disposing of it would strand those who wait."
)]
internal sealed class OutgoingFrames
{
    private const int SegmentBytes = 64 * 1024;
    private const int PauseAtBytes = 1024 * 1024;

    private readonly Pipe _pipe = new(
        new PipeOptions(
            minimumSegmentSize: SegmentBytes,
            pauseWriterThreshold: PauseAtBytes,
            resumeWriterThreshold: PauseAtBytes / 2,
            useSynchronizationContext: false
        )
    );

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly TimeProvider _timeProvider;
    private long _lastWritten;
    private bool _completed;

    public OutgoingFrames(TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        _lastWritten = timeProvider.GetTimestamp();
    }

    /// <summary>When bytes last went out, as a timestamp of the time provider.</summary>
    public long LastWritten => Volatile.Read(ref _lastWritten);

    /// <summary>Hands whole frames over. A cancellation loses either none of them or only the wait.</summary>
    /// <returns>False when the pump has ended.</returns>
    public async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> frames, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return !_completed && !(await _pipe.Writer.WriteAsync(frames, cancellationToken).ConfigureAwait(false)).IsCompleted;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>No more frames: the pump ends when those before are written.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _completed = true;
            await _pipe.Writer.CompleteAsync().ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Writes what is handed over until there is no more, or the stream fails.</summary>
    public async Task PumpAsync(Stream stream, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var result = await _pipe.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                foreach (var segment in result.Buffer)
                {
                    await stream.WriteAsync(segment, cancellationToken).ConfigureAwait(false);
                }

                await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
                Volatile.Write(ref _lastWritten, _timeProvider.GetTimestamp());
                _pipe.Reader.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    return;
                }
            }
        }
        finally
        {
            // Lets go those who wait for room.
            await _pipe.Reader.CompleteAsync().ConfigureAwait(false);
        }
    }
}
