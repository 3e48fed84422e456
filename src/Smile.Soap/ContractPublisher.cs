using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Smile.Soap;

/// <summary>
/// Publishes the contract's files: <c>?wsdl</c> and <c>?xsd=N</c> on each endpoint. The files are static; only the service's address
/// and the schema locations are written anew, absolute, because a bare <c>?xsd=1</c> breaks some client generators.
/// </summary>
public sealed partial class ContractPublisher
{
    private readonly Dictionary<string, string> _wsdl;
    private readonly string[] _schemaNames;
    private readonly string[] _schemas;

    /// <param name="files">File name and text of every <c>.wsdl</c> and <c>.xsd</c> file.</param>
    /// <param name="firstSchema">The schema that is published as <c>?xsd=1</c>; the others follow in the order of their names.</param>
    public ContractPublisher(IReadOnlyDictionary<string, string> files, string firstSchema)
    {
        _wsdl = files
            .Where(file => file.Key.EndsWith(".wsdl", StringComparison.Ordinal))
            .ToDictionary(file => file.Key, file => file.Value);
        _schemaNames =
        [
            .. files
                .Keys.Where(name => name.EndsWith(".xsd", StringComparison.Ordinal))
                .OrderBy(name => name == firstSchema ? 0 : 1)
                .ThenBy(name => name, StringComparer.Ordinal),
        ];
        _schemas = [.. _schemaNames.Select(name => files[name])];
    }

    /// <summary>Answers a GET or a HEAD: the WSDL, a schema, 304 where the caller has it, or 404.</summary>
    public async Task PublishAsync(HttpContext context, SoapEndpoint endpoint)
    {
        var request = context.Request;
        var address = $"{request.Scheme}://{request.Host}{request.PathBase}{request.Path}";
        string? text = null;
        if (request.Query.Keys.Any(key => key.Equals("wsdl", StringComparison.OrdinalIgnoreCase)))
        {
            text = _wsdl[endpoint.WsdlFile];
        }
        else if (
            request.Query.TryGetValue("xsd", out var number)
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            && index >= 1
            && index <= _schemas.Length
        )
        {
            text = _schemas[index - 1];
        }

        if (text is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            context.Response.ContentType = "text/plain; charset=utf-8";
            await WriteAsync(context, Encoding.UTF8.GetBytes($"Ask for {address}?wsdl or {address}?xsd=1, or POST a SOAP envelope."))
                .ConfigureAwait(false);
            return;
        }

        var escaped = System.Security.SecurityElement.Escape(address);
        var published = SchemaLocation()
            .Replace(text, match => $"schemaLocation=\"{escaped}?xsd={Array.IndexOf(_schemaNames, match.Groups[1].Value) + 1}\"");
        published = ServiceAddress().Replace(published, $"$1{escaped.Replace("$", "$$", StringComparison.Ordinal)}\"");
        var bytes = Encoding.UTF8.GetBytes(published);
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 16))}\"", isWeak: true);
        context.Response.GetTypedHeaders().ETag = tag;
        if (
            request
                .GetTypedHeaders()
                .IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: false) || known.Equals(EntityTagHeaderValue.Any))
        )
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        context.Response.ContentType = "text/xml; charset=utf-8";
        await WriteAsync(context, bytes).ConfigureAwait(false);
    }

    /// <summary>A HEAD is answered as the GET would be, without its body.</summary>
    private static async Task WriteAsync(HttpContext context, byte[] body)
    {
        if (HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.ContentLength = body.Length;
            return;
        }

        await context.Response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
    }

    [GeneratedRegex("schemaLocation=\"([^\"]+)\"")]
    private static partial Regex SchemaLocation();

    [GeneratedRegex("(<soap:address location=\")[^\"]*\"")]
    private static partial Regex ServiceAddress();
}
