using System.Net.Http.Headers;
using System.Text;
using System.Xml.Linq;

namespace Smile.Conformance.Running;

/// <summary>An order as the server answered it.</summary>
internal sealed record PlacedOrder(string Number, string AccountUsn, IReadOnlyList<string> Subscriptions, string Username);

/// <summary>Orders accounts with raw envelopes, so that a failure is the server's and no SOAP library's.</summary>
internal sealed class OrderingClient : IDisposable
{
    private static readonly XNamespace Data = "http://xml.inomial.com/smile/2.xsd";

    private readonly HttpClient _http;

    public OrderingClient(SmileProcess server)
    {
        _http = new HttpClient { BaseAddress = new Uri(server.Endpoints), Timeout = TimeSpan.FromSeconds(30) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{PreparedDatabases.UserName}:{PreparedDatabases.Password}")));
    }

    /// <summary>Orders package 300: an account with two subscriptions, complete at once, announced with nine messages.</summary>
    /// <exception cref="HttpRequestException">There was no answer.</exception>
    public async Task<PlacedOrder> OrderPortalCustomerAsync(string username)
    {
        var fields = new Dictionary<string, string>
        {
            ["username"] = username, ["contactGiven"] = "Joe", ["contactFamily"] = "Smith", ["emailAddress"] = "joe@example.com", ["catUsername"] = username + "@example.com", ["catPassword"] = "open sesame",
        };
        var form = string.Concat(fields.Select(field => $"<String name=\"{field.Key}\">{field.Value}</String>"));
        return Read(
            await CallAsync($"<w:orderAccount xmlns:w=\"http://ws.inomial.com/smile.2\"><Order xmlns=\"{Data}\"><Package>300</Package><PackagePlan>1</PackagePlan><OrderForm><Object>{form}</Object></OrderForm></Order></w:orderAccount>"),
            username);
    }

    /// <summary>Reads an order; null where there is none.</summary>
    public async Task<PlacedOrder?> FindOrderAsync(PlacedOrder order)
    {
        var answer = await CallAsync($"<w:getOrder xmlns:w=\"http://ws.inomial.com/smile.2\"><orderNumber>{order.Number}</orderNumber></w:getOrder>", mayBeRefused: true);
        return answer.Descendants(Data + "OrderDetails").Any() ? Read(answer, order.Username) : null;
    }

    public void Dispose() => _http.Dispose();

    private static PlacedOrder Read(XElement answer, string username) => new(
        answer.Descendants(Data + "OrderNumber").Single().Value,
        answer.Descendants(Data + "AccountUSN").Single().Value,
        [.. answer.Descendants(Data + "Subscription").Select(subscription => subscription.Element(Data + "USN")!.Value)],
        username);

    private async Task<XElement> CallAsync(string wrapper, bool mayBeRefused = false)
    {
        using var content = new StringContent($"<S:Envelope xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\"><S:Body>{wrapper}</S:Body></S:Envelope>", Encoding.UTF8, "text/xml");
        using var response = await _http.PostAsync("order", content);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode || mayBeRefused, $"The order endpoint answered {(int)response.StatusCode}: {text}");
        return XElement.Parse(text);
    }
}
