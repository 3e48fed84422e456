using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.IO.Pipelines;
using Smile.OpenWire.Wire;

namespace Smile.OpenWire.Transport;

/// <summary>Cuts what the broker sends into frames and reads the command in each.</summary>
internal sealed class IncomingFrames
{
    private const int BufferBytes = 64 * 1024;

    private readonly TimeProvider _timeProvider;
    private readonly int _maxFrameBytes;
    private long _lastReceived;

    public IncomingFrames(TimeProvider timeProvider, int maxFrameBytes)
    {
        _timeProvider = timeProvider;
        _maxFrameBytes = maxFrameBytes;
        _lastReceived = timeProvider.GetTimestamp();
    }

    /// <summary>When bytes last came in, as a timestamp of the time provider.</summary>
    public long LastReceived => Volatile.Read(ref _lastReceived);

    /// <summary>Reads until the broker closes the connection.</summary>
    /// <exception cref="WireException">What came is not OpenWire.</exception>
    public async Task ReadAsync(Stream stream, Action<IncomingCommand> handle, CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(
            stream,
            new StreamPipeReaderOptions(bufferSize: BufferBytes, leaveOpen: true, useZeroByteReads: false)
        );
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                Volatile.Write(ref _lastReceived, _timeProvider.GetTimestamp());
                var buffer = result.Buffer;
                while (TryTakeFrame(ref buffer, out var frame))
                {
                    handle(ReadCommand(frame));
                }

                reader.AdvanceTo(buffer.Start, buffer.End);
                if (result.IsCompleted)
                {
                    return;
                }
            }
        }
        finally
        {
            await reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    private bool TryTakeFrame(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> frame)
    {
        frame = default;
        Span<byte> prefix = stackalloc byte[sizeof(int)];
        if (buffer.Length < prefix.Length)
        {
            return false;
        }

        buffer.Slice(0, prefix.Length).CopyTo(prefix);
        var size = BinaryPrimitives.ReadInt32BigEndian(prefix);
        if (size <= 0 || size > _maxFrameBytes)
        {
            // Checked before any of it is buffered.
            throw new WireException(
                string.Create(CultureInfo.InvariantCulture, $"A frame of {size} bytes is announced; up to {_maxFrameBytes} are read.")
            );
        }

        if (buffer.Length < prefix.Length + size)
        {
            return false;
        }

        frame = buffer.Slice(prefix.Length, size);
        buffer = buffer.Slice(frame.End);
        return true;
    }

    private static IncomingCommand ReadCommand(ReadOnlySequence<byte> frame)
    {
        if (frame.IsSingleSegment)
        {
            return CommandReader.Read(frame.FirstSpan);
        }

        var length = (int)frame.Length;
        var joined = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            frame.CopyTo(joined);
            return CommandReader.Read(joined.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(joined);
        }
    }
}
