using System.Net.Http.Headers;
using System.Text;
using System.Xml.Linq;
using Smile.Testing;

namespace Smile.Conformance.Running;

/// <summary>An answer: the envelope, and where it is a fault the fault's name and message.</summary>
/// <param name="Fault">Local name of the declared fault; "undeclared" for a fault without one; null for none.</param>
internal sealed record RawAnswer(XElement Envelope, string? Fault, string Message);

/// <summary>Sends raw envelopes, so that a failure is the server's and no SOAP library's.</summary>
internal sealed class RawSoap : IDisposable
{
    public const string Data = "http://xml.inomial.com/smile/2.xsd";

    private static readonly XNamespace Soap = "http://schemas.xmlsoap.org/soap/envelope/";

    private readonly HttpClient _http;

    public RawSoap(SmileProcess server)
    {
        _http = new HttpClient { BaseAddress = new Uri(server.Endpoints), Timeout = Until.Patience };
        var credentials = Encoding.UTF8.GetBytes($"{PreparedDatabases.UserName}:{PreparedDatabases.Password}");
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(credentials));
    }

    /// <param name="parameters">As markup: simple parameters without a namespace, documents with theirs.</param>
    /// <exception cref="HttpRequestException">There was no answer.</exception>
    public async Task<RawAnswer> CallAsync(string endpoint, string operation, string parameters)
    {
        using var content = new StringContent(
            $"<S:Envelope xmlns:S=\"{Soap}\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><S:Body><w:{operation} "
                + $"xmlns:w=\"http://ws.inomial.com/smile.2\">{parameters}</w:{operation}></S:Body></S:Envelope>",
            Encoding.UTF8,
            "text/xml"
        );
        using var response = await _http.PostAsync(endpoint, content);
        var envelope = XElement.Parse(await response.Content.ReadAsStringAsync());
        var fault = envelope.Element(Soap + "Body")!.Element(Soap + "Fault");
        return new RawAnswer(
            envelope,
            fault is null ? null : fault.Element("detail")?.Elements().Single().Name.LocalName ?? "undeclared",
            fault?.Element("faultstring")?.Value ?? ""
        );
    }

    public void Dispose() => _http.Dispose();
}
