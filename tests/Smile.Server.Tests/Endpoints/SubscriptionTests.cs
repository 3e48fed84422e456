using System.Globalization;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Endpoints;

[Collection(ServerTests.Name)]
public sealed class SubscriptionTests(ServerFixture server)
{
    private SoapCaller Api => server.Administrator;

    [Fact]
    public async Task A_subscription_shows_what_it_has_and_what_it_inherits()
    {
        var ordered = await AdslWithVoipAsync(server);
        var subscription = await Api.CallAsync("subscription", "get", P("usn", ordered.Subscriptions[0]));
        Assert.Equal(("17", "ADSL", ordered.Usn), (subscription.At("SID"), subscription.At("ServiceName"), subscription.At("Parent")));
        Assert.Equal(ordered.Username, subscription.Field("username"));
        Assert.Equal(
            ("ReadyToProvision", "Active", "NotActivated", "NotEnabled"),
            (
                subscription.At("ProvisionStatus"),
                subscription.At("SuspendStatus"),
                subscription.At("ActivateStatus"),
                subscription.At("EnableStatus")
            )
        );
        Assert.Equal("Anniversary", subscription.At("RatingCycle/CycleType"));
        Assert.Equal("1", subscription.AllAt("Company").Single().Attribute("key")!.Value);
    }

    [Fact]
    public async Task Subscriptions_out_of_reach_are_not_there_for_any_operation()
    {
        var customer = await PortalCustomerAsync(server);
        var usn = customer.Subscriptions[1];
        using var own = await server.AddUserOfAccountAsync((await PortalCustomerAsync(server)).Usn);
        Assert.Equal("GetSubscriptionException", (await own.RefusedAsync("subscription", "get", P("usn", usn))).Element);
        Assert.Equal("GetSubscriptionException", (await Api.RefusedAsync("subscription", "get", P("usn", "4711"))).Element);
        Assert.Equal(
            "NoSuchItemException",
            (await own.RefusedAsync("subscription", "findUsername", P("sid", 15), P("username", customer.Username))).Element
        );
        Assert.Equal(
            "UpdateException",
            (await own.RefusedAsync("subscription", "update", P("usn", usn), Document("<Subscription/>"))).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (await own.RefusedAsync("subscription", "changeUsername", P("usn", usn), P("username", "x"))).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (await own.RefusedAsync("subscription", "setClearPassword", P("usn", usn), Password("Pa55w0rd"))).Element
        );
        Assert.Equal(
            "CancelException",
            (await own.RefusedAsync("subscription", "cancel", P("usn", usn), P("fromTimestamp", "2015-01-01T00:00:00Z"))).Element
        );
        Assert.Equal("NoSuchItemException", (await own.RefusedAsync("subscription", "suspend", P("usn", usn))).Element);
        Assert.Equal(
            "NoSuchItemException",
            (await own.RefusedAsync("subscription", "resume", P("usn", usn), P("fromTimestamp", "2015-01-01T00:00:00Z"))).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (await own.RefusedAsync("subscription", "applyFeature", P("usn", usn), P("featureId", 812))).Element
        );
        Assert.Equal("NoSuchItemException", (await own.RefusedAsync("subscription", "getActiveFeatures", P("usn", usn))).Element);
        Assert.Equal(
            "NoSuchItemException",
            (await own.RefusedAsync("subscription", "migrateSubscription", P("usn", usn), P("toAccountUsn", customer.Usn))).Element
        );
    }

    [Fact]
    public async Task Usernames_and_custom_fields_find_subscriptions()
    {
        var customer = await PortalCustomerAsync(server);
        Assert.Equal(
            customer.Subscriptions[1],
            (await Api.CallAsync("subscription", "findUsername", P("sid", 15), P("username", customer.Username)))!.Value
        );
        Assert.Equal(
            "NoSuchItemException",
            (await Api.RefusedAsync("subscription", "findUsername", P("sid", 17), P("username", customer.Username))).Element
        );

        var ordered = await AdslWithVoipAsync(server);
        var client = server.Unique("client");
        Assert.Null(await Api.CallAsync("subscription", "findSubscription", Search(client)));
        await SetClientAsync(ordered.Subscriptions[0], client);
        Assert.Equal(ordered.Subscriptions[0], (await Api.CallAsync("subscription", "findSubscription", Search(client))).At("USN"));
        var second = await AdslWithVoipAsync(server);
        await SetClientAsync(second.Subscriptions[0], client);
        Assert.Equal("TooManyResultsException", (await Api.RefusedAsync("subscription", "findSubscription", Search(client))).Element);
        var page = await Api.CallAsync("subscription", "findSubscriptions", Search(client), P("limit", 1), P("offset", 0));
        Assert.Equal(("true", 1), (page!.Attribute("moreResults")!.Value, page.AllAt("Subscription").Count()));
        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync("subscription", "findSubscriptions", Search(client), P("limit", 201), P("offset", 0))).Element
        );
        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync("subscription", "findSubscriptions", Search(client), P("limit", 1), P("offset", -1))).Element
        );
        var unknown = Document("<SearchCondition><Equals><Attribute>nonsense</Attribute><Value>x</Value></Equals></SearchCondition>");
        Assert.Equal(
            "NoSuchItemException",
            (await Api.RefusedAsync("subscription", "findSubscriptions", unknown, P("limit", 1), P("offset", 0))).Element
        );
        Assert.Equal("NoSuchItemException", (await Api.RefusedAsync("subscription", "findSubscription", unknown)).Element);
    }

    [Fact]
    public async Task Updating_a_subscription_answers_and_announces_its_new_state()
    {
        var ordered = await AdslWithVoipAsync(server);
        var updated = await Api.CallAsync(
            "subscription",
            "update",
            P("usn", ordered.Subscriptions[0]),
            Document(
                "<Subscription><Properties><Object><String name='contactGiven'>Leslie</String><Boolean "
                    + "name='specialCustomer'>true</Boolean><Decimal name='speed'>123.51</Decimal></Object></Properties></Subscription>"
            )
        );
        Assert.Equal(
            ("Leslie", "true", "123.51"),
            (updated.Field("contactGiven"), updated.Field("specialCustomer"), updated.Field("speed"))
        );
        var message = (await server.MessagesAsync(ordered.Usn))[^1];
        Assert.Equal("SubscriptionUpdated", message.Type);
        Assert.Equal((17, ordered.Subscriptions[0]), ((int)message.Headers["sid"], (string)message.Headers["usn"]));
    }

    [Theory]
    [InlineData("<Subscription><USN>1</USN></Subscription>", "USN")]
    [InlineData(
        "<Subscription><Properties><Object><String name='username'>other</String></Object></Properties></Subscription>",
        "changeUsername"
    )]
    [InlineData("<Subscription><Properties><Object><String name='nonsense'>1</String></Object></Properties></Subscription>", "nonsense")]
    [InlineData("<Subscription><Properties><Object><String name='speed'>1</String></Object></Properties></Subscription>", "Decimal")]
    [InlineData(
        "<Subscription><Properties><Object><String name='modem'>no-such-modem</String></Object></Properties></Subscription>",
        "collection"
    )]
    public async Task A_bad_subscription_update_is_refused(string document, string expected)
    {
        var ordered = await AdslWithVoipAsync(server);
        var fault = await Api.RefusedAsync("subscription", "update", P("usn", ordered.Subscriptions[0]), Document(document));
        Assert.Equal("UpdateException", fault.Element);
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_username_is_changed_where_it_is_free()
    {
        var customer = await PortalCustomerAsync(server);
        var other = await PortalCustomerAsync(server);
        var name = server.Unique("renamed");
        Assert.Null(await Api.CallAsync("subscription", "changeUsername", P("usn", customer.Subscriptions[1]), P("username", name)));
        Assert.Equal(name, (await Api.CallAsync("subscription", "get", P("usn", customer.Subscriptions[1]))).Field("username"));
        Assert.Equal("SubscriptionUpdated", (await server.MessagesAsync(customer.Usn))[^1].Type);
        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync("subscription", "changeUsername", P("usn", other.Subscriptions[1]), P("username", name))).Element
        );
        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync("subscription", "changeUsername", P("usn", other.Subscriptions[1]), P("username", " "))).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (await Api.RefusedAsync("subscription", "changeUsername", P("usn", "4711"), P("username", name))).Element
        );
    }

    [Fact]
    public async Task Cancelling_closes_releases_the_username_and_ends_the_plan()
    {
        var customer = await PortalCustomerAsync(server);
        var usn = customer.Subscriptions[1];
        Assert.Null(await Api.CallAsync("subscription", "cancel", P("usn", usn), P("fromTimestamp", "2015-01-01T00:00:00+11:00")));
        var closed = await Api.CallAsync("subscription", "get", P("usn", usn));
        Assert.Equal(
            ("Deprovisioned", "NotActivated", usn),
            (closed.At("ProvisionStatus"), closed.At("ActivateStatus"), closed.Field("username"))
        );
        Assert.Equal("SubscriptionClosed", (await server.MessagesAsync(customer.Usn))[^1].Type);
        Assert.Equal(
            1L,
            await server.QueryAsync<long>("SELECT count(*) FROM plan_schedule_item WHERE subscription_usn = $1 AND plan_code IS NULL", usn)
        );
        Assert.Equal(
            "CancelException",
            (await Api.RefusedAsync("subscription", "cancel", P("usn", usn), P("fromTimestamp", "2015-01-01T00:00:00Z"))).Element
        );
        Assert.DoesNotContain(
            usn,
            (await Api.CallAsync("account", "get", P("usn", customer.Usn)))
                .AllAt("Subscriptions/Subscription/USN")
                .Select(element => element.Value)
        );
        Assert.Equal("NoSuchItemException", (await Api.RefusedAsync("subscription", "suspend", P("usn", usn))).Element);
        Assert.Equal(
            "CancelException",
            (await Api.RefusedAsync("subscription", "cancel", P("usn", customer.Usn), P("fromTimestamp", "2015-01-01T00:00:00Z"))).Element
        );
    }

    [Fact]
    public async Task Suspending_and_resuming_now_keeps_the_comment_and_is_announced()
    {
        var customer = await PortalCustomerAsync(server);
        var usn = customer.Subscriptions[1];
        Assert.Null(await Api.CallAsync("subscription", "suspend", P("usn", usn), P("comment", "did not pay")));
        Assert.Equal("Suspended", (await Api.CallAsync("subscription", "get", P("usn", usn))).At("SuspendStatus"));
        Assert.Equal(
            "did not pay",
            await server.QueryAsync<string>(
                "SELECT comment FROM subscription_event WHERE subscription_usn = $1 AND kind = 'Suspended'",
                usn
            )
        );
        Assert.Equal("SuspendException", (await Api.RefusedAsync("subscription", "suspend", P("usn", usn))).Element);
        Assert.Null(await Api.CallAsync("subscription", "resume", P("usn", usn), P("fromTimestamp", "2015-01-01T00:00:00Z")));
        Assert.Equal("Active", (await Api.CallAsync("subscription", "get", P("usn", usn))).At("SuspendStatus"));
        Assert.Equal(
            "SuspendException",
            (await Api.RefusedAsync("subscription", "resume", P("usn", usn), P("fromTimestamp", "2015-01-01T00:00:00Z"))).Element
        );
        Assert.Equal(
            ["SubscriptionSuspended", "RatingConfigurationUpdated", "SubscriptionResumed", "RatingConfigurationUpdated"],
            (await server.MessagesAsync(customer.Usn)).TakeLast(4).Select(message => message.Type)
        );
    }

    [Fact]
    public async Task Accounts_and_subscriptions_that_are_not_active_are_not_suspended()
    {
        var ordered = await AdslWithVoipAsync(server);
        Assert.Equal("InvalidRequestException", (await Api.RefusedAsync("subscription", "suspend", P("usn", ordered.Usn))).Element);
        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync("subscription", "resume", P("usn", ordered.Usn), P("fromTimestamp", "2015-01-01T00:00:00Z"))).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (await Api.RefusedAsync("subscription", "suspend", P("usn", ordered.Subscriptions[0]))).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (
                await Api.RefusedAsync(
                    "subscription",
                    "resume",
                    P("usn", ordered.Subscriptions[0]),
                    P("fromTimestamp", "2015-01-01T00:00:00Z")
                )
            ).Element
        );
    }

    [Fact]
    public async Task A_password_is_changed_read_by_who_may_and_never_kept_in_clear()
    {
        var customer = await PortalCustomerAsync(server);
        var usn = customer.Subscriptions[0];
        Assert.Null(await Api.CallAsync("subscription", "setClearPassword", P("usn", usn), Password("Unm1stakable-Pa55")));
        var credentials = await Api.CallAsync("subscription", "getAuthenticationCredentials", P("usn", usn));
        Assert.Equal(("password", "Unm1stakable-Pa55"), (credentials.At("Credential/Type"), credentials.Field("password")));
        using var own = await server.AddUserOfAccountAsync(customer.Usn);
        Assert.Equal("AccessException", (await own.RefusedAsync("subscription", "getAuthenticationCredentials", P("usn", usn))).Element);
        Assert.Equal(
            "NoSuchItemException",
            (await Api.RefusedAsync("subscription", "getAuthenticationCredentials", P("usn", "4711"))).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (await Api.RefusedAsync("subscription", "setClearPassword", P("usn", "4711"), Password("Pa55w0rd"))).Element
        );
        Assert.Null(await Api.CallAsync("subscription", "setClearPassword", P("usn", customer.Usn), Password("Pa55w0rd-of-account")));
        Assert.NotNull((await Api.RefusedAsync("subscription", "setClearPassword", P("usn", usn), Password("short"))).Element);
        Assert.Equal(
            0L,
            await server.QueryAsync<long>("SELECT count(*) FROM subscription WHERE position('Unm1stakable'::bytea IN password) > 0")
        );
        Assert.Equal(
            0L,
            await server.QueryAsync<long>(
                "SELECT count(*) FROM audit_change WHERE before::text LIKE '%Unm1stakable%' OR after::text LIKE '%Unm1stakable%'"
            )
        );
    }

    [Fact]
    public async Task The_passwords_of_api_users_are_protected()
    {
        var customer = await PortalCustomerAsync(server);
        using var own = await server.AddUserOfAccountAsync(customer.Usn);
        var login = await server.QueryAsync<string>(
            "SELECT subscription_usn FROM api_permission JOIN subscription ON usn = subscription_usn WHERE account_usn = $1",
            customer.Usn
        );
        Assert.Equal("AccessException", (await Api.RefusedAsync("subscription", "getAuthenticationCredentials", P("usn", login))).Element);
    }

    [Fact]
    public async Task A_subscription_moves_to_another_account_of_the_same_currency()
    {
        var from = await PortalCustomerAsync(server);
        var to = await PortalCustomerAsync(server);
        var usn = from.Subscriptions[1];
        Assert.Null(await Api.CallAsync("subscription", "migrateSubscription", P("usn", usn), P("toAccountUsn", to.Usn)));
        Assert.Equal(to.Usn, (await Api.CallAsync("subscription", "get", P("usn", usn))).At("Parent"));
        Assert.Contains(
            usn,
            (await Api.CallAsync("account", "get", P("usn", to.Usn)))
                .AllAt("Subscriptions/Subscription/USN")
                .Select(element => element.Value)
        );
        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync("subscription", "migrateSubscription", P("usn", usn), P("toAccountUsn", to.Usn))).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (await Api.RefusedAsync("subscription", "migrateSubscription", P("usn", usn), P("toAccountUsn", "4711"))).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (await Api.RefusedAsync("subscription", "migrateSubscription", P("usn", "4711"), P("toAccountUsn", to.Usn))).Element
        );
        await server.QueryAsync<int>("UPDATE account SET currency = 'JPY' WHERE usn = $1 RETURNING 1", from.Usn);
        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync("subscription", "migrateSubscription", P("usn", usn), P("toAccountUsn", from.Usn))).Element
        );
    }

    internal static System.Xml.Linq.XElement Password(string password) =>
        Document(
            $"<Credential><Type>password</Type><Parameters><Object><String name='password'>{password}</String></Object></Parameters>"
                + $"</Credential>"
        );

    private static System.Xml.Linq.XElement Search(string client) =>
        Document($"<SearchCondition><Equals><Attribute>client_id</Attribute><Value>{client}</Value></Equals></SearchCondition>");

    private Task SetClientAsync(string usn, string client) =>
        Api.CallAsync(
            "subscription",
            "update",
            P("usn", usn),
            Document(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"<Subscription><Properties><Object><String name='client_id'>{client}</String></Object></Properties></Subscription>"
                )
            )
        );
}
