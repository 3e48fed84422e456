using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Xml.Linq;

namespace Smile.Server.Tests.Fixture;

/// <summary>A fault as a client sees it.</summary>
/// <param name="Element">Local name of the detail's element; null for a client fault.</param>
internal sealed record SoapFault(int StatusCode, string Code, string? Element, string Message);

/// <summary>
/// Calls operations as one API user. Every request that is meant to be good, and every answer, is validated against the published schema.
/// </summary>
internal sealed class SoapCaller : IDisposable
{
    private static readonly XNamespace Soap = "http://schemas.xmlsoap.org/soap/envelope/";

    private readonly HttpClient _http;
    private readonly string _prefix;

    public SoapCaller(Uri address, string username, string password, string prefix = "/smile/ws/v2/")
    {
        _http = new HttpClient { BaseAddress = address };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"{username}:{password}"))
        );
        _prefix = prefix;
    }

    /// <summary>A simple parameter.</summary>
    public static XElement P(string name, object value) => new(name, Convert.ToString(value, CultureInfo.InvariantCulture));

    /// <summary>A document of the data namespace, from text without namespaces.</summary>
    public static XElement Document(string xml)
    {
        var element = XElement.Parse(xml);
        foreach (var each in element.DescendantsAndSelf())
        {
            each.Name = ContractSchemas.Data + each.Name.LocalName;
        }

        return element;
    }

    /// <summary>Holds an answer to a document, whatever prefixes it is written with.</summary>
    public static void AssertSame(XElement expected, XElement? actual)
    {
        actual = new XElement(actual!);
        actual.DescendantsAndSelf().Attributes().Where(attribute => attribute.IsNamespaceDeclaration).Remove();
        Assert.Equal(expected.ToString(), actual.ToString());
    }

    /// <summary>Calls and gives the answer's content: the document, the return value, or null for none.</summary>
    public async Task<XElement?> CallAsync(string endpoint, string operation, params XElement[] parameters)
    {
        var wrapper = Wrapper(operation, parameters);
        ContractSchemas.Validate(endpoint, wrapper);
        var (status, body) = await PostAsync(endpoint, wrapper);
        var fault = body.Element(Soap + "Fault");
        Assert.True(fault is null, $"{operation} was refused: {fault}");
        Assert.Equal(200, status);
        var response = body.Elements().Single();
        Assert.Equal(ContractSchemas.Endpoint + (operation + "Response"), response.Name);
        ContractSchemas.Validate(endpoint, response);
        return response.Elements().FirstOrDefault();
    }

    /// <summary>Calls, and leaves the answer to be read as it comes.</summary>
    public async Task<HttpResponseMessage> OpenAsync(string endpoint, string operation, params XElement[] parameters)
    {
        using var content = Content(Wrapper(operation, parameters));
        using var request = new HttpRequestMessage(HttpMethod.Post, _prefix + endpoint) { Content = content };
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>Calls what must be refused.</summary>
    public async Task<SoapFault> RefusedAsync(string endpoint, string operation, params XElement[] parameters)
    {
        var (status, body) = await PostAsync(endpoint, Wrapper(operation, parameters));
        var fault = body.Element(Soap + "Fault");
        Assert.True(fault is not null, $"{operation} was not refused: {body}");
        var detail = fault.Element("detail")?.Elements().Single();
        var message = fault.Element("faultstring")!.Value;
        if (detail is not null)
        {
            Assert.Equal(message, detail.Element("message")!.Value);
            ContractSchemas.Validate(endpoint, detail);
        }

        return new SoapFault(status, fault.Element("faultcode")!.Value, detail?.Name.LocalName, message);
    }

    public void Dispose() => _http.Dispose();

    internal static XElement Wrapper(string operation, XElement[] parameters) =>
        new(
            ContractSchemas.Endpoint + operation,
            new XAttribute(XNamespace.Xmlns + "w", ContractSchemas.Endpoint),
            parameters.Cast<object>().ToArray()
        );

    private static StringContent Content(XElement wrapper) =>
        new(
            new XElement(Soap + "Envelope", new XElement(Soap + "Body", wrapper)).ToString(SaveOptions.DisableFormatting),
            Encoding.UTF8,
            "text/xml"
        );

    /// <summary>Calls with a whole wrapper, and gives the fault if there is one; how the server fails is not decided here.</summary>
    public async Task<SoapFault?> TryAsync(string endpoint, XElement wrapper)
    {
        var (status, body) = await PostAsync(endpoint, wrapper);
        return body.Element(Soap + "Fault") is { } fault
            ? new SoapFault(
                status,
                fault.Element("faultcode")!.Value,
                fault.Element("detail")?.Elements().Single().Name.LocalName,
                fault.Element("faultstring")!.Value
            )
            : null;
    }

    private async Task<(int Status, XElement Body)> PostAsync(string endpoint, XElement wrapper)
    {
        using var content = Content(wrapper);
        using var response = await _http.PostAsync(_prefix + endpoint, content);
        var text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, XElement.Parse(text).Element(Soap + "Body")!);
    }
}

/// <summary>Reads answers by path of local names.</summary>
internal static class AnswerPaths
{
    /// <summary>Text of the first element at a path such as <c>OrderedComponents/Subscription/USN</c>; null where there is none.</summary>
    public static string? At(this XElement? element, string path) => element.AllAt(path).FirstOrDefault()?.Value;

    public static IEnumerable<XElement> AllAt(this XElement? element, string path) =>
        path.Split('/')
            .Aggregate(
                element is null ? [] : new[] { element }.AsEnumerable(),
                (found, name) => found.SelectMany(each => each.Elements().Where(child => child.Name.LocalName == name))
            );

    /// <summary>A field of the document's Object by its name.</summary>
    public static string? Field(this XElement? element, string name) =>
        element?.Descendants().FirstOrDefault(each => each.Attribute("name")?.Value == name)?.Value;
}
