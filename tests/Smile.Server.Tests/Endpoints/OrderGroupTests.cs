using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Endpoints;

[Collection(ServerTests.Name)]
public sealed class OrderGroupTests(ServerFixture server)
{
    private const string AccountForm =
        "<String name=\"email.address\">joe@example.com</String><String name=\"account.name\">Joe Smith</String>";

    private SoapCaller Api => server.Administrator;

    [Fact]
    public async Task A_group_with_a_new_account_is_placed_as_one()
    {
        var group = await Api.CallAsync("order", "createOrderGroup", Order(AccountOnly, null, AccountForm));
        var number = group.At("OrderGroupNumber")!;
        var account = group.At("AccountUSN")!;
        Assert.Equal("NotProvisioned", group.At("Orders/Order/OrderedComponents/Account/ProvisionStatus"));
        Assert.Equal("AccountException", (await Api.RefusedAsync("account", "get", P("usn", account))).Element);

        var added = await Api.CallAsync(
            "order",
            "addOrderToGroup",
            P("orderGroupId", number),
            Order(AdslOnly, 36, Text("username", server.Unique("group")))
        );
        Assert.Equal(2, added.AllAt("Orders/Order").Count());
        Assert.Equal("NotEnabled", added.At("Orders/Order/OrderedComponents/Subscription/EnableStatus"));
        Assert.Empty(await server.MessagesAsync(account));

        var placed = await Api.CallAsync("order", "placeOrderGroup", P("orderGroupId", number));
        Assert.Equal("Provisioned", placed.At("OrderGroup/Orders/Order/OrderedComponents/Account/ProvisionStatus"));
        Assert.Equal(
            [
                "OrderEntered",
                "OrderApproved",
                "OrderComplete",
                "OrderEntered",
                "OrderApproved",
                "SubscriptionReadyToProvision",
                "TransactionClosed",
            ],
            (await server.MessagesAsync(account)).Select(message => message.Type)
        );
        Assert.Equal("Joe Smith", (await Api.CallAsync("account", "get", P("usn", account))).Field("account.name"));
        Assert.Equal(number, (await Api.CallAsync("order", "getOrderGroup", P("orderGroupId", number))).At("OrderGroupNumber"));
        Assert.Equal("InvalidRequestException", (await Api.RefusedAsync("order", "placeOrderGroup", P("orderGroupId", number))).Element);
        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync("order", "cancelOrderGroup", P("orderGroupNumber", number))).Element
        );
    }

    [Fact]
    public async Task When_one_order_of_a_group_fails_none_is_placed()
    {
        var customer = await PortalCustomerAsync(server);
        var before = (await server.MessagesAsync(customer.Usn)).Count;
        var group = await Api.CallAsync(
            "order",
            "createOrderGroup",
            Order(AdslOnly, 36, Text("username", server.Unique("fine")), customer.Usn)
        );
        var number = group.At("OrderGroupNumber")!;
        var taken = server.Unique("taken");
        await Api.CallAsync("order", "addOrderToGroup", P("orderGroupId", number), Order(AdslOnly, 36, Text("username", taken)));
        await Api.CallAsync(
            "order",
            "orderSubscription",
            P("usn", (await PortalCustomerAsync(server)).Usn),
            Order(AdslOnly, 36, Text("username", taken))
        );

        Assert.Equal("OrderException", (await Api.RefusedAsync("order", "placeOrderGroup", P("orderGroupId", number))).Element);
        Assert.Equal(before, (await server.MessagesAsync(customer.Usn)).Count);
        Assert.All(
            (await Api.CallAsync("order", "getOrderGroup", P("orderGroupId", number))).AllAt(
                "Orders/Order/OrderedComponents/Subscription/ProvisionStatus"
            ),
            status => Assert.Equal("NotProvisioned", status.Value)
        );
    }

    [Fact]
    public async Task A_group_is_cancelled_for_good()
    {
        var group = await Api.CallAsync("order", "createOrderGroup", Order(AccountOnly, null, AccountForm));
        var number = group.At("OrderGroupNumber")!;
        Assert.Null(await Api.CallAsync("order", "cancelOrderGroup", P("orderGroupNumber", number)));
        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync("order", "cancelOrderGroup", P("orderGroupNumber", number))).Element
        );
        Assert.Equal("InvalidRequestException", (await Api.RefusedAsync("order", "placeOrderGroup", P("orderGroupId", number))).Element);
        Assert.Equal(
            "NoSuchItemException",
            (
                await Api.RefusedAsync("order", "addOrderToGroup", P("orderGroupId", number), Order(AdslOnly, 36, Text("username", "x")))
            ).Element
        );
    }

    [Fact]
    public async Task Cancelling_an_order_takes_it_out_of_its_group()
    {
        var customer = await PortalCustomerAsync(server);
        var group = await Api.CallAsync(
            "order",
            "createOrderGroup",
            Order(AdslOnly, 36, Text("username", server.Unique("a")), customer.Usn)
        );
        var number = group.At("OrderGroupNumber")!;
        var added = await Api.CallAsync(
            "order",
            "addOrderToGroup",
            P("orderGroupId", number),
            Order(AdslOnly, 36, Text("username", server.Unique("b")))
        );
        var second = added.AllAt("Orders/Order/OrderNumber").Last().Value;
        await Api.CallAsync("order", "cancelOrder", P("orderNumber", second));
        Assert.Single((await Api.CallAsync("order", "getOrderGroup", P("orderGroupId", number))).AllAt("Orders/Order"));
    }

    [Fact]
    public async Task Placing_a_group_and_cancelling_its_order_at_once_do_not_both_succeed()
    {
        for (var round = 0; round < 10; round++)
        {
            var group = await Api.CallAsync("order", "createOrderGroup", Order(AccountOnly, null, AccountForm));
            var number = group.At("OrderGroupNumber")!;
            var outcomes = await Task.WhenAll(
                SucceedsAsync("placeOrderGroup", P("orderGroupId", number)),
                SucceedsAsync("cancelOrder", P("orderNumber", group.At("Orders/Order/OrderNumber")!))
            );
            Assert.Single(outcomes, succeeded => succeeded);
            Assert.Equal(
                outcomes[0] ? 1L : 0L,
                await server.QueryAsync<long>("SELECT count(*) FROM account WHERE usn = $1", group.At("AccountUSN")!)
            );
        }
    }

    [Fact]
    public async Task The_order_of_a_groups_account_is_cancelled_only_with_the_group()
    {
        var group = await Api.CallAsync("order", "createOrderGroup", Order(AccountOnly, null, AccountForm));
        await Api.CallAsync(
            "order",
            "addOrderToGroup",
            P("orderGroupId", group.At("OrderGroupNumber")!),
            Order(AdslOnly, 36, Text("username", server.Unique("c")))
        );
        Assert.Equal(
            "OrderException",
            (await Api.RefusedAsync("order", "cancelOrder", P("orderNumber", group.At("Orders/Order/OrderNumber")!))).Element
        );
    }

    [Fact]
    public async Task Groups_that_do_not_exist_or_are_others_are_not_found()
    {
        var customer = await PortalCustomerAsync(server);
        var other = await PortalCustomerAsync(server);
        var group = await Api.CallAsync("order", "createOrderGroup", Order(AdslOnly, 36, Text("username", server.Unique("d")), other.Usn));
        using var own = await server.AddUserOfAccountAsync(customer.Usn, AdslOnly);
        foreach (var number in new[] { group.At("OrderGroupNumber")!, "O1" })
        {
            Assert.Equal("NoSuchItemException", (await own.RefusedAsync("order", "getOrderGroup", P("orderGroupId", number))).Element);
            Assert.Equal(
                "NoSuchItemException",
                (
                    await own.RefusedAsync(
                        "order",
                        "addOrderToGroup",
                        P("orderGroupId", number),
                        Order(AdslOnly, 36, Text("username", "x"))
                    )
                ).Element
            );
            Assert.Equal("NoSuchItemException", (await own.RefusedAsync("order", "placeOrderGroup", P("orderGroupId", number))).Element);
            Assert.Equal(
                "NoSuchItemException",
                (await own.RefusedAsync("order", "cancelOrderGroup", P("orderGroupNumber", number))).Element
            );
        }

        Assert.Equal(
            "NoSuchItemException",
            (await own.RefusedAsync("order", "createOrderGroup", Order(AdslOnly, 36, Text("username", "x"), other.Usn))).Element
        );
    }

    [Fact]
    public async Task Bad_orders_are_refused_when_they_enter_a_group()
    {
        var customer = await PortalCustomerAsync(server);
        Assert.Equal("NoSuchItemException", (await Api.RefusedAsync("order", "createOrderGroup", Order(4711, 36, ""))).Element);
        Assert.Equal(
            "NoSuchItemException",
            (await Api.RefusedAsync("order", "createOrderGroup", Order(AdslOnly, 4711, Text("username", "x"), customer.Usn))).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (await Api.RefusedAsync("order", "createOrderGroup", Order(AdslOnly, 36, Text("username", "x"), "4711"))).Element
        );
        Assert.Equal(
            "OrderException",
            (await Api.RefusedAsync("order", "createOrderGroup", Order(AdslOnly, 36, "", customer.Usn))).Element
        );
        Assert.Equal("OrderException", (await Api.RefusedAsync("order", "createOrderGroup")).Element);
        var group = await Api.CallAsync(
            "order",
            "createOrderGroup",
            Order(AdslOnly, 36, Text("username", server.Unique("e")), customer.Usn)
        );
        var number = P("orderGroupId", group.At("OrderGroupNumber")!);
        Assert.Equal("NoSuchItemException", (await Api.RefusedAsync("order", "addOrderToGroup", number, Order(4711, 36, ""))).Element);
        Assert.Equal(
            "NoSuchItemException",
            (await Api.RefusedAsync("order", "addOrderToGroup", number, Order(AccountOnly, null, AccountForm))).Element
        );
        Assert.Single((await Api.CallAsync("order", "getOrderGroup", number)).AllAt("Orders/Order"));
    }

    private async Task<bool> SucceedsAsync(string operation, System.Xml.Linq.XElement parameter)
    {
        try
        {
            await Api.CallAsync("order", operation, parameter);
            return true;
        }
        catch (Xunit.Sdk.TrueException)
        {
            return false;
        }
    }

    /// <summary>
    /// The guide's example (line 2153) with periods that begin today: what is quoted is invoiced, on all the orders, and paid.
    /// </summary>
    [Fact]
    public async Task Placing_a_group_raises_one_initial_invoice_and_pays_it()
    {
        var (number, account) = await QuotedGroupAsync();
        var placed = await Api.CallAsync("order", "placeOrderGroup", P("orderGroupId", number), Payment("60.00"));
        Assert.Equal(("Accepted", "60.00"), (placed.At("PaymentResponse/Payment/Status"), placed.At("PaymentResponse/Payment/Amount")));
        var invoices = placed
            .AllAt("OrderGroup/Orders/Order/OrderedComponents/Account/InitialInvoice")
            .Concat(placed.AllAt("OrderGroup/Orders/Order/OrderedComponents/Subscription/InitialInvoice"))
            .ToList();
        Assert.Equal(2, invoices.Count);
        var invoice = Assert.Single(invoices.Select(element => element.Attribute("key")!.Value).Distinct());
        var today = server.Stage.Catalogue.Zone("Australia/Sydney").DateOf(server.Clock.GetUtcNow());
        Assert.Equal(
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Tx {invoice} ({today:dd/MM/yy}) $60.00"),
            invoices[0].Value
        );
        Assert.Equal(
            0m,
            await server.QueryAsync<decimal>("SELECT unallocated_amount FROM financial_transaction WHERE number = $1", invoice)
        );
        Assert.Equal(0m, await server.QueryAsync<decimal>("SELECT balance FROM account WHERE usn = $1", account));
    }

    [Fact]
    public async Task A_payment_of_another_amount_places_nothing_and_a_declined_one_leaves_the_orders_placed()
    {
        var (number, account) = await QuotedGroupAsync();
        var refused = await Api.RefusedAsync("order", "placeOrderGroup", P("orderGroupId", number), Payment("59.99"));
        Assert.Equal("InvalidRequestException", refused.Element);
        Assert.Contains("$60.00", refused.Message, StringComparison.Ordinal);
        Assert.Equal(
            "NotProvisioned",
            (await Api.CallAsync("order", "getOrderGroup", P("orderGroupId", number))).At(
                "Orders/Order/OrderedComponents/Account/ProvisionStatus"
            )
        );

        var placed = await Api.CallAsync("order", "placeOrderGroup", P("orderGroupId", number), Payment("60.00", PaymentHelp.Card(9001)));
        Assert.Equal("Declined", placed.At("PaymentResponse/Payment/Status"));
        Assert.Equal("Provisioned", placed.At("OrderGroup/Orders/Order/OrderedComponents/Account/ProvisionStatus"));
        Assert.Equal(60m, await server.QueryAsync<decimal>("SELECT balance FROM account WHERE usn = $1", account));
    }

    [Fact]
    public async Task Nothing_is_paid_where_no_invoice_is_raised()
    {
        var group = await Api.CallAsync("order", "createOrderGroup", Order(AccountOnly, null, AccountForm));
        var number = group.At("OrderGroupNumber")!;
        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync("order", "placeOrderGroup", P("orderGroupId", number), Payment("1.00"))).Element
        );
        Assert.Equal(
            "NotProvisioned",
            (await Api.CallAsync("order", "getOrderGroup", P("orderGroupId", number))).At(
                "Orders/Order/OrderedComponents/Account/ProvisionStatus"
            )
        );
    }

    /// <summary>By a card type without surcharge.</summary>
    private static System.Xml.Linq.XElement Payment(string amount, string card = PaymentHelp.GoodCard) =>
        PaymentHelp.Request("amex", amount, null, card);

    private async Task<(string Number, string Account)> QuotedGroupAsync()
    {
        var username = server.Unique("paid");
        var group = await Api.CallAsync("order", "createOrderGroup", Order(AccountOnly, null, Text("username", username)));
        var number = group.At("OrderGroupNumber")!;
        await Api.CallAsync("order", "addOrderToGroup", P("orderGroupId", number), Order(AdslOnly, 36, Text("username", username + "a")));
        Assert.Equal("60.00", (await Api.CallAsync("order", "getOrderGroupQuote", P("orderGroupId", number))).At("amount"));
        return (number, group.At("AccountUSN")!);
    }
}
