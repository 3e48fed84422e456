using System.Xml.Linq;
using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Endpoints;

[Collection(ServerTests.Name)]
public sealed class PurchaseOrderTests(ServerFixture server)
{
    private SoapCaller Api => server.Administrator;

    /// <summary>The guide's example (line 5980); the flag comes back as it was sent.</summary>
    [Fact]
    public async Task A_purchase_order_is_recorded_with_its_fields_and_subscriptions_and_read_again()
    {
        var customer = await PortalCustomerAsync(server);
        var created = await Api.CallAsync(
            "account",
            "createPurchaseOrder",
            NewOrder(
                customer.Usn,
                "PO123456",
                $"<ExpiryDate>2015-06-24+10:00</ExpiryDate><Object><String name='purchase_number_note'>Note here</String></Object>"
                    + $"<Subscriptions><SubscriptionUSN>{customer.Subscriptions[1]}</SubscriptionUSN></Subscriptions>"
                    + $"<ExclusiveInvoice>true</ExclusiveInvoice>"
            )
        );
        var id = created.At("PurchaseOrderId")!;
        var expected = Document(
            $"""
            <PurchaseOrder><AccountUSN>{customer.Usn}</AccountUSN><Number>PO123456</Number><ExpiryDate>2015-06-24+10:00</ExpiryDate>
            <Object><String name='purchase_number_note'>Note here</String></Object>
            <Subscriptions><SubscriptionUSN>{customer.Subscriptions[1]}</SubscriptionUSN></Subscriptions>
            <ExclusiveInvoice>true</ExclusiveInvoice><PurchaseOrderId>{id}</PurchaseOrderId><Company>1</Company>
            <Deprecated>false</Deprecated></PurchaseOrder>
            """
        );
        AssertSame(expected, created);
        AssertSame(expected, await Api.CallAsync("account", "getPurchaseOrder", P("purchaseOrderId", id)));
        Assert.Equal(
            "administrator",
            await server.QueryAsync<string>(
                """
                SELECT username FROM audit_change JOIN subscription ON usn = audit_change.changed_by
                WHERE table_name = 'purchase_order' AND key = $1 AND action = 'INSERT'
                """,
                id
            )
        );
    }

    [Fact]
    public async Task All_purchase_orders_of_an_account_are_listed_expired_and_deprecated_ones_too()
    {
        var customer = await PortalCustomerAsync(server);
        await CreateAsync(customer.Usn, "A-1", "<ExpiryDate>2014-01-01</ExpiryDate>");
        var second = await CreateAsync(customer.Usn, "A-2");
        Assert.Null(
            await Api.CallAsync("account", "updatePurchaseOrder", Order(customer.Usn, "A-2", second, "<Deprecated>true</Deprecated>"))
        );
        var list = await Api.CallAsync("account", "listPurchaseOrders", P("account", customer.Usn));
        Assert.Equal(["A-1", "A-2"], list.AllAt("PurchaseOrder/Number").Select(number => number.Value).Order(StringComparer.Ordinal));
        Assert.Equal(
            ["false", "true"],
            list.AllAt("PurchaseOrder").OrderBy(order => order.At("Number"), StringComparer.Ordinal).Select(order => order.At("Deprecated"))
        );
        Assert.Empty(
            (await Api.CallAsync("account", "listPurchaseOrders", P("account", (await PortalCustomerAsync(server)).Usn))).AllAt(
                "PurchaseOrder"
            )
        );
    }

    [Fact]
    public async Task An_update_takes_the_place_of_what_it_states_and_leaves_the_rest()
    {
        var customer = await PortalCustomerAsync(server);
        var id = await CreateAsync(
            customer.Usn,
            "B-1",
            $"<ExpiryDate>2015-06-24</ExpiryDate><Object><String name='purchase_number_note'>Old</String></Object><Subscriptions>"
                + $"<SubscriptionUSN>{customer.Subscriptions[0]}</SubscriptionUSN></Subscriptions><ExclusiveInvoice>true</ExclusiveInvoice>"
        );
        await Api.CallAsync("account", "updatePurchaseOrder", Order(customer.Usn, "B-2", id));
        var kept = await Api.CallAsync("account", "getPurchaseOrder", P("purchaseOrderId", id));
        Assert.Equal(
            ("B-2", null, "Old", "true"),
            (kept.At("Number"), kept.At("ExpiryDate"), kept.Field("purchase_number_note"), kept.At("ExclusiveInvoice"))
        );
        Assert.Equal(customer.Subscriptions[0], kept.At("Subscriptions/SubscriptionUSN"));

        await Api.CallAsync(
            "account",
            "updatePurchaseOrder",
            Order(
                customer.Usn,
                "B-2",
                id,
                "<Company>1</Company>",
                $"<Object/><Subscriptions><SubscriptionUSN>{customer.Subscriptions[1]}</SubscriptionUSN></Subscriptions>"
                    + $"<ExclusiveInvoice>false</ExclusiveInvoice>"
            )
        );
        var changed = await Api.CallAsync("account", "getPurchaseOrder", P("purchaseOrderId", id));
        Assert.Null(changed.Field("purchase_number_note"));
        Assert.Equal("false", changed.At("ExclusiveInvoice"));
        Assert.Equal([customer.Subscriptions[1]], changed.AllAt("Subscriptions/SubscriptionUSN").Select(usn => usn.Value));
        Assert.Equal(
            "administrator",
            await server.QueryAsync<string>(
                """
                SELECT username FROM audit_change JOIN subscription ON usn = audit_change.changed_by
                WHERE table_name = 'purchase_order_subscription' AND key = $1 AND action = 'DELETE'
                """,
                id
            )
        );
    }

    [Fact]
    public async Task A_number_is_used_once_in_an_account()
    {
        var customer = await PortalCustomerAsync(server);
        await CreateAsync(customer.Usn, "C-1");
        var id = await CreateAsync(customer.Usn, "C-2");
        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync("account", "createPurchaseOrder", NewOrder(customer.Usn, " C-1 "))).Element
        );
        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync("account", "updatePurchaseOrder", Order(customer.Usn, "C-1", id))).Element
        );
        await CreateAsync((await PortalCustomerAsync(server)).Usn, "C-1");
    }

    [Fact]
    public async Task Bad_purchase_orders_are_refused_and_nothing_is_recorded()
    {
        var customer = await PortalCustomerAsync(server);
        var other = await PortalCustomerAsync(server);
        var id = await CreateAsync(customer.Usn, "D-1");
        await RefusedBothAsync("NoSuchItemException", "4711", "D", "");
        await RefusedBothAsync("NoSuchItemException", customer.Usn, "D", Covering("4711"));
        await RefusedBothAsync("InvalidRequestException", customer.Subscriptions[0], "D", "");
        await RefusedBothAsync("InvalidRequestException", customer.Usn, " ", "");
        await RefusedBothAsync("InvalidRequestException", customer.Usn, new string('9', 101), "");
        await RefusedBothAsync("InvalidRequestException", customer.Usn, "D", "<Object><String name='nonsense'>1</String></Object>");
        await RefusedBothAsync("InvalidRequestException", customer.Usn, "D", "<Object><String name='approved'>yes</String></Object>");
        await RefusedBothAsync("InvalidRequestException", customer.Usn, "D", Covering(other.Subscriptions[0]));
        await RefusedBothAsync("InvalidRequestException", customer.Usn, "D", Covering(" "));
        Assert.Equal(
            "NoSuchItemException",
            (await Api.RefusedAsync("account", "updatePurchaseOrder", Order(customer.Usn, "D", Guid.NewGuid().ToString()))).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (await Api.RefusedAsync("account", "updatePurchaseOrder", Order(customer.Usn, "D", "D-1"))).Element
        );
        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync("account", "updatePurchaseOrder", Order(other.Usn, "D", id))).Element
        );
        Assert.Equal(
            "InvalidRequestException",
            (await Api.RefusedAsync("account", "updatePurchaseOrder", Order(customer.Usn, "D", id, "<Company>2</Company>"))).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (await Api.RefusedAsync("account", "getPurchaseOrder", P("purchaseOrderId", Guid.NewGuid()))).Element
        );
        Assert.Equal("NoSuchItemException", (await Api.RefusedAsync("account", "getPurchaseOrder", P("purchaseOrderId", "D-1"))).Element);
        Assert.Equal("NoSuchItemException", (await Api.RefusedAsync("account", "listPurchaseOrders", P("account", "4711"))).Element);
        Assert.Equal(
            ["D-1"],
            (await Api.CallAsync("account", "listPurchaseOrders", P("account", customer.Usn)))
                .AllAt("PurchaseOrder/Number")
                .Select(number => number.Value)
        );

        async Task RefusedBothAsync(string fault, string usn, string number, string content)
        {
            Assert.Equal(fault, (await Api.RefusedAsync("account", "createPurchaseOrder", NewOrder(usn, number, content))).Element);
            Assert.Equal(fault, (await Api.RefusedAsync("account", "updatePurchaseOrder", Order(usn, number, id, "", content))).Element);
        }
    }

    [Fact]
    public async Task Others_purchase_orders_are_not_found()
    {
        var customer = await PortalCustomerAsync(server);
        var other = await PortalCustomerAsync(server);
        var id = await CreateAsync(other.Usn, "Secret");
        using var own = await server.AddUserOfAccountAsync(customer.Usn);
        Assert.Equal("NoSuchItemException", (await own.RefusedAsync("account", "getPurchaseOrder", P("purchaseOrderId", id))).Element);
        Assert.Equal("NoSuchItemException", (await own.RefusedAsync("account", "listPurchaseOrders", P("account", other.Usn))).Element);
        Assert.Equal("NoSuchItemException", (await own.RefusedAsync("account", "updatePurchaseOrder", Order(other.Usn, "x", id))).Element);
        Assert.Equal(
            "NoSuchItemException",
            (await own.RefusedAsync("account", "updatePurchaseOrder", Order(customer.Usn, "x", id))).Element
        );
        Assert.Equal("NoSuchItemException", (await own.RefusedAsync("account", "createPurchaseOrder", NewOrder(other.Usn, "x"))).Element);
        Assert.Equal(
            "NoSuchItemException",
            (await own.RefusedAsync("account", "createPurchaseOrder", NewOrder(other.Subscriptions[0], "x"))).Element
        );
        Assert.Equal(
            "NoSuchItemException",
            (
                await own.RefusedAsync("account", "createPurchaseOrder", NewOrder(customer.Usn, "x", Covering(other.Subscriptions[0])))
            ).Element
        );
        Assert.Equal("Mine", (await own.CallAsync("account", "createPurchaseOrder", NewOrder(customer.Usn, "Mine"))).At("Number"));
    }

    [Fact]
    public async Task A_subscription_that_moves_to_another_account_leaves_the_purchase_orders_of_the_first()
    {
        var customer = await PortalCustomerAsync(server);
        var id = await CreateAsync(customer.Usn, "E-1", Covering(customer.Subscriptions[1]));
        await server.ExecuteAsync(
            "UPDATE purchase_order_subscription SET changed_by = 'somebody' WHERE subscription_usn = $1",
            customer.Subscriptions[1]
        );
        await Api.CallAsync(
            "subscription",
            "migrateSubscription",
            P("usn", customer.Subscriptions[1]),
            P("toAccountUsn", (await PortalCustomerAsync(server)).Usn)
        );
        Assert.Empty((await Api.CallAsync("account", "getPurchaseOrder", P("purchaseOrderId", id))).AllAt("Subscriptions/SubscriptionUSN"));
        Assert.Equal(
            "administrator",
            await server.QueryAsync<string>(
                """
                SELECT username FROM audit_change JOIN subscription ON usn = audit_change.changed_by
                WHERE table_name = 'purchase_order_subscription' AND action = 'DELETE' AND before ->> 'subscription_usn' = $1
                """,
                customer.Subscriptions[1]
            )
        );
    }

    private static string Covering(string usn) => $"<Subscriptions><SubscriptionUSN>{usn}</SubscriptionUSN></Subscriptions>";

    private static XElement NewOrder(string usn, string number, string content = "") =>
        Document($"<NewPurchaseOrderRequest><AccountUSN>{usn}</AccountUSN><Number>{number}</Number>{content}</NewPurchaseOrderRequest>");

    private static XElement Order(string usn, string number, string id, string rest = "", string content = "") =>
        Document(
            $"<PurchaseOrder><AccountUSN>{usn}</AccountUSN>"
                + $"<Number>{number}</Number>{content}<PurchaseOrderId>{id}</PurchaseOrderId>{rest}</PurchaseOrder>"
        );

    private async Task<string> CreateAsync(string usn, string number, string content = "") =>
        (await Api.CallAsync("account", "createPurchaseOrder", NewOrder(usn, number, content))).At("PurchaseOrderId")!;
}
