using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Endpoints;

[Collection(ServerTests.Name)]
public sealed class AuthenticationTests(ServerFixture server)
{
    private SoapCaller Api => server.Administrator;

    [Fact]
    public async Task Right_credentials_answer_the_logins_usn_and_wrong_ones_an_answer_without()
    {
        var customer = await PortalCustomerAsync(server);
        var right = await AskAsync(customer.Username + "@example.com", "pa55-" + customer.Username);
        Assert.Equal(("true", customer.Subscriptions[0]), (right.At("Success"), right.At("USN")));
        foreach (
            var (username, password) in new[]
            {
                (customer.Username + "@example.com", "wrong-password"),
                ("nobody@example.com", "pa55-" + customer.Username),
            }
        )
        {
            var wrong = await AskAsync(username, password);
            Assert.Equal(("false", null), (wrong.At("Success"), wrong.At("USN")));
        }
    }

    [Fact]
    public async Task A_changed_password_works_at_once_and_the_old_one_no_more()
    {
        var customer = await PortalCustomerAsync(server);
        await Api.CallAsync(
            "subscription",
            "setClearPassword",
            P("usn", customer.Subscriptions[0]),
            Document(
                "<Credential><Type>password</Type><Parameters><Object><String name='password'>changed-1</String></Object></Parameters>"
                    + "</Credential>"
            )
        );
        Assert.Equal("true", (await AskAsync(customer.Username + "@example.com", "changed-1")).At("Success"));
        Assert.Equal("false", (await AskAsync(customer.Username + "@example.com", "pa55-" + customer.Username)).At("Success"));
    }

    [Fact]
    public async Task Guessing_through_a_portal_is_slowed_even_for_the_right_password()
    {
        var customer = await PortalCustomerAsync(server);
        for (var attempt = 0; attempt < 6; attempt++)
        {
            Assert.Equal("false", (await AskAsync(customer.Username + "@example.com", "wrong-password")).At("Success"));
        }

        Assert.Equal("false", (await AskAsync(customer.Username + "@example.com", "pa55-" + customer.Username)).At("Success"));
    }

    [Fact]
    public async Task A_suspended_or_closed_login_does_not_authenticate()
    {
        var customer = await PortalCustomerAsync(server);
        await Api.CallAsync("subscription", "suspend", P("usn", customer.Subscriptions[0]));
        Assert.Equal("false", (await AskAsync(customer.Username + "@example.com", "pa55-" + customer.Username)).At("Success"));
        await Api.CallAsync("subscription", "cancel", P("usn", customer.Subscriptions[0]), P("fromTimestamp", "2014-01-01T00:00:00Z"));
        Assert.Equal("false", (await AskAsync(customer.Username + "@example.com", "pa55-" + customer.Username)).At("Success"));
    }

    [Theory]
    [InlineData(2, "<String name='username'>u</String><String name='password'>p</String>")]
    [InlineData(1, "<String name='username'>u</String>")]
    [InlineData(1, "<String name='password'>p</String>")]
    [InlineData(1, "<String name='username'>u</String><String name='password'>p</String><Integer name='serviceType'>99</Integer>")]
    public async Task An_invalid_request_is_an_authentication_exception(int type, string parameters)
    {
        var fault = await Api.RefusedAsync(
            "authentication",
            "authenticate",
            Document(
                $"<AuthenticationRequest><AuthenticationRequestType>{type}</AuthenticationRequestType><Parameters>"
                    + $"<Object>{parameters}</Object></Parameters></AuthenticationRequest>"
            )
        );
        Assert.Equal(("AuthenticationException", 500), (fault.Element, fault.StatusCode));
    }

    [Fact]
    public async Task A_caller_without_access_to_all_accounts_may_not_authenticate_others()
    {
        using var own = await server.AddUserOfAccountAsync((await PortalCustomerAsync(server)).Usn);
        Assert.Equal("AuthenticationException", (await own.RefusedAsync("authentication", "authenticate", Request("u", "p"))).Element);
    }

    [Fact]
    public async Task A_forgotten_password_is_mailed_to_the_stored_address()
    {
        Assert.True(MailServer.IsInstalled, "python3-aiosmtpd is not installed: apt-get install python3-aiosmtpd");
        var customer = await PortalCustomerAsync(server);
        await using var mail = await MailServer.StartAsync();
        server.Settings.Smtp.Port = mail.Port;
        Assert.Null(await Api.CallAsync("cat", "triggerCatForgotPasswordEmail", P("catUsername", customer.Username + "@example.com")));
        var received = await mail.ReceiveAsync("pa55-" + customer.Username);
        Assert.Contains("To: joe@example.com", received, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Subject: Your password", received, StringComparison.Ordinal);
        Assert.Contains("Dear Joe", received, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mail_that_cannot_be_sent_is_a_cat_exception()
    {
        var customer = await PortalCustomerAsync(server);
        server.Settings.Smtp.Port = 1;
        var fault = await Api.RefusedAsync("cat", "triggerCatForgotPasswordEmail", P("catUsername", customer.Username + "@example.com"));
        Assert.Equal("CatException", fault.Element);
        Assert.DoesNotContain("pa55", fault.Message, StringComparison.Ordinal);
        Assert.Equal("CatException", (await Api.RefusedAsync("cat", "triggerCatForgotPasswordEmail", P("catUsername", "nobody"))).Element);
        using var own = await server.AddUserOfAccountAsync(customer.Usn);
        Assert.Equal(
            "CatException",
            (await own.RefusedAsync("cat", "triggerCatForgotPasswordEmail", P("catUsername", customer.Username + "@example.com"))).Element
        );
    }

    private static System.Xml.Linq.XElement Request(string username, string password) =>
        Document(
            $"<AuthenticationRequest><AuthenticationRequestType>1</AuthenticationRequestType><Parameters><Object><String "
                + $"name='username'>{username}</String><String name='password'>{password}</String><Integer name='serviceType'>2</Integer>"
                + $"</Object></Parameters></AuthenticationRequest>"
        );

    private Task<System.Xml.Linq.XElement?> AskAsync(string username, string password) =>
        Api.CallAsync("authentication", "authenticate", Request(username, password));
}
