using System.Xml.Linq;

namespace Smile.Conformance.Running;

/// <summary>An order as the server answered it.</summary>
internal sealed record PlacedOrder(string Number, string AccountUsn, IReadOnlyList<string> Subscriptions, string Username);

/// <summary>Orders accounts with raw envelopes, so that a failure is the server's and no SOAP library's.</summary>
internal sealed class OrderingClient : IDisposable
{
    private static readonly XNamespace Data = RawSoap.Data;

    private readonly RawSoap _soap;

    public OrderingClient(SmileProcess server) => _soap = new RawSoap(server);

    /// <summary>Orders package 300: an account with two subscriptions, complete at once, announced with nine messages.</summary>
    /// <exception cref="HttpRequestException">There was no answer.</exception>
    public Task<PlacedOrder> OrderPortalCustomerAsync(string username) =>
        OrderAsync(
            300,
            1,
            username,
            Text("username", username),
            Text("contactGiven", "Joe"),
            Text("contactFamily", "Smith"),
            Text("emailAddress", "joe@example.com"),
            Text("catUsername", username + "@example.com"),
            Text("catPassword", "open sesame")
        );

    /// <summary>Orders package 192: an account with an ADSL line, which waits for its provider, and telephones.</summary>
    public Task<PlacedOrder> OrderAdslAsync(string username) =>
        OrderAsync(
            192,
            812,
            username,
            Text("username", username),
            "<Integer name=\"phoneLines\">1</Integer>",
            Text("contactGiven", "Joe"),
            Text("contactFamily", "Smith")
        );

    /// <summary>Reads an order; null where there is none.</summary>
    public async Task<PlacedOrder?> FindOrderAsync(PlacedOrder order)
    {
        var answer = await CallAsync("getOrder", $"<orderNumber>{order.Number}</orderNumber>", mayBeRefused: true);
        return answer.Descendants(Data + "OrderDetails").Any() ? Read(answer, order.Username) : null;
    }

    public void Dispose() => _soap.Dispose();

    private static PlacedOrder Read(XElement answer, string username) =>
        new(
            answer.Descendants(Data + "OrderNumber").Single().Value,
            answer.Descendants(Data + "AccountUSN").Single().Value,
            [.. answer.Descendants(Data + "Subscription").Select(subscription => subscription.Element(Data + "USN")!.Value)],
            username
        );

    private static string Text(string name, string value) => $"<String name=\"{name}\">{value}</String>";

    private async Task<PlacedOrder> OrderAsync(int package, int plan, string username, params string[] fields) =>
        Read(
            await CallAsync(
                "orderAccount",
                $"""
                <Order xmlns="{Data}">
                  <Package>{package}</Package><PackagePlan>{plan}</PackagePlan><OrderForm><Object>{string.Concat(
                    fields
                )}</Object></OrderForm>
                </Order>
                """
            ),
            username
        );

    private async Task<XElement> CallAsync(string operation, string parameters, bool mayBeRefused = false)
    {
        var answer = await _soap.CallAsync("order", operation, parameters);
        Assert.True(answer.Fault is null || mayBeRefused, $"{operation} was refused, {answer.Fault}: {answer.Message}");
        return answer.Envelope;
    }
}
