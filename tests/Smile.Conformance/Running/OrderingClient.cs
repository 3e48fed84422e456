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
        var credentials = Encoding.UTF8.GetBytes($"{PreparedDatabases.UserName}:{PreparedDatabases.Password}");
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(credentials));
    }

    /// <summary>Orders package 300: an account with two subscriptions, complete at once, announced with nine messages.</summary>
    /// <exception cref="HttpRequestException">There was no answer.</exception>
    public Task<PlacedOrder> OrderPortalCustomerAsync(string username) => OrderAsync(
        300, 1, username, Text("username", username), Text("contactGiven", "Joe"), Text("contactFamily", "Smith"), Text("emailAddress", "joe@example.com"),
        Text("catUsername", username + "@example.com"), Text("catPassword", "open sesame"));

    /// <summary>Orders package 192: an account with an ADSL line, which waits for its provider, and telephones.</summary>
    public Task<PlacedOrder> OrderAdslAsync(string username) => OrderAsync(
        192, 812, username, Text("username", username), "<Integer name=\"phoneLines\">1</Integer>", Text("contactGiven", "Joe"), Text("contactFamily", "Smith"));

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

    private static string Text(string name, string value) => $"<String name=\"{name}\">{value}</String>";

    private async Task<PlacedOrder> OrderAsync(int package, int plan, string username, params string[] fields) => Read(
        await CallAsync($"""
            <w:orderAccount xmlns:w="http://ws.inomial.com/smile.2"><Order xmlns="{Data}">
              <Package>{package}</Package><PackagePlan>{plan}</PackagePlan><OrderForm><Object>{string.Concat(fields)}</Object></OrderForm>
            </Order></w:orderAccount>
            """),
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
