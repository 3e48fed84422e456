using System.Net;
using System.Xml.Linq;

namespace Smile.Soap.Tests.Hosting;

/// <summary>An answer, taken apart.</summary>
internal sealed record SoapAnswer(HttpStatusCode Status, string ContentType, string Text, string CorrelationId, string Challenge)
{
    private static readonly XNamespace Soap11 = Envelopes.Soap11Namespace;
    private static readonly XNamespace Soap12 = Envelopes.Soap12Namespace;

    public XElement Body => XDocument.Parse(Text, LoadOptions.PreserveWhitespace).Root!.Elements().Single();

    /// <summary>The text of a simple result.</summary>
    public string Result
    {
        get
        {
            Assert.True(Status == HttpStatusCode.OK, $"{Status}: {Text}");
            return Body.Elements().Single().Elements("return").Single().Value;
        }
    }

    public string FaultCode => Fault.Element("faultcode")?.Value ?? Fault.Element(Soap12 + "Code")!.Element(Soap12 + "Value")!.Value;

    public string FaultText => Fault.Element("faultstring")?.Value ?? Fault.Element(Soap12 + "Reason")!.Element(Soap12 + "Text")!.Value;

    /// <summary>Local name of the fault in the detail; empty for a malformed request.</summary>
    public string FaultName => (Fault.Element("detail") ?? Fault.Element(Soap12 + "Detail"))?.Elements().Single().Name.LocalName ?? "";

    private XElement Fault =>
        Body.Element(Soap11 + "Fault")
        ?? Body.Element(Soap12 + "Fault")
        ?? throw new InvalidOperationException($"Not a fault but {Status}: {Text}");

    public static async Task<SoapAnswer> FromAsync(HttpResponseMessage response) =>
        new(
            response.StatusCode,
            response.Content.Headers.ContentType?.ToString() ?? "",
            await response.Content.ReadAsStringAsync(),
            response.Headers.TryGetValues(SoapRequestHandler.CorrelationHeader, out var ids) ? ids.Single() : "",
            response.Headers.WwwAuthenticate.ToString()
        );

    /// <summary>Asserts that a value was refused with a fault that the operation declares, and that the message tells why.</summary>
    public void AssertInvalid(string part)
    {
        Assert.Equal("S:Server", FaultCode);
        Assert.NotEqual("", FaultName);
        Assert.Contains(part, FaultText, StringComparison.Ordinal);
    }

    /// <summary>Asserts that the request was refused as malformed, and that the message tells why.</summary>
    public void AssertMalformed(string part)
    {
        Assert.Equal("S:Client", FaultCode);
        Assert.Equal("", FaultName);
        Assert.Contains(part, FaultText, StringComparison.Ordinal);
    }
}
