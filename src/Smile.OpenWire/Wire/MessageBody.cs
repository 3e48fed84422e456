using System.IO.Compression;
using System.Text;

namespace Smile.OpenWire.Wire;

/// <summary>Turns what came over the wire into a text message.</summary>
internal static class MessageBody
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="WireException">The message is not text, or is damaged.</exception>
    public static TextMessage ToText(IncomingMessage message, int maxBytes) =>
        new(ReadText(message, maxBytes), PropertyMap.Read(message.Properties))
        {
            GroupId = message.GroupId,
            MessageType = message.MessageType,
            CorrelationId = message.CorrelationId,
            Timestamp = ToTime(message.Timestamp),
        };

    private static string ReadText(IncomingMessage message, int maxBytes)
    {
        if (message.Content.Length == 0)
        {
            return "";
        }

        switch (message.Type)
        {
            case WireType.TextMessage:
                var text = new FrameReader(message.Compressed ? Inflate(message.Content, maxBytes) : message.Content);
                return text.ReadBigString() ?? "";
            case WireType.BytesMessage when !message.Compressed:
                // STOMP clients that send a content length make bytes messages of their text.
                return ReadBytes(message.Content);
            case WireType.Message:
                return "";
            default:
                throw new WireException($"A {message.Type} is not text.");
        }
    }

    /// <summary>
    /// Text as a client put its bytes: with a byte order mark or without, in UTF-8, or in ISO-8859-1 where its XML declaration says so.
    /// </summary>
    private static string ReadBytes(byte[] content)
    {
        var (encoding, markLength) = content switch
        {
            [0xEF, 0xBB, 0xBF, ..] => (Strict, 3),
            [0xFF, 0xFE, ..] => (Encoding.Unicode, 2),
            [0xFE, 0xFF, ..] => (Encoding.BigEndianUnicode, 2),
            _ => (DeclaresLatin1(content) ? Encoding.Latin1 : Strict, 0),
        };
        try
        {
            return encoding.GetString(content.AsSpan(markLength));
        }
        catch (DecoderFallbackException)
        {
            throw new WireException("A bytes message is not UTF-8 text.");
        }
    }

    private static bool DeclaresLatin1(byte[] content)
    {
        const int longestDeclaration = 256;
        var start = Encoding.Latin1.GetString(content.AsSpan(0, Math.Min(content.Length, longestDeclaration)));
        var end = start.IndexOf("?>", StringComparison.Ordinal);
        return start.StartsWith("<?xml", StringComparison.Ordinal)
            && end > 0
            && start[..end].Contains("iso-8859-1", StringComparison.OrdinalIgnoreCase);
    }

    private static byte[] Inflate(byte[] content, int maxBytes)
    {
        try
        {
            using var inflater = new ZLibStream(new MemoryStream(content, writable: false), CompressionMode.Decompress);
            var inflated = new MemoryStream();
            Span<byte> chunk = stackalloc byte[4096];
            for (var read = inflater.Read(chunk); read > 0; read = inflater.Read(chunk))
            {
                if (inflated.Length + read > maxBytes)
                {
                    throw new WireException($"A compressed message is longer than {maxBytes} bytes.");
                }

                inflated.Write(chunk[..read]);
            }

            return inflated.ToArray();
        }
        catch (InvalidDataException)
        {
            throw new WireException("A compressed message is damaged.");
        }
    }

    private static DateTimeOffset ToTime(long milliseconds) =>
        milliseconds >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds() && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : DateTimeOffset.UnixEpoch;
}
