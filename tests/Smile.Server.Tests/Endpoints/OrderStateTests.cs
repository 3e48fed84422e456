using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Endpoints;

/// <summary>What orders, accounts and logins that wait, are closed or are in a group may do.</summary>
[Collection(ServerTests.Name)]
public sealed class OrderStateTests(ServerFixture server)
{
    private SoapCaller Api => server.Administrator;

    /// <summary>M9: nothing becomes active on an account that waits for approval or is closed.</summary>
    [Fact]
    public async Task Nothing_is_ordered_for_or_moved_to_an_account_that_waits_or_is_closed()
    {
        var (order, account) = await WaitingAccountAsync();
        var customer = await PortalCustomerAsync(server);
        Assert.Contains(
            "approveOrder",
            (await RefusedAsync("order", "orderSubscription", "OrderException", P("usn", account), Line())).Message,
            StringComparison.Ordinal
        );
        await RefusedAsync("order", "createOrderGroup", "OrderException", Line(account));
        await RefusedAsync(
            "subscription",
            "migrateSubscription",
            "InvalidRequestException",
            P("usn", customer.Subscriptions[1]),
            P("toAccountUsn", account)
        );

        await Api.CallAsync("order", "cancelOrder", P("orderNumber", order));
        await RefusedAsync("order", "orderSubscription", "OrderException", P("usn", account), Line());
        await RefusedAsync("order", "createOrderGroup", "OrderException", Line(account));
        await RefusedAsync(
            "subscription",
            "migrateSubscription",
            "InvalidRequestException",
            P("usn", customer.Subscriptions[1]),
            P("toAccountUsn", account)
        );
    }

    /// <summary>M9: what is ordered in one group with an account that waits, waits with it; the account's order goes last.</summary>
    [Fact]
    public async Task Orders_of_a_group_wait_with_the_account_of_the_group()
    {
        var group = await Api.CallAsync("order", "createOrderGroup", Order(BusinessNeedingApproval, 1, BusinessForm()));
        var (number, account) = (group.At("OrderGroupNumber")!, group.At("AccountUSN")!);
        await Api.CallAsync("order", "addOrderToGroup", P("orderGroupId", number), Line());
        var orders = (await Api.CallAsync("order", "placeOrderGroup", P("orderGroupId", number))).AllAt("OrderGroup/Orders/Order").ToList();
        Assert.DoesNotContain(
            (await server.MessagesAsync(account)).Select(message => message.Type),
            type => type is "OrderApproved" or "SubscriptionReadyToProvision"
        );
        var (first, second) = (orders[0].At("OrderNumber")!, orders[1].At("OrderNumber")!);
        await RefusedAsync("order", "approveOrder", "OrderException", P("orderNumber", second));
        await RefusedAsync("order", "cancelOrder", "OrderException", P("orderNumber", first));

        // O11: one of them can be cancelled, and then the other.
        await Api.CallAsync("order", "cancelOrder", P("orderNumber", second));
        await Api.CallAsync("order", "cancelOrder", P("orderNumber", first));
        Assert.Equal(2, (await server.MessagesAsync(account)).Count(message => message.Type == "OrderCancelled"));
    }

    /// <summary>O1: what a request does not name stays, whatever changed it since the order.</summary>
    [Fact]
    public async Task Updating_an_order_changes_what_the_request_names_and_nothing_else()
    {
        var customer = await PortalCustomerAsync(server);
        var username = server.Unique("sim");
        var details = await Api.CallAsync(
            "order",
            "orderSubscription",
            P("usn", customer.Usn),
            Order(MobileNeedingApproval, 1, Text("username", username) + Text("contactGiven", "Joe"))
        );
        var usn = details.At("OrderedComponents/Subscription/USN")!;
        await Api.CallAsync("subscription", "changeUsername", P("usn", usn), P("username", username + "-new"));
        await Api.CallAsync(
            "subscription",
            "update",
            P("usn", usn),
            Document("<Subscription><Properties><Object><String name='contactGiven'>Anna</String></Object></Properties></Subscription>")
        );

        await Api.CallAsync(
            "order",
            "updateOrder",
            P("orderNumber", details.At("OrderNumber")!),
            Document($"<Order><OrderForm><Object>{Text("simCardNumber", "8961")}</Object></OrderForm></Order>")
        );

        var subscription = await Api.CallAsync("subscription", "get", P("usn", usn));
        Assert.Equal(
            (username + "-new", "Anna", "8961"),
            (subscription.Field("username"), subscription.Field("contactGiven"), subscription.Field("simCardNumber"))
        );
    }

    /// <summary>O2: a login is one when it is enabled.</summary>
    [Fact]
    public async Task A_login_that_is_not_enabled_does_not_authenticate()
    {
        var customer = await PortalCustomerAsync(server);
        Assert.Equal("true", await AuthenticateAsync(customer.Username));
        await server.ExecuteAsync("UPDATE subscription SET enable_status = 'NotEnabled' WHERE usn = $1", customer.Subscriptions[0]);
        Assert.Equal("false", await AuthenticateAsync(customer.Username));
    }

    /// <summary>O3: listeners lock the user out by the name that was theirs.</summary>
    [Fact]
    public async Task A_closed_subscription_is_announced_with_the_username_that_it_had()
    {
        var customer = await PortalCustomerAsync(server);
        await Api.CallAsync("subscription", "cancel", P("usn", customer.Subscriptions[1]), P("fromTimestamp", "2014-01-01T00:00:00Z"));
        var closed = (await server.MessagesAsync(customer.Usn)).Single(message => message.Type == "SubscriptionClosed");
        Assert.Contains($">{customer.Username}<", closed.Body, StringComparison.Ordinal);
        Assert.Equal(
            customer.Subscriptions[1],
            (await Api.CallAsync("subscription", "get", P("usn", customer.Subscriptions[1]))).Field("username")
        );
    }

    /// <summary>O7: whatever changes what is rated says so (guide, line 22457).</summary>
    [Fact]
    public async Task Changes_of_plan_charges_and_a_cancellation_say_that_ratings_change()
    {
        var customer = await PortalCustomerAsync(server);
        var usn = customer.Subscriptions[1];
        var zone = server.Stage.Catalogue.Zone(19);
        var day = zone.DateOf(server.Clock.GetUtcNow()).AddDays(4);
        var change = Document(
            $"<PlanScheduleItem><PlanCode>voip-business</PlanCode><Start>{day:yyyy-MM-dd}T00:00:00</Start></PlanScheduleItem>"
        );
        await Api.CallAsync("subscription", "changePlan", P("usn", usn), change);
        Assert.Equal(zone.StartOf(day).ToUnixTimeMilliseconds(), await LastSinceAsync(customer.Usn));

        var charge =
            $"<SimpleRecurringCharge><RecurringCharge><LineItemDescription><ItemCode>consult</ItemCode></LineItemDescription>"
            + $"<ValidFrom>{day.AddDays(1):yyyy-MM-dd}</ValidFrom></RecurringCharge></SimpleRecurringCharge>";
        await Api.CallAsync(
            "recurringcharge",
            "addSimpleRecurringCharges",
            P("usn", usn),
            Document($"<NewSimpleRecurringCharges>{charge}</NewSimpleRecurringCharges>")
        );
        Assert.Equal(zone.StartOf(day.AddDays(1)).ToUnixTimeMilliseconds(), await LastSinceAsync(customer.Usn));

        await Api.CallAsync("subscription", "cancel", P("usn", usn), P("fromTimestamp", $"{day.AddDays(9):yyyy-MM-dd}T00:00:00"));
        Assert.Equal(zone.StartOf(day.AddDays(9)).ToUnixTimeMilliseconds(), await LastSinceAsync(customer.Usn));
    }

    /// <summary>O8: get() has every predefined field, so that a form can be made of it; messages have those with a value.</summary>
    [Fact]
    public async Task A_fresh_account_and_subscription_show_every_predefined_field()
    {
        var customer = await PortalCustomerAsync(server);
        foreach (var (endpoint, usn) in new[] { ("account", customer.Usn), ("subscription", customer.Subscriptions[1]) })
        {
            var shown = await Api.CallAsync(endpoint, "get", P("usn", usn));
            foreach (var field in new[] { "abn", "billPrintName", "streetPrintName", "dob", "preferredHomeContactTime", "workPhone" })
            {
                Assert.Equal("", shown.Field(field));
            }

            Assert.Equal("Joe", shown.Field("contactGiven"));
        }
    }

    /// <summary>O9.</summary>
    [Fact]
    public async Task Requests_without_what_they_need_are_answered_with_a_fault_that_fits()
    {
        Assert.Equal("AuthenticationException", (await Api.RefusedAsync("authentication", "authenticate")).Element);
        Assert.Equal(
            "AuthenticationException",
            (
                await Api.RefusedAsync(
                    "authentication",
                    "authenticate",
                    Document("<AuthenticationRequest><AuthenticationRequestType>1</AuthenticationRequestType></AuthenticationRequest>")
                )
            ).Element
        );
        Assert.NotEqual(
            "TooManyResultsException",
            (await Api.RefusedAsync("subscription", "findSubscription", Document("<SearchCondition/>"))).Element
        );
        Assert.NotEqual(
            "TooManyResultsException",
            (await Api.RefusedAsync("account", "findAccount", Document("<SearchCondition/>"))).Element
        );
    }

    /// <summary>O10: the username that is taken is named, at once and when the group is placed.</summary>
    [Fact]
    public async Task A_group_names_the_username_that_is_taken()
    {
        var (free, taken) = (server.Unique("free"), server.Unique("taken"));
        var group = (await Api.CallAsync("order", "createOrderGroup", Line((await PortalCustomerAsync(server)).Usn, free))).At(
            "OrderGroupNumber"
        )!;
        Assert.Contains(
            $"[username={free}]",
            (await RefusedAsync("order", "addOrderToGroup", "NoSuchItemException", P("orderGroupId", group), Line(username: free))).Message,
            StringComparison.Ordinal
        );
        await Api.CallAsync("order", "addOrderToGroup", P("orderGroupId", group), Line(username: taken));
        await Api.CallAsync("order", "orderSubscription", P("usn", (await PortalCustomerAsync(server)).Usn), Line(username: taken));
        Assert.Contains(
            $"[username={taken}]",
            (await RefusedAsync("order", "placeOrderGroup", "OrderException", P("orderGroupId", group))).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            $"[username={taken}]",
            (
                await RefusedAsync("order", "addOrderToGroup", "NoSuchItemException", P("orderGroupId", group), Line(username: taken))
            ).Message,
            StringComparison.Ordinal
        );
    }

    /// <summary>
    /// O15: case makes no other username, whether it is ordered, changed, looked up or logged in with, and names stay as they were typed.
    /// </summary>
    [Fact]
    public async Task Usernames_are_unique_without_regard_to_case()
    {
        var customer = await PortalCustomerAsync(server);
        var name = server.Unique("Jo.Smith");
        var (upper, lower) = (name.ToUpperInvariant(), name.ToLowerInvariant());
        var ordered = (await Api.CallAsync("order", "orderSubscription", P("usn", customer.Usn), Line(username: name))).At(
            "OrderedComponents/Subscription/USN"
        )!;
        Assert.Equal(name, (await Api.CallAsync("subscription", "get", P("usn", ordered))).Field("username"));

        // Ordered, changed in an order, and changed.
        Assert.Contains(
            $"[username={upper}]",
            (await RefusedAsync("order", "orderSubscription", "OrderException", P("usn", customer.Usn), Line(username: upper))).Message,
            StringComparison.Ordinal
        );
        var group = (await Api.CallAsync("order", "createOrderGroup", Line(customer.Usn, lower + "-2"))).At("OrderGroupNumber")!;
        await RefusedAsync("order", "addOrderToGroup", "NoSuchItemException", P("orderGroupId", group), Line(username: upper + "-2"));
        await RefusedAsync("order", "addOrderToGroup", "NoSuchItemException", P("orderGroupId", group), Line(username: upper));
        var other = (await Api.CallAsync("order", "orderSubscription", P("usn", customer.Usn), Line())).At(
            "OrderedComponents/Subscription/USN"
        )!;
        await RefusedAsync("subscription", "changeUsername", "InvalidRequestException", P("usn", other), P("username", lower));
        var waiting = await Api.CallAsync(
            "order",
            "orderSubscription",
            P("usn", customer.Usn),
            Order(MobileNeedingApproval, 1, Text("username", server.Unique("sim")) + Text("contactGiven", "Joe"))
        );
        var sim = waiting.At("OrderedComponents/Subscription/USN")!;
        await Api.CallAsync(
            "order",
            "orderSubscription",
            P("usn", customer.Usn),
            Order(MobileNeedingApproval, 1, Text("username", name + ".sim") + Text("contactGiven", "Joe"))
        );
        Assert.Contains(
            $"[username={lower}.SIM]",
            (
                await RefusedAsync(
                    "order",
                    "updateOrder",
                    "OrderException",
                    P("orderNumber", waiting.At("OrderNumber")!),
                    Order(MobileNeedingApproval, 1, Text("username", lower + ".SIM") + Text("contactGiven", "Joe"))
                )
            ).Message,
            StringComparison.Ordinal
        );

        // Of one's own name the case may be changed; of another service's the name may be had.
        await Api.CallAsync("subscription", "changeUsername", P("usn", ordered), P("username", upper));
        Assert.Equal(upper, (await Api.CallAsync("subscription", "get", P("usn", ordered))).Field("username"));
        await Api.CallAsync("subscription", "changeUsername", P("usn", sim), P("username", lower));

        // Found and logged in.
        Assert.Equal(ordered, (await Api.CallAsync("subscription", "findUsername", P("sid", 17), P("username", lower)))!.Value);
        await Api.CallAsync("subscription", "changeUsername", P("usn", customer.Subscriptions[1]), P("username", name));
        await Api.CallAsync(
            "subscription",
            "setClearPassword",
            P("usn", customer.Subscriptions[1]),
            SubscriptionTests.Password("pa55-word-1")
        );
        Assert.Equal(("true", customer.Subscriptions[1]), await AuthenticateAsync(lower));
        Assert.Equal(("true", customer.Subscriptions[1]), await AuthenticateAsync(name));
        Assert.Equal(("false", null), await AuthenticateAsync(lower + "x"));

        async Task<(string?, string?)> AuthenticateAsync(string username)
        {
            var answer = await Api.CallAsync(
                "authentication",
                "authenticate",
                Document(
                    $"<AuthenticationRequest><AuthenticationRequestType>1</AuthenticationRequestType><Parameters>"
                        + $"<Object>{Text("serviceType", "1")}{Text("username", username)}{Text("password", "pa55-word-1")}</Object>"
                        + $"</Parameters></AuthenticationRequest>"
                )
            );
            return (answer.At("Success"), answer.At("USN"));
        }
    }

    /// <summary>Two orders at a time do not get one name in two cases.</summary>
    [Fact]
    public async Task A_username_is_given_once_to_orders_at_the_same_time()
    {
        var customers = new List<OrderedAccount>();
        for (var count = 0; count < 6; count++)
        {
            customers.Add(await PortalCustomerAsync(server));
        }

        var name = server.Unique("race");
        var names = new[] { name, name.ToUpperInvariant(), "R" + name[1..], "rA" + name[2..], "raC" + name[3..], name };
        var results = await Task.WhenAll(
            customers.Select(
                (customer, at) =>
                    Api.TryAsync(
                        "order",
                        new System.Xml.Linq.XElement(
                            ContractSchemas.Endpoint + "orderSubscription",
                            P("usn", customer.Usn),
                            Line(username: names[at])
                        )
                    )
            )
        );
        Assert.Equal(1, results.Count(fault => fault is null));
        Assert.All(results.OfType<SoapFault>(), fault => Assert.Equal("OrderException", fault.Element));
    }

    /// <summary>
    /// A service of the catalogue may tell names by their case; and where older data has names that differ in it, the one as typed is
    /// meant.
    /// </summary>
    [Fact]
    public async Task Where_case_counts_or_has_counted_the_name_as_typed_is_meant()
    {
        var customer = await PortalCustomerAsync(server);
        var name = server.Unique("case");
        await using (
            await ChangedCatalogue.ApplyAsync(
                server,
                content =>
                    content with
                    {
                        Services =
                        [
                            .. content.Services.Select(service =>
                                service.Id == 17 ? service with { HasCaseSensitiveUsernames = true } : service
                            ),
                        ],
                    }
            )
        )
        {
            await Api.CallAsync("order", "orderSubscription", P("usn", customer.Usn), Line(username: name));
            await RefusedAsync("subscription", "findUsername", "NoSuchItemException", P("sid", 17), P("username", name.ToUpperInvariant()));
            await Api.CallAsync("order", "orderSubscription", P("usn", customer.Usn), Line(username: name.ToUpperInvariant()));
        }

        Assert.NotEqual(await FindAsync(name), await FindAsync(name.ToUpperInvariant()));
        await RefusedAsync("subscription", "findUsername", "NoSuchItemException", P("sid", 17), P("username", "C" + name[1..]));

        async Task<string> FindAsync(string username) =>
            (await Api.CallAsync("subscription", "findUsername", P("sid", 17), P("username", username)))!.Value;
    }

    /// <summary>O15: a username is trimmed, and has no line breaks in it.</summary>
    [Fact]
    public async Task Usernames_are_trimmed_and_have_no_control_characters()
    {
        var customer = await PortalCustomerAsync(server);
        var name = server.Unique("joe");
        await Api.CallAsync("subscription", "changeUsername", P("usn", customer.Subscriptions[1]), P("username", $"  {name} "));
        Assert.Equal(name, (await Api.CallAsync("subscription", "get", P("usn", customer.Subscriptions[1]))).Field("username"));
        await RefusedAsync(
            "subscription",
            "changeUsername",
            "InvalidRequestException",
            P("usn", customer.Subscriptions[1]),
            P("username", "jo\ne")
        );
        await RefusedAsync("order", "orderSubscription", "OrderException", P("usn", customer.Usn), Line(username: "jo\te"));
        var ordered = await Api.CallAsync("order", "orderSubscription", P("usn", customer.Usn), Line(username: $" {name}-2 "));
        Assert.Equal(
            $"{name}-2",
            (await Api.CallAsync("subscription", "get", P("usn", ordered.At("OrderedComponents/Subscription/USN")!))).Field("username")
        );
    }

    /// <summary>O16.</summary>
    [Fact]
    public async Task A_closed_subscription_gets_no_cost_centre()
    {
        var customer = await PortalCustomerAsync(server);
        await Api.CallAsync("subscription", "cancel", P("usn", customer.Subscriptions[1]), P("fromTimestamp", "2014-01-01T00:00:00Z"));
        await RefusedAsync("subscription", "setCostCentre", "InvalidRequestException", P("usn", customer.Subscriptions[1]));
    }

    private async Task<(string Order, string Account)> WaitingAccountAsync()
    {
        var details = await Api.CallAsync("order", "orderAccount", Order(BusinessNeedingApproval, 1, BusinessForm()));
        return (details.At("OrderNumber")!, details.At("Order/AccountUSN")!);
    }

    private string BusinessForm() =>
        Text("username", server.Unique("business"))
        + Text("contactGiven", "Joe")
        + Text("contactFamily", "Smith")
        + Text("emailAddress", "joe@example.com")
        + Text("companyName", "Example Telecom Ltd");

    private System.Xml.Linq.XElement Line(string? account = null, string? username = null) =>
        Order(AdslOnly, 36, Text("username", username ?? server.Unique("line")), account);

    private async Task<string?> AuthenticateAsync(string username) =>
        (
            await Api.CallAsync(
                "authentication",
                "authenticate",
                Document(
                    "<AuthenticationRequest><AuthenticationRequestType>1</AuthenticationRequestType><Parameters><Object>"
                        + $"{Text("username", username + "@example.com")}{Text("password", "pa55-" + username)}</Object></Parameters>"
                        + $"</AuthenticationRequest>"
                )
            )
        ).At("Success");

    private async Task<long> LastSinceAsync(string account) =>
        (long)(await server.MessagesAsync(account)).Last(message => message.Type == "RatingConfigurationUpdated").Headers["timestamp"];

    private async Task<SoapFault> RefusedAsync(
        string endpoint,
        string operation,
        string fault,
        params System.Xml.Linq.XElement[] parameters
    )
    {
        var refused = await Api.RefusedAsync(endpoint, operation, parameters);
        Assert.Equal(fault, refused.Element);
        return refused;
    }
}
