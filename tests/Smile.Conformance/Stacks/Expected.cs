using System.Text.Json;
using System.Xml.Linq;
using Smile.Contracts;

namespace Smile.Conformance.Stacks;

/// <summary>What every client stack must print, whatever it is written in.</summary>
internal static class Expected
{
    private static readonly XNamespace Wsdl = "http://schemas.xmlsoap.org/wsdl/";

    private static readonly int[] AdslAndVoip = [17, 15];

    /// <summary>The packages that the API user may order.</summary>
    public static IReadOnlyList<int> Packages { get; } = [192, 258, 61, 300, 301, 302, 303, 304, 305, 310, 311, 320];

    /// <summary>The paths of all endpoints.</summary>
    public static string[] Endpoints { get; } = [.. SmileEndpoints.All.Select(endpoint => endpoint.Path)];

    /// <summary>Every contract was read, and the stack found every operation in it.</summary>
    public static void AllContracts(IReadOnlyList<JsonElement> lines)
    {
        Assert.Equal(20, Endpoints.Length);
        var files = PublishedContract.ReadFiles();
        var published = Endpoints.Select(endpoint => $"{endpoint}: {Operations(files[endpoint.Replace('/', '-') + ".wsdl"])} operations");
        Assert.Equal(
            published,
            lines.Select(line => $"{line.GetProperty("contract").GetString()}: {line.GetProperty("operations").GetInt32()} operations")
        );
    }

    /// <summary>Echo, a list, an order with fields within fields, a typed fault, and the ordered account with its subscriptions.</summary>
    public static void AllCalls(IReadOnlyList<JsonElement> lines)
    {
        var ordered = lines.Single(line => line.GetProperty("call").GetString() == "orderAccount");
        var (orderNumber, accountUsn) = (ordered.GetProperty("orderNumber").GetString(), ordered.GetProperty("accountUsn").GetString());
        var subscriptions = lines[^1].GetProperty("subscriptions").EnumerateArray().Select(usn => usn.GetString()!).ToList();
        Assert.Equal(
            [
                Line(new { call = "echo", @return = "Hällo <&> 😀" }),
                Line(new { call = "getAvailableOrderForms", packages = Packages }),
                Line(
                    new
                    {
                        call = "orderAccount",
                        orderNumber,
                        accountUsn,
                        sids = AdslAndVoip,
                        secondaryContactName = "John Smith",
                    }
                ),
                Line(
                    new
                    {
                        call = "getOrderForm",
                        fault = "OrderException",
                        message = "NoSuchOrderFormException [pkgId=123]. Use getOrderForms() to discover available order forms",
                    }
                ),
                Line(
                    new
                    {
                        call = "get",
                        usn = accountUsn,
                        subscriptions,
                        secondaryContactNo = "+61395505665",
                    }
                ),
            ],
            lines.Select(line => Line(line))
        );
        Assert.Equal(2, subscriptions.Distinct().Count());
        Assert.All([accountUsn!, .. subscriptions], usn => Assert.Matches("^[0-9]{10}$", usn));
        Assert.Matches("^O[0-9]+$", orderNumber);
    }

    private static int Operations(string contract) =>
        XElement.Parse(contract).Elements(Wsdl + "portType").Elements(Wsdl + "operation").Count();

    private static string Line(object facts) => JsonSerializer.Serialize(facts);
}
