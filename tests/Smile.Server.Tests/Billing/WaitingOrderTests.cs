using Smile.Server.Tests.Fixture;
using static Smile.Server.Tests.Fixture.Orders;
using static Smile.Server.Tests.Fixture.SoapCaller;

namespace Smile.Server.Tests.Billing;

/// <summary>What may happen to a subscription before it is activated, and what its bills make of it.</summary>
[Collection(BillingTests.Name)]
public sealed class WaitingOrderTests(BillingServer billing)
{
    private SoapCaller Api => billing.Server.Administrator;

    [Fact]
    public async Task A_subscription_whose_order_waits_for_approval_is_not_migrated()
    {
        var (from, to) = (new BillingScenario(billing), new BillingScenario(billing));
        await from.PlayAsync("2015-01-14 account cycle 31");
        await to.PlayAsync("2015-01-14 account cycle 31");
        var (usn, number) = await OrderAsync(from, BillingServer.Approved, 501);
        var refused = await Api.RefusedAsync("subscription", "migrateSubscription", P("usn", usn), P("toAccountUsn", to.Account));
        Assert.Contains($"Its order {number} waits for approval", refused.Message, StringComparison.Ordinal);
        Assert.Equal(from.Account, await billing.Server.QueryAsync<string>("SELECT account_usn FROM subscription WHERE usn = $1", usn));

        await Api.CallAsync("order", "approveOrder", P("orderNumber", number));
        Assert.Equal("line 2015-01-14..01-31 18.00, line 2015-02-01..02-28 31.00 = 49.00", await from.NewsAsync());
        await Api.CallAsync("subscription", "migrateSubscription", P("usn", usn), P("toAccountUsn", to.Account));
        Assert.Equal("nothing", await to.PlayStepAsync("2015-02-01 bill"));
        Assert.Equal("line 2015-03-01..03-31 31.00 = 31.00", await to.PlayStepAsync("2015-03-01 bill"));
    }

    [Fact]
    public async Task A_subscription_with_a_cycle_of_its_own_is_billed_by_it_where_it_is_migrated_to()
    {
        var (from, to) = (new BillingScenario(billing), new BillingScenario(billing));
        await from.PlayAsync("2015-01-14 account cycle 31\n2015-01-14 order a own");
        await to.PlayAsync("2015-01-14 account by Calendar quarters\n2015-01-14 order b month uninvoiced");
        await Api.CallAsync("subscription", "migrateSubscription", P("usn", from.Subscription("a")), P("toAccountUsn", to.Account));
        Assert.Equal("nothing", await to.PlayStepAsync("2015-02-14 bill"));
        Assert.Contains("line 2015-03-14..04-13 31.00 = 31.00", await to.PlayStepAsync("2015-03-14 bill"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancellation_that_is_planned_outlives_a_change_of_the_order()
    {
        var scenario = new BillingScenario(billing);
        await scenario.PlayAsync("2015-01-14 account cycle 31");
        var (usn, number) = await OrderAsync(scenario, BillingServer.Approved, 501);
        await Api.CallAsync("subscription", "cancel", P("usn", usn), P("fromTimestamp", "2015-02-15T00:00:00+11:00"));
        await Api.CallAsync(
            "order",
            "updateOrder",
            P("orderNumber", number),
            Order(BillingServer.Approved, 502, Text("username", billing.Server.Unique("waiting")), scenario.Account)
        );
        await Api.CallAsync("order", "approveOrder", P("orderNumber", number));
        Assert.Equal("line 2015-01-14..01-31 36.00, line 2015-02-01..02-28 62.00 = 98.00", await scenario.NewsAsync());
        Assert.Equal("line 2015-02-15..02-28 -31.00 = -31.00", await scenario.PlayStepAsync("2015-02-01 bill"));
        Assert.Equal("nothing", await scenario.PlayStepAsync("2015-03-01 bill"));
        Assert.Equal("nothing", await scenario.PlayStepAsync("2015-04-01 bill"));
    }

    [Fact]
    public async Task A_subscription_that_was_cancelled_stays_closed_when_its_order_is_changed_and_approved()
    {
        var scenario = new BillingScenario(billing);
        await scenario.PlayAsync("2015-01-14 account cycle 31");
        var (usn, number) = await OrderAsync(scenario, BillingServer.Approved, 501);
        await Api.CallAsync("subscription", "cancel", P("usn", usn), P("fromTimestamp", "2015-01-14T00:00:00+11:00"));
        await Api.CallAsync(
            "order",
            "updateOrder",
            P("orderNumber", number),
            Order(BillingServer.Approved, 502, Text("username", billing.Server.Unique("waiting")), scenario.Account)
        );
        await Api.CallAsync("order", "approveOrder", P("orderNumber", number));
        Assert.Equal("Complete", await billing.Server.QueryAsync<string>("SELECT status FROM customer_order WHERE number = $1", number));
        Assert.Equal(
            "NotActivated " + usn,
            await billing.Server.QueryAsync<string>("SELECT activate_status || ' ' || username FROM subscription WHERE usn = $1", usn)
        );
        Assert.Equal("", await scenario.NewsAsync());
        Assert.Equal("nothing", await scenario.PlayStepAsync("2015-02-01 bill"));
    }

    private async Task<(string Usn, string Number)> OrderAsync(BillingScenario scenario, int package, int plan)
    {
        var order = await Api.CallAsync(
            "order",
            "orderSubscription",
            P("usn", scenario.Account),
            Order(package, plan, Text("username", billing.Server.Unique("waiting")), scenario.Account)
        );
        return (Read(order, "").Subscriptions[0], order.At("OrderNumber")!);
    }
}
