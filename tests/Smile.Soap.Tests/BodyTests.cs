using System.IO.Compression;
using System.Net;
using System.Text;
using Smile.Soap.Tests.Hosting;

namespace Smile.Soap.Tests;

/// <summary>Content types, character encodings, compression and size of a request's body.</summary>
[Collection(SoapServerGroup.Name)]
public sealed class BodyTests(SoapServer server)
{
    private const string Accents = "Zoë Müller";

    [Theory]
    [InlineData("multipart/related; type=\"application/xop+xml\"; boundary=x")]
    [InlineData("application/json")]
    [InlineData("text/plain")]
    [InlineData("text/xml2")]
    [InlineData("nonsense")]
    public async Task A_content_type_that_is_no_soap_is_refused(string contentType)
    {
        var answer = await server.PostAsync(SoapServer.Order, Encoding.UTF8.GetBytes(Envelopes.Soap11(Envelopes.Echo("a"))), contentType);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.Status);
        answer.AssertMalformed($"The content type '{contentType}' is not supported");
    }

    public static TheoryData<string, string, string, bool> Encodings =>
        new()
        {
            // encoding of the bytes, encoding that the declaration names, content type, byte order mark
            { "utf-8", "", "text/xml", false },
            { "utf-8", "UTF-8", "text/xml; charset=utf-8", true },
            { "utf-8", "", "text/xml; charset=\"UTF-8\"", true },
            { "utf-8", "utf-8", "text/xml; charset=US-ASCII", false },
            { "utf-16", "UTF-16", "text/xml", true },
            { "utf-16", "", "text/xml", true },
            { "utf-16", "", "text/xml; charset=utf-16", false },
            { "utf-16", "UTF-16", "text/xml; charset=utf-16le", false },
            { "utf-16BE", "UTF-16", "text/xml; charset=utf-16", true },
            { "utf-16BE", "", "text/xml; charset=utf-16be", false },
            { "utf-16BE", "", "text/xml", false },
            { "iso-8859-1", "ISO-8859-1", "text/xml", false },
            { "iso-8859-1", "", "text/xml; charset=iso-8859-1", false },
            { "iso-8859-1", "UTF-8", "text/xml; charset=ISO-8859-1", false },
            { "utf-8", "ISO-8859-1", "text/xml; charset=utf-8", false },
            { "windows-1252", "Windows-1252", "text/xml", false },
            { "windows-1252", "", "text/xml; charset=windows-1252", false },
            { "windows-1252", "UTF-8", "text/xml; charset=cp1252", false },
            { "iso-8859-15", "ISO-8859-15", "text/xml", false },
        };

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task A_body_is_read_in_its_encoding(string name, string declared, string contentType, bool hasMark)
    {
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
        var declaration = declared.Length == 0 ? "" : $"<?xml version=\"1.0\" encoding=\"{declared}\"?>\n";
        byte[] body =
        [
            .. hasMark ? encoding.GetPreamble() : [],
            .. encoding.GetBytes(declaration + Envelopes.Soap11(Envelopes.Echo(Accents))),
        ];

        var answer = await server.PostAsync(SoapServer.Order, body, contentType);

        Assert.Equal(Accents, answer.Result);
    }

    /// <summary>What the two encodings have and ISO-8859-1 has not: the euro sign, at different places.</summary>
    [Theory]
    [InlineData("windows-1252", 0x80)]
    [InlineData("ISO-8859-15", 0xA4)]
    public async Task The_euro_sign_is_read(string charset, byte euro)
    {
        byte[] body =
        [
            .. Encoding.ASCII.GetBytes(
                $"<?xml version='1.0' encoding='{charset}'?><s:Envelope xmlns:s='{Envelopes.Soap11Namespace}'><s:Body><echo "
                    + $"xmlns='http://ws.inomial.com/smile.2'><value>5 "
            ),
            euro,
            .. "</value></echo></s:Body></s:Envelope>"u8,
        ];

        Assert.Equal("5 \u20AC", (await server.PostAsync(SoapServer.Order, body, "text/xml")).Result);
    }

    [Theory]
    [InlineData("text/xml; charset=windows-1251", "")]
    [InlineData("text/xml; charset=utf-7", "")]
    [InlineData("text/xml", "<?xml version='1.0' encoding='EBCDIC'?>")]
    public async Task An_unknown_encoding_is_refused(string contentType, string declaration)
    {
        var answer = await server.PostAsync(
            SoapServer.Order,
            Encoding.UTF8.GetBytes(declaration + Envelopes.Soap11(Envelopes.Echo("a"))),
            contentType
        );

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.Status);
        answer.AssertMalformed("The character encoding");
    }

    public static TheoryData<byte[], string> BrokenText =>
        new()
        {
            { [0xE9], "utf-8" },
            { [0xC0, 0xAF], "utf-8" },
            { [0xED, 0xA0, 0x80], "utf-8" },
            { [0xF4, 0x90, 0x80, 0x80], "utf-8" },
            { [0xEF, 0xBF, 0xBF], "utf-8" },
            { [0x01], "utf-8" },
            { [0x00, 0xD8, 0x41, 0x00], "utf-16" },
            { [0x41], "utf-16" },
        };

    [Theory]
    [MemberData(nameof(BrokenText))]
    public async Task Bytes_that_are_not_text_in_the_encoding_are_refused(byte[] bytes, string name)
    {
        var encoding = Encoding.GetEncoding(name);
        var parts = Envelopes.Soap11(Envelopes.Echo("|")).Split('|');
        byte[] body = [.. encoding.GetBytes(parts[0]), .. bytes, .. encoding.GetBytes(parts[1])];

        var answer = await server.PostAsync(SoapServer.Order, body, $"text/xml; charset={name}");

        Assert.NotEqual(HttpStatusCode.OK, answer.Status);
        Assert.Equal("S:Client", answer.FaultCode);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused_before_it_is_read()
    {
        var answer = await server.PostAsync(SoapServer.Order, new byte[new SoapOptions().MaxBodyBytes + 1], "text/xml");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.Status);
        answer.AssertMalformed("The request is too large");
    }

    [Fact]
    public async Task A_body_over_the_limit_without_a_length_is_refused()
    {
        var body = Encoding.UTF8.GetBytes(Envelopes.Soap11(Envelopes.Echo("a")) + new string(' ', new SoapOptions().MaxBodyBytes));

        var answer = await server.PostAsync(SoapServer.Order, body, "text/xml", request => request.Headers.TransferEncodingChunked = true);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.Status);
    }

    [Fact]
    public async Task A_body_of_exactly_the_limit_is_read()
    {
        var envelope = Envelopes.Soap11(Envelopes.Echo("a"));
        var body = Encoding.UTF8.GetBytes(envelope + new string(' ', new SoapOptions().MaxBodyBytes - envelope.Length));

        Assert.Equal("a", (await server.PostAsync(SoapServer.Order, body, "text/xml")).Result);
    }

    [Fact]
    public async Task A_chunked_body_is_read()
    {
        var body = Encoding.UTF8.GetBytes(Envelopes.Soap11(Envelopes.Echo(Accents)));

        var answer = await server.PostAsync(SoapServer.Order, body, "text/xml", request => request.Headers.TransferEncodingChunked = true);

        Assert.Equal(Accents, answer.Result);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("GZIP")]
    [InlineData("x-gzip")]
    public async Task A_body_compressed_with_gzip_is_read(string encoding)
    {
        var answer = await PostCompressedAsync(Compress(Encoding.UTF8.GetBytes(Envelopes.Soap11(Envelopes.Echo(Accents)))), encoding);

        Assert.Equal(Accents, answer.Result);
    }

    [Theory]
    [InlineData(60_000_000)]
    [InlineData(2_000_000)]
    public async Task A_body_that_expands_too_much_is_refused(int size)
    {
        var compressed = Compress(Encoding.UTF8.GetBytes(Envelopes.Soap11(Envelopes.Echo("a")) + new string(' ', size)));
        Assert.True(compressed.Length * 100 < size, "The test must send a body that expands more than a hundred times.");

        var answer = await PostCompressedAsync(compressed, "gzip");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.Status);
    }

    [Fact]
    public async Task Garbage_that_says_it_is_gzip_is_refused()
    {
        var answer = await PostCompressedAsync(Encoding.UTF8.GetBytes(Envelopes.Soap11(Envelopes.Echo("a"))), "gzip");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        answer.AssertMalformed("not valid gzip data");
    }

    [Fact]
    public async Task A_compressed_body_that_breaks_off_is_refused()
    {
        var whole = Compress(Encoding.UTF8.GetBytes(Envelopes.Soap11(Envelopes.Echo(Accents))));

        var answer = await PostCompressedAsync(whole[..(whole.Length / 2)], "gzip");

        Assert.NotEqual(HttpStatusCode.OK, answer.Status);
        Assert.Equal("S:Client", answer.FaultCode);
    }

    [Theory]
    [InlineData("br")]
    [InlineData("deflate")]
    [InlineData("gzip, gzip")]
    public async Task Another_content_encoding_is_refused(string encoding)
    {
        var answer = await PostCompressedAsync(Compress([]), encoding);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.Status);
        answer.AssertMalformed($"The content encoding '{encoding}' is not supported");
    }

    private Task<SoapAnswer> PostCompressedAsync(byte[] body, string encoding) =>
        server.PostAsync(
            SoapServer.Order,
            body,
            "text/xml",
            request => request.Content!.Headers.TryAddWithoutValidation("Content-Encoding", encoding)
        );

    private static byte[] Compress(byte[] plain)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Optimal))
        {
            gzip.Write(plain);
        }

        return bytes.ToArray();
    }
}
