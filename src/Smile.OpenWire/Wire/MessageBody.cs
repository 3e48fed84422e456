using System.IO.Compression;
using System.Text;

namespace Smile.OpenWire.Wire;

/// <summary>Turns what came over the wire into a text message.</summary>
internal static class MessageBody
{
    /// <exception cref="WireException">The message is not text, or is damaged.</exception>
    public static TextMessage ToText(IncomingMessage message, int maxBytes) => new(ReadText(message, maxBytes), PropertyMap.Read(message.Properties))
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
                return ReadUtf8(message.Content);
            case WireType.Message:
                return "";
            default:
                throw new WireException($"A {message.Type} is not text.");
        }
    }

    private static string ReadUtf8(byte[] content)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(content);
        }
        catch (DecoderFallbackException)
        {
            throw new WireException("A bytes message is not UTF-8 text.");
        }
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
