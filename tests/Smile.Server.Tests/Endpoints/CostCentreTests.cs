using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Endpoints;

[Collection(ServerTests.Name)]
public sealed class CostCentreTests(ServerFixture server)
{
    private SoapCaller Api => server.Administrator;

    [Fact]
    public async Task Cost_centres_are_made_read_found_renamed_and_deleted()
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        var id = await CreateAsync(usn, "Melbourne Office");
        await CreateAsync(usn, "Sydney Marketing Office");
        Assert.Equal("Melbourne Office", (await Api.CallAsync("account", "getCostCentre", P("costCentreId", id))).At("Name"));
        Assert.Equal(2, (await Api.CallAsync("account", "getCostCentres", P("usn", usn))).AllAt("CostCentre").Count());
        Assert.Equal(
            "Sydney Marketing Office",
            (await Api.CallAsync("account", "findCostCentre", P("usn", usn), P("costCentreName", "sydney marketing"))).At("CostCentre/Name")
        );
        Assert.Empty((await Api.CallAsync("account", "findCostCentre", P("usn", usn), P("costCentreName", "Perth"))).AllAt("CostCentre"));

        Assert.Null(await Api.CallAsync("account", "updateCostCentre", Centre(id, usn, "Melbourne")));
        Assert.Equal("Melbourne", (await Api.CallAsync("account", "getCostCentre", P("costCentreId", id))).At("Name"));
        Assert.Null(await Api.CallAsync("account", "deleteCostCentre", P("costCentreId", id)));
        Assert.Equal("NoSuchItemException", (await Api.RefusedAsync("account", "getCostCentre", P("costCentreId", id))).Element);
        Assert.Equal(
            "administrator",
            await server.QueryAsync<string>(
                """
                SELECT username FROM audit_change JOIN subscription ON usn = audit_change.changed_by
                WHERE table_name = 'cost_centre' AND key = $1 AND action = 'DELETE'
                """,
                id
            )
        );
    }

    [Fact]
    public async Task A_name_is_used_once_in_an_account_whatever_its_case()
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        await CreateAsync(usn, "Marketing");
        var id = await CreateAsync(usn, "Research");
        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync("account", "createCostCentre", NewCentre(usn, "MARKETING"))).Element
        );
        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync("account", "updateCostCentre", Centre(id, usn, "marketing"))).Element
        );
        await CreateAsync((await PortalCustomerAsync(server)).Usn, "Marketing");
    }

    [Fact]
    public async Task Bad_cost_centres_are_refused()
    {
        var customer = await PortalCustomerAsync(server);
        var id = await CreateAsync(customer.Usn, "Marketing");
        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync("account", "createCostCentre", NewCentre(customer.Usn, " "))).Element
        );
        Assert.Equal("NoSuchItemException", (await Api.RefusedAsync("account", "createCostCentre", NewCentre("4711", "x"))).Element);
        Assert.Equal("NoSuchItemException", (await Api.RefusedAsync("account", "getCostCentres", P("usn", "4711"))).Element);
        Assert.Equal(
            "NoSuchItemException",
            (await Api.RefusedAsync("account", "findCostCentre", P("usn", "4711"), P("costCentreName", "x"))).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (await Api.RefusedAsync("account", "updateCostCentre", Centre("0", customer.Usn, "x"))).Element
        );
        Assert.Equal("NoSuchItemException", (await Api.RefusedAsync("account", "deleteCostCentre", P("costCentreId", 0))).Element);
        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync("account", "updateCostCentre", Centre(id, (await PortalCustomerAsync(server)).Usn, "x"))).Element
        );
        Assert.Equal(
            "InvalidRequestException",
            (
                await Api.RefusedAsync(
                    "account",
                    "updateCostCentre",
                    Document($"<CostCentre><CostCentreId>{id}</CostCentreId><AccountUSN>{customer.Usn}</AccountUSN></CostCentre>")
                )
            ).Element
        );
    }

    [Fact]
    public async Task An_account_has_at_most_500_cost_centres()
    {
        var usn = (await PortalCustomerAsync(server)).Usn;
        await server.QueryAsync<long>(
            """
            WITH made AS (INSERT INTO cost_centre (account_usn, name, changed_by) SELECT $1, 'Centre ' || n, 'test'
            FROM generate_series(1, 500) AS n RETURNING 1) SELECT count(*) FROM made
            """,
            usn
        );
        var fault = await Api.RefusedAsync("account", "createCostCentre", NewCentre(usn, "One more"));
        Assert.Equal("InvalidRequestException", fault.Element);
        Assert.Contains("500", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cost_centre_in_use_is_not_deleted()
    {
        var customer = await PortalCustomerAsync(server);
        var id = await CreateAsync(customer.Usn, "Used");
        Assert.Null(await Api.CallAsync("subscription", "setCostCentre", P("usn", customer.Subscriptions[1]), P("costCentreId", id)));
        Assert.Equal(
            id,
            (await Api.CallAsync("subscription", "get", P("usn", customer.Subscriptions[1])))
                .AllAt("CostCentre")
                .Single()
                .Attribute("key")!
                .Value
        );
        Assert.Equal(
            "UnsuccessfulRequestException",
            (await Api.RefusedAsync("account", "deleteCostCentre", P("costCentreId", id))).Element
        );
        Assert.Null(await Api.CallAsync("subscription", "setCostCentre", P("usn", customer.Subscriptions[1])));
        Assert.Empty((await Api.CallAsync("subscription", "get", P("usn", customer.Subscriptions[1]))).AllAt("CostCentre"));
        Assert.Null(await Api.CallAsync("account", "deleteCostCentre", P("costCentreId", id)));
        Assert.Equal(
            2,
            (await server.MessagesAsync(customer.Usn)).Count(message =>
                message.Type == "RatingConfigurationUpdated" && message.Body.Length == 0 && message.Headers["timestamp"] is long
            )
        );
    }

    [Fact]
    public async Task Others_cost_centres_are_not_found()
    {
        var id = await CreateAsync((await PortalCustomerAsync(server)).Usn, "Secret");
        var customer = await PortalCustomerAsync(server);
        using var own = await server.AddUserOfAccountAsync(customer.Usn);
        Assert.Equal("NoSuchItemException", (await own.RefusedAsync("account", "getCostCentre", P("costCentreId", id))).Element);
        Assert.Equal("NoSuchItemException", (await own.RefusedAsync("account", "deleteCostCentre", P("costCentreId", id))).Element);
        Assert.Equal("NoSuchItemException", (await own.RefusedAsync("account", "updateCostCentre", Centre(id, customer.Usn, "x"))).Element);
        Assert.Equal(
            "NoSuchItemException",
            (await own.RefusedAsync("subscription", "setCostCentre", P("usn", customer.Subscriptions[1]), P("costCentreId", id))).Element
        );
        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync("subscription", "setCostCentre", P("usn", customer.Subscriptions[1]), P("costCentreId", id))).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (await Api.RefusedAsync("subscription", "setCostCentre", P("usn", "4711"), P("costCentreId", id))).Element
        );
    }

    private static System.Xml.Linq.XElement NewCentre(string usn, string name) =>
        Document($"<NewCostCentre><AccountUSN>{usn}</AccountUSN><Name>{name}</Name></NewCostCentre>");

    private static System.Xml.Linq.XElement Centre(string id, string usn, string name) =>
        Document($"<CostCentre><CostCentreId>{id}</CostCentreId><AccountUSN>{usn}</AccountUSN><Name>{name}</Name></CostCentre>");

    private async Task<string> CreateAsync(string usn, string name) =>
        (await Api.CallAsync("account", "createCostCentre", NewCentre(usn, name))).At("CostCentreId")!;
}
