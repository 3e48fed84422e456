using System.Globalization;
using System.Net;
using Smile.Server.Security;
using Smile.Server.Tests.Fixture;
using Smile.Testing;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Security;

[Collection(ServerTests.Name)]
public sealed class FailedLoginTests(ServerFixture server)
{
    private static readonly IPAddress Here = IPAddress.Parse("10.0.0.1");
    private static readonly IPAddress There = IPAddress.Parse("10.0.0.2");
    private readonly ManualClock _clock = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public void Guessing_is_slowed_longer_with_each_failure_and_forgiven_after_a_success()
    {
        var failures = new FailedLogins(_clock);
        for (var attempt = 0; attempt < 5; attempt++)
        {
            Assert.Null(failures.RefusedFor("live", "joe", Here));
            failures.Failed("live", "joe", Here, isKnown: true);
        }

        Assert.Equal(TimeSpan.FromSeconds(1), failures.RefusedFor("live", "joe", Here));
        Assert.Null(failures.RefusedFor("live", "joe", There));
        Assert.Null(failures.RefusedFor("test", "joe", Here));
        Assert.Null(failures.RefusedFor("live", "amy", Here));
        _clock.Advance(TimeSpan.FromSeconds(1));
        failures.Failed("live", "joe", Here, isKnown: true);
        Assert.Equal(TimeSpan.FromSeconds(2), failures.RefusedFor("live", "joe", Here));
        _clock.Advance(TimeSpan.FromSeconds(2));
        failures.Succeeded("live", "joe", Here);
        failures.Failed("live", "joe", Here, isKnown: true);
        Assert.Null(failures.RefusedFor("live", "joe", Here));
    }

    /// <summary>S9: what one of many behind a proxy does is not held against the others.</summary>
    [Fact]
    public void Others_behind_the_same_address_log_in_whatever_one_of_them_tries()
    {
        var failures = new FailedLogins(_clock);
        failures.Succeeded("live", "regular", Here);
        for (var attempt = 0; attempt < 500; attempt++)
        {
            failures.Failed("live", "known" + attempt, Here, isKnown: true);
        }

        Assert.Null(failures.RefusedFor("live", "newcomer", Here));
        for (var attempt = 0; attempt < 50; attempt++)
        {
            failures.Failed("live", "unknown" + attempt, Here, isKnown: false);
        }

        Assert.Equal(TimeSpan.FromSeconds(1), failures.RefusedFor("live", "newcomer", Here));
        Assert.Null(failures.RefusedFor("live", "regular", Here));
        failures.Succeeded("live", "regular", Here);
        Assert.Null(failures.RefusedFor("live", "newcomer", Here));
    }

    /// <summary>S8: an attacker chooses names and addresses, and not how much is kept of them.</summary>
    [Fact]
    public void What_is_kept_is_bounded_and_forgotten()
    {
        var failures = new FailedLogins(_clock, maxEntries: 1_000);
        for (var attempt = 0; attempt < 34_000; attempt++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(1));
            var address = new IPAddress(attempt + 0x0B000000L);
            failures.Failed("live", new string('x', 1_000) + attempt.ToString(CultureInfo.InvariantCulture), address, isKnown: false);
            Assert.InRange(failures.Kept, 1, 1_000);
        }

        _clock.Advance(TimeSpan.FromHours(1));
        failures.Failed("live", "joe", Here, isKnown: true);
        Assert.Equal(2, failures.Kept);
    }

    /// <summary>S8: all addresses of an IPv6 network are one customer's.</summary>
    [Fact]
    public void A_network_of_ipv6_addresses_counts_as_one()
    {
        var failures = new FailedLogins(_clock);
        for (var attempt = 1; attempt <= 50; attempt++)
        {
            failures.Failed("live", "unknown" + attempt, IPAddress.Parse($"2001:db8:1:1::{attempt:x}"), isKnown: false);
        }

        Assert.NotNull(failures.RefusedFor("live", "joe", IPAddress.Parse("2001:db8:1:1:ffff::1")));
        Assert.Null(failures.RefusedFor("live", "joe", IPAddress.Parse("2001:db8:1:2::1")));
    }

    /// <summary>S10: the name is cut and cleaned, and a card number in it is blotted out.</summary>
    [Fact]
    public async Task A_failed_login_leaves_a_row_and_a_measurement()
    {
        using var telemetry = new TelemetryRecorder();
        var name = server.Unique("nobody");
        using var wrong = new SoapCaller(server.Address, name + "\r\n4111111111111111" + new string('x', 500), "wrong");
        Assert.Equal(401, (await wrong.RefusedAsync("order", "echo", P("value", "x"))).StatusCode);
        var kept = await server.QueryAsync<string>(
            "SELECT username || ' from ' || address FROM failed_login WHERE username LIKE $1 || '%'",
            name
        );
        Assert.StartsWith(name + "  …x", kept, StringComparison.Ordinal);
        Assert.EndsWith("… from 127.0.0.1", kept, StringComparison.Ordinal);
        Assert.InRange(kept.Length, 50, 150);
        Assert.Contains("smile.logins.failed", telemetry.Said, StringComparison.Ordinal);
    }

    /// <summary>S14: two trusted proxies in a row, the second of which sees only the first.</summary>
    [Fact]
    public async Task The_client_is_found_behind_several_proxies()
    {
        var customer = await PortalCustomerAsync(server);
        var name = server.Unique("user");
        using var right = await server.AddUserAsync(new Smile.Cli.ApiUser(name, "right-password", customer.Usn, false, false, false, []));
        for (var attempt = 0; attempt < 7; attempt++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(name, "wrong-password", "203.0.113.1, 127.0.0.1"));
        }

        Assert.Equal(HttpStatusCode.Unauthorized, await CallAsync(name, "right-password", "203.0.113.1, 127.0.0.1"));
        Assert.Equal(HttpStatusCode.OK, await CallAsync(name, "right-password", "203.0.113.2, 127.0.0.1"));
    }

    [Fact]
    public async Task The_scheme_is_the_first_proxys()
    {
        using var http = new HttpClient { BaseAddress = server.Address };
        http.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.1, 127.0.0.1");
        http.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https, http");
        var wsdl = await http.GetStringAsync("/live/smile/ws/v2/order?wsdl");
        Assert.Contains($"\"https://{server.Address.Authority}/live/smile/ws/v2/order\"", wsdl, StringComparison.Ordinal);
    }

    /// <summary>
    /// O27. What a proxy says of prefix and port is in the addresses that the server gives out; the callers' own word is not.
    /// </summary>
    [Theory]
    [InlineData("X-Forwarded-Prefix: /billing/; X-Forwarded-Host: smile.example", "http://smile.example/billing/live/smile/ws/v2/order")]
    [InlineData(
        "X-Forwarded-Prefix: /billing; X-Forwarded-Port: 8443; X-Forwarded-Proto: https; X-Forwarded-Host: smile.example",
        "https://smile.example:8443/billing/live/smile/ws/v2/order"
    )]
    [InlineData(
        "X-Forwarded-Port: 443; X-Forwarded-Proto: https; X-Forwarded-Host: smile.example",
        "https://smile.example/live/smile/ws/v2/order"
    )]
    [InlineData(
        "X-Forwarded-Port: 443; X-Forwarded-Proto: https; X-Forwarded-Host: smile.example:9443",
        "https://smile.example:9443/live/smile/ws/v2/order"
    )]
    [InlineData("X-Forwarded-Port: 8081", "http://127.0.0.1:8081/live/smile/ws/v2/order")]
    [InlineData("X-Forwarded-Port: 99999; X-Forwarded-Host: smile.example", "http://smile.example/live/smile/ws/v2/order")]
    public async Task Prefix_and_port_of_a_proxy_are_in_addresses(string headers, string address)
    {
        using var http = new HttpClient { BaseAddress = server.Address };
        http.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.1");
        foreach (var header in headers.Split("; ").Select(header => header.Split(": ")))
        {
            http.DefaultRequestHeaders.Add(header[0], header[1]);
        }

        Assert.Contains(
            $"<soap:address location=\"{address}\"",
            await http.GetStringAsync("/live/smile/ws/v2/order?wsdl"),
            StringComparison.Ordinal
        );
        using var head = await http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/live/smile/ws/v2/order?wsdl"));
        Assert.Equal((HttpStatusCode.OK, true), (head.StatusCode, head.Headers.ETag is not null));
    }

    /// <summary>The port of a caller that is no trusted proxy does not count.</summary>
    [Fact]
    public async Task The_port_of_anybody_else_is_passed_over()
    {
        var options = Microsoft.Extensions.Options.Options.Create(new Microsoft.AspNetCore.Builder.ForwardedHeadersOptions());
        var addresses = new Smile.Server.Security.ForwardedAddresses(
            options,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<Smile.Server.Security.ForwardedAddresses>.Instance
        );
        foreach (var (peer, host) in new[] { ("203.0.113.9", "smile.example"), ("127.0.0.1", "smile.example:8443") })
        {
            var context = new Microsoft.AspNetCore.Http.DefaultHttpContext();
            context.Connection.RemoteIpAddress = IPAddress.Parse(peer);
            context.Request.Host = new("smile.example");
            context.Request.Headers["X-Forwarded-Port"] = "8443";
            await addresses.InvokeAsync(
                context,
                inner => Smile.Server.Security.ForwardedAddresses.CompleteAsync(inner, _ => Task.CompletedTask)
            );
            Assert.Equal(host, context.Request.Host.ToString());
        }
    }

    private async Task<HttpStatusCode> CallAsync(string name, string password, string forwardedFor)
    {
        using var http = new HttpClient { BaseAddress = server.Address };
        http.DefaultRequestHeaders.Add("X-Forwarded-For", forwardedFor);
        http.DefaultRequestHeaders.Authorization = new(
            "Basic",
            Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{name}:{password}"))
        );
        using var content = new StringContent(
            "<Envelope xmlns=\"http://schemas.xmlsoap.org/soap/envelope/\"><Body><echo xmlns=\"http://ws.inomial.com/smile.2\"/>"
                + "</Body></Envelope>",
            System.Text.Encoding.UTF8,
            "text/xml"
        );
        using var response = await http.PostAsync("/smile/ws/v2/order", content);
        return response.StatusCode;
    }
}
