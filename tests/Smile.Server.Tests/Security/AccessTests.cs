using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Smile.Cli;
using Smile.Contracts;
using Smile.Server.Tests.Fixture;
using Smile.Testing;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Security;

[Collection(ServerTests.Name)]
public sealed class AccessTests(ServerFixture server)
{
    private const string Echo =
        "<Envelope xmlns=\"http://schemas.xmlsoap.org/soap/envelope/\"><Body><echo xmlns=\"http://ws.inomial.com/smile.2\"/></Body>"
        + "</Envelope>";

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer abc")]
    [InlineData("Basic !!!")]
    [InlineData("Basic bm9jb2xvbg==")]
    public async Task Every_endpoint_demands_credentials_with_a_challenge(string? authorization)
    {
        using var http = new HttpClient { BaseAddress = server.Address };
        foreach (var endpoint in SmileEndpoints.All)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/smile/ws/v2/" + endpoint.Path)
            {
                Content = new StringContent(Echo, Encoding.UTF8, "text/xml"),
            };
            if (authorization is not null)
            {
                request.Headers.TryAddWithoutValidation("Authorization", authorization);
            }

            using var response = await http.SendAsync(request);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.StartsWith("Basic", response.Headers.WwwAuthenticate.Single().ToString(), StringComparison.Ordinal);
            Assert.Contains("AuthenticationException", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Every_endpoint_publishes_its_wsdl_without_credentials()
    {
        using var http = new HttpClient { BaseAddress = server.Address };
        foreach (var endpoint in SmileEndpoints.All)
        {
            var wsdl = await http.GetStringAsync($"/live/smile/ws/v2/{endpoint.Path}?wsdl");
            Assert.Contains($"{server.Address}live/smile/ws/v2/{endpoint.Path}\"", wsdl, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_stage_that_does_not_exist_is_not_found()
    {
        using var http = new HttpClient { BaseAddress = server.Address };
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/nonsense/smile/ws/v2/order?wsdl")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/live/smile/ws/v2/nonsense?wsdl")).StatusCode);
    }

    [Fact]
    public async Task A_portal_login_without_api_access_may_not_call()
    {
        var customer = await PortalCustomerAsync(server);
        using var portal = new SoapCaller(server.Address, customer.Username + "@example.com", "pa55-" + customer.Username);
        Assert.Equal(401, (await portal.RefusedAsync("order", "echo", P("value", "x"))).StatusCode);
    }

    [Fact]
    public async Task A_changed_password_of_an_api_user_works_at_once_and_the_old_one_no_more()
    {
        var customer = await PortalCustomerAsync(server);
        var name = server.Unique("user");
        using var before = await server.AddUserAsync(new ApiUser(name, "first-password", customer.Usn, false, false, false, []));
        await before.CallAsync("order", "echo", P("value", "x"));
        using var after = await server.AddUserAsync(new ApiUser(name, "second-password", customer.Usn, false, false, false, []));
        await after.CallAsync("order", "echo", P("value", "x"));
        await Until.TrueAsync("the old password is refused", () => IsRefusedAsync(before));
    }

    [Fact]
    public async Task A_suspended_or_closed_api_user_is_out()
    {
        var customer = await PortalCustomerAsync(server);
        using var caller = await server.AddUserOfAccountAsync(customer.Usn);
        await caller.CallAsync("order", "echo", P("value", "x"));
        var login = await server.QueryAsync<string>(
            "SELECT subscription_usn FROM api_permission JOIN subscription ON usn = subscription_usn WHERE account_usn = $1",
            customer.Usn
        );
        await server.Administrator.CallAsync("subscription", "suspend", P("usn", login));
        await Until.TrueAsync("the login is refused", () => IsRefusedAsync(caller));
        await server.Administrator.CallAsync("subscription", "resume", P("usn", login), P("fromTimestamp", "2015-01-01T00:00:00Z"));
        await caller.CallAsync("order", "echo", P("value", "x"));
        await server.Administrator.CallAsync("subscription", "cancel", P("usn", login), P("fromTimestamp", "2015-01-01T00:00:00Z"));
        await Until.TrueAsync("the login is refused", () => IsRefusedAsync(caller));
    }

    [Fact]
    public async Task A_permission_that_is_taken_away_is_gone()
    {
        var customer = await PortalCustomerAsync(server);
        var other = await PortalCustomerAsync(server);
        var name = server.Unique("user");
        using var caller = await server.AddUserAsync(new ApiUser(name, "some-password", customer.Usn, AllAccounts: true, false, false, []));
        await caller.CallAsync("account", "get", P("usn", other.Usn));
        using var same = await server.AddUserAsync(new ApiUser(name, "some-password", customer.Usn, AllAccounts: false, false, false, []));
        await Until.TrueAsync("the permission is gone", async () => (await TryGetAsync(caller, other.Usn)) == "AccountException");
    }

    [Fact]
    public async Task Repeated_failures_are_refused_unseen_for_a_while_without_locking_others_out()
    {
        var customer = await PortalCustomerAsync(server);
        var name = server.Unique("user");
        using var right = await server.AddUserAsync(new ApiUser(name, "right-password", customer.Usn, false, false, false, []));
        for (var attempt = 0; attempt < 6; attempt++)
        {
            using var wrong = new SoapCaller(server.Address, name, "wrong-password");
            Assert.Equal(401, (await wrong.RefusedAsync("order", "echo", P("value", "x"))).StatusCode);
        }

        using var http = new HttpClient { BaseAddress = server.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:right-password"))
        );
        using var response = await http.PostAsync("/smile/ws/v2/order", new StringContent(Echo, Encoding.UTF8, "text/xml"));
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
        await server.Administrator.CallAsync("order", "echo", P("value", "x"));
    }

    [Fact]
    public async Task Operations_that_are_not_built_say_so()
    {
        var built = SmileEndpoints.All.ToDictionary(endpoint => endpoint.Path, Smile.Api.Soap.EndpointRegistration.BuiltOperations);
        Assert.Contains("echo", built["order"]);
        Assert.DoesNotContain("applyFeatureToConnections", built["subscription"]);
        foreach (
            var (endpoint, operation, parameters) in new[]
            {
                ("subscription", "applyFeatureToConnections", new[] { P("usn", "17"), P("featureId", 1) }),
            }
        )
        {
            var fault = await server.Administrator.RefusedAsync(endpoint, operation, parameters);
            Assert.Contains("not yet available", fault.Message, StringComparison.Ordinal);
            Assert.NotNull(fault.Element);
        }
    }

    private static async Task<bool> IsRefusedAsync(SoapCaller caller)
    {
        try
        {
            return (await caller.RefusedAsync("order", "echo", P("value", "x"))).StatusCode == 401;
        }
        catch (Xunit.Sdk.TrueException)
        {
            return false;
        }
    }

    private static async Task<string?> TryGetAsync(SoapCaller caller, string usn)
    {
        try
        {
            return (await caller.RefusedAsync("account", "get", P("usn", usn))).Element;
        }
        catch (Xunit.Sdk.TrueException)
        {
            return null;
        }
    }
}
