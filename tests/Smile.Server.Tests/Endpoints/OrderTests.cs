using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Endpoints;

[Collection(ServerTests.Name)]
public sealed class OrderTests(ServerFixture server)
{
    private SoapCaller Api => server.Administrator;

    [Theory]
    [InlineData("order")]
    [InlineData("account")]
    [InlineData("subscription")]
    [InlineData("service")]
    [InlineData("crm")]
    public async Task Echo_returns_what_it_is_given(string endpoint)
    {
        Assert.Equal("Hällo <&> 😀", (await Api.CallAsync(endpoint, "echo", P("value", "Hällo <&> 😀")))!.Value);
    }

    [Fact]
    public async Task Available_order_forms_are_those_of_published_packages_that_the_caller_may_order()
    {
        var forms = await Api.CallAsync("order", "getAvailableOrderForms");
        var packages = forms.AllAt("OrderForm/Package").Select(package => int.Parse(package.Value)).ToList();
        Assert.Contains(AdslWithVoip, packages);
        Assert.DoesNotContain(Unpublished, packages);

        var customer = await PortalCustomerAsync(server);
        using var limited = await server.AddUserOfAccountAsync(customer.Usn, AdslOnly);
        Assert.Equal(
            [AdslOnly],
            (await limited.CallAsync("order", "getAvailableOrderForms"))
                .AllAt("OrderForm/Package")
                .Select(package => int.Parse(package.Value))
        );
    }

    [Fact]
    public async Task A_caller_who_may_order_nothing_gets_no_order_forms()
    {
        var customer = await PortalCustomerAsync(server);
        using var limited = await server.AddUserOfAccountAsync(customer.Usn);
        Assert.Equal("OrderException", (await limited.RefusedAsync("order", "getAvailableOrderForms")).Element);
    }

    [Fact]
    public async Task An_order_form_has_the_plans_and_fields_of_its_package()
    {
        var form = await Api.CallAsync("order", "getOrderForm", P("packageId", AdslWithVoip));
        Assert.Equal("ADSL With VOIP Lines", form.At("Name"));
        Assert.Equal(["812", "89", "93", "95"], form.AllAt("PackagePlans/PackagePlan/PackagePlan").Select(plan => plan.Value));
        var username = form.AllAt("OrderFormDescription/Form/Attributes/Attribute")
            .First(attribute => attribute.At("AttributeType/Name") == "username");
        Assert.Equal("true", username.At("Required"));
        Assert.Equal("VisibleAndEditable", username.At("Visibility"));
        Assert.Equal("String", username.AllAt("AttributeType/SmileObjectXMLType").Single().Attribute("type")!.Value);
    }

    [Theory]
    [InlineData(123)]
    [InlineData(Unpublished)]
    public async Task An_order_form_that_does_not_exist_is_refused_as_the_guide_prints_it(int package)
    {
        var fault = await Api.RefusedAsync("order", "getOrderForm", P("packageId", package));
        Assert.Equal(
            new SoapFault(
                500,
                "S:Server",
                "OrderException",
                $"NoSuchOrderFormException [pkgId={package}]. Use getOrderForms() to discover available order forms"
            ),
            fault
        );
    }

    [Fact]
    public async Task A_package_that_the_caller_may_not_order_is_refused()
    {
        var customer = await PortalCustomerAsync(server);
        using var limited = await server.AddUserOfAccountAsync(customer.Usn, AdslOnly);
        Assert.Equal("OrderException", (await limited.RefusedAsync("order", "getOrderForm", P("packageId", AdslWithVoip))).Element);
        Assert.Equal(
            "OrderException",
            (await limited.RefusedAsync("order", "orderAccount", Order(AdslWithVoip, 812, AdslForm(server.Unique("u"))))).Element
        );
    }

    [Fact]
    public async Task Ordering_an_account_answers_its_components_and_announces_each_step_in_order()
    {
        var username = server.Unique("order");
        var details = await Api.CallAsync("order", "orderAccount", Order(PortalCustomer, 1, PortalForm(username)));
        var ordered = Read(details, username);
        Assert.Equal("false", details.At("Order/RequiresApproval"));
        Assert.Equal(["16", "15"], details.AllAt("OrderedComponents/Subscription/SID").Select(sid => sid.Value));
        Assert.All(
            details.AllAt("OrderedComponents/Subscription"),
            subscription =>
                Assert.Equal(
                    "Provisioned Active Activated Enabled",
                    $"{subscription.At("ProvisionStatus")} {subscription.At("SuspendStatus")} {subscription.At("ActivateStatus")} "
                        + $"{subscription.At("EnableStatus")}"
                )
        );
        Assert.All([ordered.Usn, .. ordered.Subscriptions], usn => Assert.True(Smile.Kernel.Luhn.IsValid(usn), usn));

        var messages = await server.MessagesAsync(ordered.Usn);
        Assert.Equal(
            [
                "OrderEntered",
                "OrderApproved",
                "SubscriptionProvisioned",
                "SubscriptionEnabled",
                "SubscriptionActivated",
                "SubscriptionProvisioned",
                "SubscriptionEnabled",
                "SubscriptionActivated",
                "OrderComplete",
            ],
            messages.Select(message => message.Type)
        );
        Assert.Equal(ordered.OrderNumber, messages[0].Headers["number"]);
        Assert.Equal(ordered.Usn, messages[0].Headers["accountUsn"]);
        Assert.Equal(16, messages[2].Headers["sid"]);
        Assert.Equal(ordered.Subscriptions[0], messages[2].Headers["usn"]);
        Assert.IsType<int>(messages[2].Headers["provisionRequestId"]);
        Assert.DoesNotContain(messages, message => message.Body.Contains("pa55-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nested_custom_fields_are_kept_and_shown()
    {
        var username = server.Unique("nested");
        var form =
            AdslForm(username)
            + "<Object name=\"secondaryContact\"><String name=\"secondaryContactName\">John Smith</String><String "
            + "name=\"secondaryContactNo\">+61395505665</String></Object>";
        var details = await Api.CallAsync("order", "orderAccount", Order(AdslWithVoip, 812, form));
        Assert.Equal("John Smith", details.Field("secondaryContactName"));
        var account = await Api.CallAsync("account", "get", P("usn", details.At("Order/AccountUSN")!));
        var contact = account!.Descendants().Single(element => element.Attribute("name")?.Value == "secondaryContact");
        Assert.Equal("Object", contact.Name.LocalName);
        Assert.Equal("+61395505665", contact.Field("secondaryContactNo"));
    }

    [Fact]
    public async Task A_subscription_is_ordered_for_an_existing_account()
    {
        var customer = await PortalCustomerAsync(server);
        var details = await Api.CallAsync(
            "order",
            "orderSubscription",
            P("usn", customer.Usn),
            Order(AdslOnly, 36, Text("username", server.Unique("adsl")), customer.Usn)
        );
        Assert.Equal(customer.Usn, details.At("Order/AccountUSN"));
        Assert.Empty(details.AllAt("OrderedComponents/Account"));
        Assert.Equal("ReadyToProvision", details.At("OrderedComponents/Subscription/ProvisionStatus"));
    }

    [Fact]
    public async Task An_order_for_an_account_that_does_not_match_the_parameter_is_refused()
    {
        var customer = await PortalCustomerAsync(server);
        var other = await PortalCustomerAsync(server);
        var fault = await Api.RefusedAsync(
            "order",
            "orderSubscription",
            P("usn", customer.Usn),
            Order(AdslOnly, 36, Text("username", "x"), other.Usn)
        );
        Assert.Equal("OrderException", fault.Element);
        Assert.Contains(other.Usn, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(AdslOnly, 36, "", "username")]
    [InlineData(AdslOnly, null, "<String name='username'>u</String>", "PackagePlan")]
    [InlineData(AdslOnly, 77, "<String name='username'>u</String>", "NoSuchPackagePlanException")]
    [InlineData(AdslOnly, 36, "<String name='username'>u</String><String name='nonsense'>1</String>", "nonsense")]
    [InlineData(AdslOnly, 36, "<Integer name='username'>1</Integer>", "String")]
    [InlineData(AdslOnly, 36, "<String name='username'>u</String><String name='username'>v</String>", "more than once")]
    [InlineData(AdslWithVoip, 812, "<String name='username'>u</String>", "contains an account")]
    [InlineData(4711, 1, "", "NoSuchOrderFormException")]
    public async Task A_bad_subscription_order_is_refused_naming_what_is_wrong(int package, int? plan, string fields, string expected)
    {
        var customer = await PortalCustomerAsync(server);
        var before = await server.MessagesAsync(customer.Usn);
        var fault = await Api.RefusedAsync("order", "orderSubscription", P("usn", customer.Usn), Order(package, plan, fields));
        Assert.Equal("OrderException", fault.Element);
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
        Assert.Equal(before.Count, (await server.MessagesAsync(customer.Usn)).Count);
    }

    [Fact]
    public async Task An_order_without_its_document_or_with_it_in_another_namespace_is_an_order_exception()
    {
        Assert.Equal("OrderException", (await Api.RefusedAsync("order", "orderAccount")).Element);
        var foreign = new System.Xml.Linq.XElement("Order");
        Assert.Equal("OrderException", (await Api.RefusedAsync("order", "orderAccount", foreign)).Element);
    }

    [Fact]
    public async Task A_username_that_is_taken_refuses_the_whole_order()
    {
        var customer = await PortalCustomerAsync(server);
        var accounts = await server.QueryAsync<long>("SELECT count(*) FROM account");
        var fault = await Api.RefusedAsync("order", "orderAccount", Order(PortalCustomer, 1, PortalForm(customer.Username)));
        Assert.Equal("OrderException", fault.Element);
        Assert.Contains(customer.Username, fault.Message, StringComparison.Ordinal);
        Assert.Equal(accounts, await server.QueryAsync<long>("SELECT count(*) FROM account"));
    }

    [Fact]
    public async Task An_order_can_be_read_again_by_who_may_see_its_account_and_by_nobody_else()
    {
        var customer = await PortalCustomerAsync(server);
        var other = await PortalCustomerAsync(server);
        Assert.Equal(
            customer.Usn,
            (await Api.CallAsync("order", "getOrder", P("orderNumber", customer.OrderNumber))).At("Order/AccountUSN")
        );
        using var own = await server.AddUserOfAccountAsync(customer.Usn);
        Assert.Equal(
            customer.OrderNumber,
            (await own.CallAsync("order", "getOrder", P("orderNumber", customer.OrderNumber))).At("OrderNumber")
        );
        Assert.Equal("OrderException", (await own.RefusedAsync("order", "getOrder", P("orderNumber", other.OrderNumber))).Element);
        Assert.Equal("OrderException", (await Api.RefusedAsync("order", "getOrder", P("orderNumber", "O1"))).Element);
    }

    [Fact]
    public async Task An_order_that_needs_approval_waits_and_goes_on_when_approved()
    {
        var username = server.Unique("business");
        var details = await Api.CallAsync(
            "order",
            "orderAccount",
            Order(BusinessNeedingApproval, await PlanOfAsync(BusinessNeedingApproval), AdslLikeForm(username))
        );
        var ordered = Read(details, username);
        Assert.Equal("true", details.At("Order/RequiresApproval"));
        Assert.Equal("NotProvisioned", details.At("OrderedComponents/Subscription/ProvisionStatus"));
        Assert.Equal(["OrderEntered", "OrderRequiresApproval"], (await server.MessagesAsync(ordered.Usn)).Select(message => message.Type));

        Assert.Null(await Api.CallAsync("order", "approveOrder", P("orderNumber", ordered.OrderNumber)));
        Assert.Equal(
            ["OrderEntered", "OrderRequiresApproval", "OrderApproved", "SubscriptionReadyToProvision"],
            (await server.MessagesAsync(ordered.Usn)).Select(message => message.Type)
        );
        var fault = await Api.RefusedAsync("order", "approveOrder", P("orderNumber", ordered.OrderNumber));
        Assert.Equal("OrderException", fault.Element);
        Assert.Contains("already approved", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_callers_with_access_to_all_accounts_approve_orders()
    {
        var username = server.Unique("business");
        var ordered = Read(
            await Api.CallAsync(
                "order",
                "orderAccount",
                Order(BusinessNeedingApproval, await PlanOfAsync(BusinessNeedingApproval), AdslLikeForm(username))
            ),
            username
        );
        using var own = await server.AddUserOfAccountAsync(ordered.Usn);
        Assert.Equal("AccessException", (await own.RefusedAsync("order", "approveOrder", P("orderNumber", ordered.OrderNumber))).Element);
        Assert.Equal("OrderException", (await Api.RefusedAsync("order", "approveOrder", P("orderNumber", "O99"))).Element);
    }

    [Fact]
    public async Task An_order_is_updated_until_it_is_approved()
    {
        var customer = await PortalCustomerAsync(server);
        var username = server.Unique("mobile");
        var details = await Api.CallAsync(
            "order",
            "orderSubscription",
            P("usn", customer.Usn),
            Order(MobileNeedingApproval, 1, Text("username", username))
        );
        var number = details.At("OrderNumber")!;
        var subscription = details.At("OrderedComponents/Subscription/USN")!;

        await Api.CallAsync(
            "order",
            "updateOrder",
            P("orderNumber", number),
            Document(
                "<Order><PackagePlan>2</PackagePlan><OrderForm><Object><String name='simCardNumber'>8961000000000000001</String>"
                    + "</Object></OrderForm></Order>"
            )
        );
        var updated = await Api.CallAsync("order", "getOrder", P("orderNumber", number));
        Assert.Equal("2", updated.At("Order/PackagePlan"));
        Assert.Equal(username, updated.Field("username"));
        Assert.Equal("8961000000000000001", (await Api.CallAsync("subscription", "get", P("usn", subscription))).Field("simCardNumber"));

        await Api.CallAsync("order", "approveOrder", P("orderNumber", number));
        Assert.Equal(
            "OrderException",
            (await Api.RefusedAsync("order", "updateOrder", P("orderNumber", number), Document("<Order/>"))).Element
        );
    }

    [Theory]
    [InlineData("<Order><Package>61</Package></Order>", "package")]
    [InlineData("<Order><AccountUSN>1</AccountUSN></Order>", "account")]
    [InlineData("<Order><PackagePlan>4711</PackagePlan></Order>", "NoSuchPackagePlanException")]
    [InlineData("<Order><OrderForm><Object><String name='nonsense'>1</String></Object></OrderForm></Order>", "nonsense")]
    [InlineData("<Order><OrderForm><Object><String name='username'/></Object></OrderForm></Order>", "required")]
    public async Task What_cannot_be_changed_in_an_order_is_refused(string change, string expected)
    {
        var customer = await PortalCustomerAsync(server);
        var details = await Api.CallAsync(
            "order",
            "orderSubscription",
            P("usn", customer.Usn),
            Order(MobileNeedingApproval, 1, Text("username", server.Unique("mobile")))
        );
        var fault = await Api.RefusedAsync("order", "updateOrder", P("orderNumber", details.At("OrderNumber")!), Document(change));
        Assert.Equal("OrderException", fault.Element);
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_order_that_waits_for_approval_can_be_cancelled_once()
    {
        var customer = await PortalCustomerAsync(server);
        var username = server.Unique("mobile");
        var details = await Api.CallAsync(
            "order",
            "orderSubscription",
            P("usn", customer.Usn),
            Order(MobileNeedingApproval, 1, Text("username", username))
        );
        var number = details.At("OrderNumber")!;
        await Api.CallAsync("order", "cancelOrder", P("orderNumber", number));
        Assert.Equal("OrderCancelled", (await server.MessagesAsync(customer.Usn))[^1].Type);
        Assert.Equal("InvalidRequestException", (await Api.RefusedAsync("order", "cancelOrder", P("orderNumber", number))).Element);
        Assert.Equal("NoSuchItemException", (await Api.RefusedAsync("order", "cancelOrder", P("orderNumber", "O7"))).Element);
        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync("order", "cancelOrder", P("orderNumber", customer.OrderNumber))).Element
        );
        Assert.Equal("OrderException", (await Api.RefusedAsync("order", "getOrder", P("orderNumber", number))).Element);

        // The username is free again.
        await Api.CallAsync(
            "order",
            "orderSubscription",
            P("usn", customer.Usn),
            Order(MobileNeedingApproval, 1, Text("username", username))
        );
    }

    [Fact]
    public async Task Reserved_usns_count_up_with_their_check_digit_and_the_services_prefix_and_suffix()
    {
        var list = await Api.CallAsync("order", "reserveUsns", P("sid", 17), P("count", 250));
        var usns = list.AllAt("Usn").Select(usn => usn.Value).ToList();
        Assert.Equal(250, usns.Distinct().Count());
        Assert.All(usns, usn => Assert.True(Smile.Kernel.Luhn.IsValid(usn), usn));
        Assert.Empty((await Api.CallAsync("order", "reserveUsns", P("sid", 17), P("count", 0))).AllAt("Usn"));
        Assert.Equal(10_000, (await Api.CallAsync("order", "reserveUsns", P("sid", 15), P("count", 10_000))).AllAt("Usn").Count());
    }

    [Theory]
    [InlineData(17, -1, "InvalidRequestException")]
    [InlineData(17, 10_001, "InvalidRequestException")]
    [InlineData(4711, 1, "NoSuchItemException")]
    public async Task Usns_beyond_the_limit_or_of_an_unknown_service_are_refused(int sid, int count, string fault)
    {
        Assert.Equal(fault, (await Api.RefusedAsync("order", "reserveUsns", P("sid", sid), P("count", count))).Element);
    }

    /// <summary>The first plan of a package; null where it has none.</summary>
    private async Task<int?> PlanOfAsync(int package) =>
        (await Api.CallAsync("order", "getOrderForm", P("packageId", package))).At("PackagePlans/PackagePlan/PackagePlan") is { } plan
            ? int.Parse(plan)
            : null;

    private static string AdslLikeForm(string username) =>
        Text("username", username)
        + Text("contactGiven", "Joe")
        + Text("contactFamily", "Smith")
        + Text("emailAddress", "joe@example.com")
        + Text("companyName", "Example Telecom Ltd");
}
