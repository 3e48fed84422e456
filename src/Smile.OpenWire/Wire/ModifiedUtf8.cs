using System.Buffers;
using System.Text;

namespace Smile.OpenWire.Wire;

/// <summary>
/// Java's "modified UTF-8": NUL takes two bytes, and a character beyond the basic plane is two surrogates of three bytes each.
/// .NET's UTF-8 would write four bytes for an emoji, which the Java client refuses to read.
/// </summary>
internal static class ModifiedUtf8
{
    public static int CountBytes(ReadOnlySpan<char> text)
    {
        var count = 0;
        foreach (var unit in text)
        {
            count = checked(count + ByteLength(unit));
        }

        return count;
    }

    /// <summary>Writes the text; <paramref name="destination"/> has exactly the counted length.</summary>
    public static void Write(ReadOnlySpan<char> text, Span<byte> destination)
    {
        if (destination.Length == text.Length)
        {
            // One byte each means ASCII without NUL, which is nearly every string we send.
            Ascii.FromUtf16(text, destination, out _);
            return;
        }

        var at = 0;
        foreach (var unit in text)
        {
            switch (ByteLength(unit))
            {
                case 1:
                    destination[at++] = (byte)unit;
                    break;
                case 2:
                    destination[at++] = (byte)(0xC0 | (unit >> 6));
                    destination[at++] = (byte)(0x80 | (unit & 0x3F));
                    break;
                default:
                    destination[at++] = (byte)(0xE0 | (unit >> 12));
                    destination[at++] = (byte)(0x80 | ((unit >> 6) & 0x3F));
                    destination[at++] = (byte)(0x80 | (unit & 0x3F));
                    break;
            }
        }
    }

    public static string Read(ReadOnlySpan<byte> source)
    {
        if (Ascii.IsValid(source))
        {
            return Encoding.ASCII.GetString(source);
        }

        var units = new char[source.Length];
        var length = 0;
        var at = 0;
        while (at < source.Length)
        {
            // The broker hands on a STOMP client's text as it came, and that is standard UTF-8: four bytes for a character beyond the basic
            // plane.
            if ((source[at] & 0xF8) == 0xF0)
            {
                if (Rune.DecodeFromUtf8(source[at..], out var rune, out var consumed) != OperationStatus.Done)
                {
                    throw new WireException("A string is neither modified nor standard UTF-8.");
                }

                length += rune.EncodeToUtf16(units.AsSpan(length));
                at += consumed;
                continue;
            }

            units[length++] = ReadUnit(source, ref at);
        }

        return new string(units, 0, length);
    }

    private static char ReadUnit(ReadOnlySpan<byte> source, ref int at)
    {
        var first = source[at++];
        if (first < 0x80)
        {
            return (char)first;
        }

        if ((first & 0xE0) == 0xC0)
        {
            return (char)(((first & 0x1F) << 6) | Continuation(source, ref at));
        }

        if ((first & 0xF0) == 0xE0)
        {
            var middle = Continuation(source, ref at);
            return (char)(((first & 0x0F) << 12) | (middle << 6) | Continuation(source, ref at));
        }

        throw new WireException("A string is not modified UTF-8.");
    }

    private static int Continuation(ReadOnlySpan<byte> source, ref int at)
    {
        if (at >= source.Length || (source[at] & 0xC0) != 0x80)
        {
            throw new WireException("A string is not modified UTF-8.");
        }

        return source[at++] & 0x3F;
    }

    private static int ByteLength(char unit) =>
        unit switch
        {
            '\0' => 2,
            < '\u0080' => 1,
            < '\u0800' => 2,
            _ => 3,
        };
}
