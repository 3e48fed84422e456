using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Billing;

/// <summary>Contracts that come with the plan that an order chooses.</summary>
[Collection(BillingTests.Name)]
public sealed class OrderedContractTests(BillingServer billing)
{
    private const int OnContract = 707;
    private const int ProvidedOnContract = 708;

    private SoapCaller Api => billing.Server.Administrator;

    [Fact]
    public async Task A_subscription_is_bound_when_it_is_activated_at_once()
    {
        var scenario = new BillingScenario(billing);
        await scenario.PlayAsync("2015-01-14 account cycle 31");
        var usn = await OrderAsync(scenario, OnContract, 901);
        var contract = await Api.CallAsync("contract", "getCurrentSubscriptionContract", P("usn", usn));
        Assert.Equal(
            ("901", "2015-01-14", "2015-04-13", "0.00"),
            (Kind(contract), contract.At("StartDate")?[..10], contract.At("EndDate")?[..10], contract.At("ContractValue"))
        );
        var item = await billing.Server.QueryAsync<long>("SELECT id FROM plan_schedule_item WHERE subscription_usn = $1", usn);
        Assert.Equal(item.ToString(System.Globalization.CultureInfo.InvariantCulture), contract.At("ContractedPlanScheduleItem"));
        var refused = await Api.RefusedAsync("subscription", "cancel", P("usn", usn), P("fromTimestamp", "2015-01-14T10:00:00+11:00"));
        Assert.Equal("CancelException", refused.Element);
        await scenario.PlayStepAsync("2015-04-14 account");
        await Api.CallAsync("subscription", "cancel", P("usn", usn), P("fromTimestamp", "2015-04-14T10:00:00+10:00"));
    }

    /// <summary>L6. A contract that begins with the order costs its setup fee on the order's invoice, and the quote says so.</summary>
    [Fact]
    public async Task The_setup_fee_of_a_contract_that_begins_with_the_order_is_quoted_and_on_the_initial_invoice()
    {
        var scenario = new BillingScenario(billing);
        await scenario.PlayAsync("2015-01-10 account cycle 31");
        var group = (
            await Api.CallAsync(
                "order",
                "createOrderGroup",
                Order(OnContract, 905, Text("username", billing.Server.Unique("bound")), scenario.Account)
            )
        ).At("OrderGroupNumber")!;
        var quote = await Api.CallAsync("order", "getOrderGroupQuote", P("orderGroupId", group));
        Assert.Equal(
            ["extra 25.00", "line 22.00", "line 31.00"],
            quote
                .AllAt("transactionItem")
                .Where(line => line.At("itemCode") is not ("gst" or "round"))
                .Select(line => $"{line.At("itemCode")} {line.At("amount")}")
                .Order()
        );
        var placed = await Api.CallAsync("order", "placeOrderGroup", P("orderGroupId", group));
        Assert.Contains(
            quote.At("amount")!,
            placed.At("OrderGroup/Orders/Order/InitialInvoice") ?? placed!.ToString(),
            StringComparison.Ordinal
        );
        Assert.Equal(
            "line 2015-01-10..01-31 22.00, line 2015-02-01..02-28 31.00, extra 2015-01-10 25.00 = 78.00",
            await scenario.NewsAsync()
        );
        Assert.Empty((await Api.CallAsync("account", "getDeferredCharges", P("usn", scenario.Account))).AllAt("TransactionItem"));
        Assert.Equal("nothing", await scenario.PlayStepAsync("2015-02-01 bill"));
    }

    [Fact]
    public async Task The_contract_begins_with_the_activation_and_its_setup_fee_is_on_the_next_invoice()
    {
        var scenario = new BillingScenario(billing);
        await scenario.PlayAsync("2015-01-05 account cycle 31");
        var order = await Api.CallAsync(
            "order",
            "orderSubscription",
            P("usn", scenario.Account),
            Order(ProvidedOnContract, 902, Text("username", billing.Server.Unique("bound")), scenario.Account)
        );
        var usn = Read(order, "").Subscriptions[0];
        Assert.Null(await Api.CallAsync("contract", "getCurrentSubscriptionContract", P("usn", usn)));
        await scenario.PlayStepAsync("2015-01-10 show balance");
        await Api.CallAsync("order", "approveOrder", P("orderNumber", order.At("OrderNumber")!));
        Assert.Equal(
            "setup 2015-01-10 50.00, line 2015-01-10..01-31 22.00, line 2015-02-01..02-28 31.00 = 103.00",
            await scenario.NewsAsync()
        );
        Assert.Null(await Api.CallAsync("contract", "getCurrentSubscriptionContract", P("usn", usn)));
        await scenario.PlayStepAsync("2015-01-20 show balance");
        await scenario.ProvisionAsync(usn);
        var contract = await Api.CallAsync("contract", "getCurrentSubscriptionContract", P("usn", usn));
        Assert.Equal(("902", "2015-01-20", "2016-01-19"), (Kind(contract), contract.At("StartDate")?[..10], contract.At("EndDate")?[..10]));
        Assert.Equal("line 2015-01-10..01-19 -10.00, extra 2015-01-20 25.00 = 15.00", await scenario.PlayStepAsync("2015-02-01 bill"));
    }

    /// <summary>Nobody would be let off a contract for nothing that had begun by then: it does not begin.</summary>
    [Fact]
    public async Task A_cancellation_that_is_planned_before_the_activation_keeps_the_contract_away()
    {
        var scenario = new BillingScenario(billing);
        await scenario.PlayAsync("2015-01-05 account cycle 31");
        var order = await Api.CallAsync(
            "order",
            "orderSubscription",
            P("usn", scenario.Account),
            Order(ProvidedOnContract, 902, Text("username", billing.Server.Unique("bound")), scenario.Account)
        );
        var usn = Read(order, "").Subscriptions[0];
        await Api.CallAsync("order", "approveOrder", P("orderNumber", order.At("OrderNumber")!));
        await Api.CallAsync("subscription", "cancel", P("usn", usn), P("fromTimestamp", "2015-02-10T00:00:00+11:00"));
        Assert.Equal(
            "setup 2015-01-05 50.00, line 2015-01-05..01-31 27.00, line 2015-02-01..02-28 31.00 = 108.00",
            await scenario.NewsAsync()
        );
        await scenario.PlayStepAsync("2015-01-20 show balance");
        await scenario.ProvisionAsync(usn);
        Assert.Null(await Api.CallAsync("contract", "getCurrentSubscriptionContract", P("usn", usn)));
        Assert.Equal(
            "line 2015-01-05..01-19 -15.00, line 2015-02-10..02-28 -21.04, round -0.01 = -36.05",
            await scenario.PlayStepAsync("2015-02-01 bill")
        );
        Assert.Equal("nothing", await scenario.PlayStepAsync("2015-03-01 bill"));
    }

    [Fact]
    public async Task A_contract_that_is_offered_no_more_cannot_be_ordered()
    {
        var scenario = new BillingScenario(billing);
        await scenario.PlayAsync("2015-01-14 account cycle 31");
        var order = Order(OnContract, 903, Text("username", billing.Server.Unique("late")), scenario.Account);
        var refused = await Api.RefusedAsync("order", "orderSubscription", P("usn", scenario.Account), order);
        Assert.Equal("OrderException", refused.Element);
        Assert.Equal("OrderException", (await Api.RefusedAsync("order", "createOrderGroup", order)).Element);
        Assert.Equal(
            0,
            await billing.Server.QueryAsync<long>("SELECT count(*) FROM subscription WHERE account_usn = $1", scenario.Account)
        );
    }

    private static string? Kind(System.Xml.Linq.XElement? contract) => contract.AllAt("Contract").Single().Attribute("key")?.Value;

    private async Task<string> OrderAsync(BillingScenario scenario, int package, int plan) =>
        Read(
            await Api.CallAsync(
                "order",
                "orderSubscription",
                P("usn", scenario.Account),
                Order(package, plan, Text("username", billing.Server.Unique("bound")), scenario.Account)
            ),
            ""
        ).Subscriptions[0];
}
