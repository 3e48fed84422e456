using System.Buffers.Binary;

namespace Smile.OpenWire.Wire;

/// <summary>Reads one frame. Every length is checked against what is left, so nothing is allocated on the word of the peer.</summary>
internal ref struct FrameReader(ReadOnlySpan<byte> frame)
{
    private ReadOnlySpan<byte> _rest = frame;

    public readonly int Remaining => _rest.Length;

    public WireType ReadType() => (WireType)ReadByte();

    public PrimitiveType ReadPrimitiveType() => (PrimitiveType)ReadByte();

    public byte ReadByte() => Take(1)[0];

    public bool ReadBoolean() => Take(1)[0] != 0;

    public short ReadShort() => BinaryPrimitives.ReadInt16BigEndian(Take(sizeof(short)));

    public int ReadInt() => BinaryPrimitives.ReadInt32BigEndian(Take(sizeof(int)));

    public long ReadLong() => BinaryPrimitives.ReadInt64BigEndian(Take(sizeof(long)));

    public double ReadDouble() => BinaryPrimitives.ReadDoubleBigEndian(Take(sizeof(double)));

    public float ReadFloat() => BinaryPrimitives.ReadSingleBigEndian(Take(sizeof(float)));

    public string? ReadOptionalString() => ReadBoolean() ? ReadString() : null;

    public string ReadString() => ModifiedUtf8.Read(Take(BinaryPrimitives.ReadUInt16BigEndian(Take(sizeof(ushort)))));

    /// <summary>A text body or a long property; minus one stands for null.</summary>
    public string? ReadBigString()
    {
        var length = ReadInt();
        return length == -1 ? null : ModifiedUtf8.Read(Take(length));
    }

    /// <summary>Bytes with a length of four bytes in front, or nothing.</summary>
    public ReadOnlySpan<byte> ReadOptionalBytes() => ReadBoolean() ? Take(ReadInt()) : default;

    public ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > _rest.Length)
        {
            throw new WireException($"A frame ends too soon: {count} bytes are announced, {_rest.Length} are left.");
        }

        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
