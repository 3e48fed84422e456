using System.Xml.Linq;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Fixture;

/// <summary>An account that a test has ordered, with its subscriptions in the package's order.</summary>
internal sealed record OrderedAccount(string OrderNumber, string Usn, IReadOnlyList<string> Subscriptions, string Username);

/// <summary>Orders of the example catalogue's packages.</summary>
internal static class Orders
{
    public const int AccountOnly = 258;
    public const int AdslWithVoip = 192;
    public const int AdslOnly = 61;
    public const int PortalCustomer = 300;
    public const int MobileNeedingApproval = 301;
    public const int BusinessNeedingApproval = 302;
    public const int Unpublished = 999;

    public static XElement Order(int package, int? plan, string fields, string? accountUsn = null) =>
        Document(
            $"<Order><Package>{package}</Package>{(accountUsn is null ? "" : $"<AccountUSN>{accountUsn}</AccountUSN>")}"
                + $"{(plan is null ? "" : $"<PackagePlan>{plan}</PackagePlan>")}<OrderForm><Object>{fields}</Object></OrderForm></Order>"
        );

    public static string Text(string name, string value) => $"<String name=\"{name}\">{value}</String>";

    /// <summary>The form of package 192.</summary>
    public static string AdslForm(string username) =>
        Text("username", username)
        + Text("contactGiven", "Joe")
        + Text("contactFamily", "Smith")
        + Text("emailAddress", "joe@example.com")
        + Text("companyName", "Example Telecom Ltd")
        + "<Integer name=\"phoneLines\">12</Integer>";

    public static string PortalForm(string username) =>
        Text("username", username)
        + Text("contactGiven", "Joe")
        + Text("contactFamily", "Smith")
        + Text("emailAddress", "joe@example.com")
        + Text("catUsername", username + "@example.com")
        + Text("catPassword", "pa55-" + username);

    /// <summary>An account with a portal login and a VOIP subscription, complete at once.</summary>
    public static async Task<OrderedAccount> PortalCustomerAsync(ServerFixture server)
    {
        var username = server.Unique("portal");
        var details = await server.Administrator.CallAsync("order", "orderAccount", Order(PortalCustomer, 1, PortalForm(username)));
        return Read(details, username);
    }

    /// <summary>An account with an ADSL subscription, which waits for its provider, and a VOIP subscription.</summary>
    public static async Task<OrderedAccount> AdslWithVoipAsync(ServerFixture server)
    {
        var username = server.Unique("adsl");
        var details = await server.Administrator.CallAsync("order", "orderAccount", Order(AdslWithVoip, 812, AdslForm(username)));
        return Read(details, username);
    }

    public static OrderedAccount Read(XElement? details, string username) =>
        new(
            details.At("OrderNumber")!,
            details.At("Order/AccountUSN")!,
            [.. details.AllAt("OrderedComponents/Subscription/USN").Select(usn => usn.Value)],
            username
        );
}
