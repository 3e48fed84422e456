using System.Buffers.Binary;

namespace Smile.Rendering.Typography;

/// <summary>
/// Makes a PostScript font's characters have the numbers of its glyphs. A subset keeps the characters' old numbers (CIDs), and a reader
/// of PDF finds glyphs by those.
/// </summary>
internal static class CffNumbers
{
    private const int CharsetOperator = 15;
    private const int RegistryOperator = 0x0C00 + 30;

    public static void Renumber(Span<byte> file)
    {
        var names = file[2];
        var fonts = IndexEnd(file, names);
        var dictionary = FirstObject(file, fonts);
        var entries = Entries(file[dictionary]);
        if (!entries.ContainsKey(RegistryOperator) || !entries.TryGetValue(CharsetOperator, out var charset))
        {
            return;
        }

        var glyphs = BinaryPrimitives.ReadUInt16BigEndian(file[entries[17]..]);
        var format = file[charset];
        var step = format == 0 ? 2 : 2 + format;
        for (var (at, next) = (charset + 1, 1); next < glyphs; at += step)
        {
            BinaryPrimitives.WriteUInt16BigEndian(file[at..], (ushort)next);
            next += format switch
            {
                0 => 1,
                1 => 1 + file[at + 2],
                _ => 1 + BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]),
            };
        }
    }

    private static int OffsetSize(ReadOnlySpan<byte> file, int index) => file[index + 2];

    private static int Offset(ReadOnlySpan<byte> file, int index, int entry)
    {
        var value = 0;
        foreach (var part in file.Slice(index + 3 + entry * OffsetSize(file, index), OffsetSize(file, index)))
        {
            value = (value << 8) + part;
        }

        return value;
    }

    /// <summary>Where the objects of an index are counted from.</summary>
    private static int DataStart(ReadOnlySpan<byte> file, int index) =>
        index + 2 + (BinaryPrimitives.ReadUInt16BigEndian(file[index..]) + 1) * OffsetSize(file, index);

    private static int IndexEnd(ReadOnlySpan<byte> file, int index)
    {
        var count = BinaryPrimitives.ReadUInt16BigEndian(file[index..]);
        return count == 0 ? index + 2 : DataStart(file, index) + Offset(file, index, count);
    }

    private static Range FirstObject(ReadOnlySpan<byte> file, int index)
    {
        var start = DataStart(file, index);
        return (start + Offset(file, index, 0))..(start + Offset(file, index, 1));
    }

    /// <summary>The last whole number of each entry of a dictionary, by its operator.</summary>
    private static Dictionary<int, int> Entries(ReadOnlySpan<byte> dictionary)
    {
        var entries = new Dictionary<int, int>();
        var operand = 0;
        for (var at = 0; at < dictionary.Length; )
        {
            var first = dictionary[at++];
            switch (first)
            {
                case 12:
                    entries[0x0C00 + dictionary[at++]] = operand;
                    break;
                case <= 21:
                    entries[first] = operand;
                    break;
                case 28:
                    operand = BinaryPrimitives.ReadInt16BigEndian(dictionary[at..]);
                    at += 2;
                    break;
                case 29:
                    operand = BinaryPrimitives.ReadInt32BigEndian(dictionary[at..]);
                    at += 4;
                    break;
                case 30:
                    while ((dictionary[at++] & 0x0F) != 0x0F) { }

                    break;
                case <= 246:
                    operand = first - 139;
                    break;
                case <= 250:
                    operand = (first - 247) * 256 + dictionary[at++] + 108;
                    break;
                default:
                    operand = -(first - 251) * 256 - dictionary[at++] - 108;
                    break;
            }
        }

        return entries;
    }
}
