using System.Buffers.Binary;

namespace Smile.OpenWire.Wire;

/// <summary>Collects whole frames to be sent. Not for use by two tasks at once.</summary>
internal sealed class FrameBuffer
{
    private const int StartBytes = 1024;
    private const int KeepBytes = 1024 * 1024;

    private byte[] _bytes = new byte[StartBytes];
    private int _length;
    private int _frameStart;

    public int Length => _length;

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    public void Clear()
    {
        _length = 0;
        if (_bytes.Length > KeepBytes)
        {
            // One long message is no reason to hold its memory for good.
            _bytes = new byte[StartBytes];
        }
    }

    public void BeginFrame(WireType type)
    {
        _frameStart = _length;
        WriteInt(0);
        WriteType(type);
    }

    public void EndFrame() => BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(_frameStart), _length - _frameStart - sizeof(int));

    /// <summary>Forgets a frame that could not be finished.</summary>
    public void AbandonFrame() => _length = _frameStart;

    /// <summary>Leaves room for a length that is known later; see <see cref="EndLength"/>.</summary>
    public int BeginLength()
    {
        var position = _length;
        WriteInt(0);
        return position;
    }

    public void EndLength(int position) => BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(position), _length - position - sizeof(int));

    public void WriteType(WireType type) => Take(1)[0] = (byte)type;

    public void WriteType(PrimitiveType type) => Take(1)[0] = (byte)type;

    public void WriteByte(byte value) => Take(1)[0] = value;

    public void WriteBoolean(bool value) => Take(1)[0] = value ? (byte)1 : (byte)0;

    public void WriteShort(short value) => BinaryPrimitives.WriteInt16BigEndian(Take(sizeof(short)), value);

    public void WriteInt(int value) => BinaryPrimitives.WriteInt32BigEndian(Take(sizeof(int)), value);

    public void WriteLong(long value) => BinaryPrimitives.WriteInt64BigEndian(Take(sizeof(long)), value);

    public void WriteDouble(double value) => BinaryPrimitives.WriteDoubleBigEndian(Take(sizeof(double)), value);

    public void WriteFloat(float value) => BinaryPrimitives.WriteSingleBigEndian(Take(sizeof(float)), value);

    public void WriteBytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    /// <summary>An absent structure or array.</summary>
    public void WriteNothing() => WriteBoolean(false);

    public void WriteOptionalString(string? value)
    {
        WriteBoolean(value is not null);
        if (value is not null)
        {
            WriteString(value);
        }
    }

    /// <summary>A string with a length of two bytes.</summary>
    /// <exception cref="ArgumentException">It takes more than 65,535 bytes.</exception>
    public void WriteString(string value)
    {
        var count = ModifiedUtf8.CountBytes(value);
        if (count > ushort.MaxValue)
        {
            throw new ArgumentException($"A name or selector may take 65,535 bytes, this one takes {count}.", nameof(value));
        }

        BinaryPrimitives.WriteUInt16BigEndian(Take(sizeof(ushort)), (ushort)count);
        ModifiedUtf8.Write(value, Take(count));
    }

    /// <summary>A string with a length of four bytes: a text body or a long property.</summary>
    public void WriteBigString(string value)
    {
        var count = ModifiedUtf8.CountBytes(value);
        WriteInt(count);
        ModifiedUtf8.Write(value, Take(count));
    }

    private Span<byte> Take(int count)
    {
        var needed = checked(_length + count);
        if (needed > _bytes.Length)
        {
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(needed, 2L * _bytes.Length)));
        }

        var span = _bytes.AsSpan(_length, count);
        _length = needed;
        return span;
    }
}
