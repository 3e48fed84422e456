using System.Buffers;
using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Http;
using Smile.Soap.Xml;

namespace Smile.Soap;

/// <summary>
/// A request's body as UTF-8 XML in a pooled buffer, decompressed and recoded, within the bounds of <see cref="SoapOptions"/>.
/// </summary>
internal sealed class SoapBody : IDisposable
{
    private static readonly UnicodeEncoding LittleEndian = new(bigEndian: false, byteOrderMark: false, throwOnInvalidBytes: true);
    private static readonly UnicodeEncoding BigEndian = new(bigEndian: true, byteOrderMark: false, throwOnInvalidBytes: true);

    // What older clients of western Europe's Windows write without being asked; the euro sign is in both.
    private static readonly Encoding Windows1252 = CodePage(1252);
    private static readonly Encoding Latin9 = CodePage(28605);

    private byte[] _buffer;

    private SoapBody(byte[] buffer, int length)
    {
        _buffer = buffer;
        Length = length;
    }

    private static ReadOnlySpan<byte> DeclarationStart => "<?xml"u8;

    public byte[] Buffer => _buffer;

    public int Length { get; private set; }

    public int Offset { get; private set; }

    public static async Task<SoapBody> ReadAsync(HttpRequest request, SoapOptions options, CancellationToken cancellation)
    {
        if (request.ContentLength > options.MaxBodyBytes)
        {
            throw TooLarge(options);
        }

        var charset = CheckContentType(request.ContentType);
        var encoding = request.Headers.ContentEncoding.ToString().Trim();
        SoapBody body;
        switch (encoding.ToLowerInvariant())
        {
            case "" or "identity":
                body = await FillAsync(request.Body, (int?)request.ContentLength ?? 0, options.MaxBodyBytes, options, cancellation)
                    .ConfigureAwait(false);
                break;
            case "gzip" or "x-gzip":
                using (
                    var compressed = await FillAsync(
                            request.Body,
                            (int?)request.ContentLength ?? 0,
                            options.MaxBodyBytes,
                            options,
                            cancellation
                        )
                        .ConfigureAwait(false)
                )
                {
                    body = await DecompressAsync(compressed, options, cancellation).ConfigureAwait(false);
                }

                break;
            default:
                throw SoapFaultException.Malformed(
                    $"The content encoding '{Echo.Of(encoding, 60)}' is not supported: send the body plain or with gzip.",
                    StatusCodes.Status415UnsupportedMediaType
                );
        }

        try
        {
            body.Recode(charset);
            return body;
        }
        catch (DecoderFallbackException)
        {
            body.Dispose();
            throw SoapFaultException.Malformed("The body is not text in the encoding that it states.", StatusCodes.Status400BadRequest);
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        var buffer = _buffer;
        _buffer = [];
        if (buffer.Length > 0)
        {
            // Bodies may hold passwords and card numbers: what is pooled must not keep them.
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    private static string? CheckContentType(string? contentType)
    {
        // What nearly all clients send needs no parsing.
        if (contentType is "text/xml; charset=utf-8" or "text/xml; charset=UTF-8" or "text/xml;charset=UTF-8" or "text/xml;charset=utf-8")
        {
            return "utf-8";
        }

        if (string.IsNullOrEmpty(contentType))
        {
            throw SoapFaultException.Malformed(
                "The request has no Content-Type: send text/xml (SOAP 1.1) or application/soap+xml (SOAP 1.2).",
                StatusCodes.Status415UnsupportedMediaType
            );
        }

        if (
            !Microsoft.Net.Http.Headers.MediaTypeHeaderValue.TryParse(contentType, out var parsed)
            || !(
                parsed.MediaType.Equals("text/xml", StringComparison.OrdinalIgnoreCase)
                || parsed.MediaType.Equals("application/soap+xml", StringComparison.OrdinalIgnoreCase)
                || parsed.MediaType.Equals("application/xml", StringComparison.OrdinalIgnoreCase)
            )
        )
        {
            throw SoapFaultException.Malformed(
                $"The content type '{Echo.Of(contentType, 60)}' is not supported: send text/xml (SOAP 1.1) or application/soap+xml "
                    + $"(SOAP 1.2); attachments and MTOM are not taken.",
                StatusCodes.Status415UnsupportedMediaType
            );
        }

        return parsed.Charset.HasValue ? parsed.Charset.Value!.Trim('"', ' ') : null;
    }

    /// <param name="expected">How many bytes the source is said to have; 0 where that is not known.</param>
    private static async Task<SoapBody> FillAsync(
        Stream source,
        int expected,
        int limit,
        SoapOptions options,
        CancellationToken cancellation
    )
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Min(expected, limit) + 1, 4096));
        var length = 0;
        try
        {
            while (true)
            {
                if (length == buffer.Length)
                {
                    buffer = Grow(buffer, length);
                }

                var read = await source.ReadAsync(buffer.AsMemory(length), cancellation).ConfigureAwait(false);
                length += read;
                if (length > limit)
                {
                    throw TooLarge(options);
                }

                if (read == 0 || length == expected)
                {
                    return new SoapBody(buffer, length);
                }
            }
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
            throw;
        }
    }

    private static async Task<SoapBody> DecompressAsync(SoapBody compressed, SoapOptions options, CancellationToken cancellation)
    {
        var limit = (int)Math.Min(options.MaxBodyBytes, Math.Max((long)compressed.Length * options.MaxCompressionRatio, 4096));
        try
        {
            await using var plain = new GZipStream(
                new MemoryStream(compressed.Buffer, 0, compressed.Length, writable: false),
                CompressionMode.Decompress
            );
            return await FillAsync(plain, 0, limit, options, cancellation).ConfigureAwait(false);
        }
        catch (InvalidDataException)
        {
            throw SoapFaultException.Malformed("The body is not valid gzip data.", StatusCodes.Status400BadRequest);
        }
    }

    /// <summary>Turns bodies in other encodings into UTF-8, which the XML reader takes; skips a byte order mark.</summary>
    private void Recode(string? charset)
    {
        var bytes = _buffer.AsSpan(0, Length);
        var (encoding, markLength) = bytes switch
        {
            [0xEF, 0xBB, 0xBF, ..] => (Encoding.UTF8, 3),
            [0xFF, 0xFE, ..] => (LittleEndian, 2),
            [0xFE, 0xFF, ..] => (BigEndian, 2),
            [(byte)'<', 0, ..] => (LittleEndian, 0),
            [0, (byte)'<', ..] => (BigEndian, 0),
            _ => (null, 0),
        };
        var declarationEnd = encoding is null || encoding == Encoding.UTF8 ? DeclarationEnd(bytes[markLength..]) : 0;
        encoding ??= Named(charset ?? DeclaredEncoding(bytes[..declarationEnd]));
        if (encoding == Encoding.UTF8)
        {
            // The declaration is skipped: its encoding has been honoured, and a charset of the content type outranks it.
            Offset = markLength + declarationEnd;
            Length -= Offset;
            RefuseSecondDeclaration(_buffer.AsSpan(Offset, Length).StartsWith(DeclarationStart) && declarationEnd > 0);
            return;
        }

        var text = encoding.GetString(bytes[markLength..]);
        var start =
            text.StartsWith("<?xml", StringComparison.Ordinal) && text.Length > 5 && char.IsWhiteSpace(text[5])
                ? text.IndexOf("?>", StringComparison.Ordinal) + 2
                : 0;
        RefuseSecondDeclaration(start > 0 && text.AsSpan(start).StartsWith("<?xml"));
        var recoded = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        var length = Encoding.UTF8.GetBytes(text.AsSpan(start), recoded);
        ArrayPool<byte>.Shared.Return(_buffer, clearArray: true);
        (_buffer, Length, Offset) = (recoded, length, 0);
    }

    private static int DeclarationEnd(ReadOnlySpan<byte> bytes)
    {
        if (
            !bytes.StartsWith(DeclarationStart)
            || bytes.Length == DeclarationStart.Length
            || !char.IsWhiteSpace((char)bytes[DeclarationStart.Length])
        )
        {
            return 0;
        }

        const int longestDeclaration = 256;
        var end = bytes[..Math.Min(bytes.Length, longestDeclaration)].IndexOf("?>"u8);
        return end < 0 ? throw SoapFaultException.Malformed("The XML declaration does not end.", StatusCodes.Status400BadRequest) : end + 2;
    }

    /// <summary>The first declaration is skipped here, so the reader would take a second one for the first.</summary>
    private static void RefuseSecondDeclaration(bool isThere)
    {
        if (isThere)
        {
            throw SoapFaultException.Malformed("The XML declaration is given twice.");
        }
    }

    private static string? DeclaredEncoding(ReadOnlySpan<byte> declaration)
    {
        var text = Encoding.Latin1.GetString(declaration);
        var at = text.IndexOf("encoding", StringComparison.Ordinal);
        if (at < 0)
        {
            return null;
        }

        var quote = text.AsSpan(at).IndexOfAny('"', '\'');
        if (quote < 0)
        {
            return null;
        }

        var rest = text[(at + quote + 1)..];
        var close = rest.AsSpan().IndexOfAny('"', '\'');
        return close < 0 ? null : rest[..close];
    }

    private static Encoding Named(string? name) =>
        name?.ToUpperInvariant() switch
        {
            null or "" or "UTF-8" or "UTF8" or "US-ASCII" or "ASCII" => Encoding.UTF8,
            "ISO-8859-1" or "LATIN1" => Encoding.Latin1,
            "WINDOWS-1252" or "CP1252" or "CP-1252" => Windows1252,
            "ISO-8859-15" or "LATIN9" or "LATIN-9" => Latin9,
            "UTF-16" or "UTF-16LE" => LittleEndian,
            "UTF-16BE" => BigEndian,
            _ => throw SoapFaultException.Malformed(
                $"The character encoding '{Echo.Of(name, 60)}' is not supported: send UTF-8, UTF-16, ISO-8859-1, ISO-8859-15 or "
                    + $"windows-1252.",
                StatusCodes.Status415UnsupportedMediaType
            ),
        };

    private static Encoding CodePage(int number) =>
        CodePagesEncodingProvider.Instance.GetEncoding(number, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)
        ?? throw new InvalidOperationException($"This runtime does not have code page {number}.");

    private static byte[] Grow(byte[] buffer, int length)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        return larger;
    }

    private static SoapFaultException TooLarge(SoapOptions options) =>
        SoapFaultException.Malformed(
            $"The request is too large: at most {options.MaxBodyBytes} bytes are taken, decompressed at most "
                + $"{options.MaxCompressionRatio} times.",
            StatusCodes.Status413PayloadTooLarge
        );
}
