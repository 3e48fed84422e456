using Smile.Server.Tests.Fixture;

namespace Smile.Server.Tests.Rating;

/// <summary>Subscriptions of the service with charging rules: no package of the example has it, so they are made of others.</summary>
internal static class MobileSubscriptions
{
    public static async Task<string> AddAsync(ServerFixture server) => (await AddWithAccountAsync(server)).Subscription;

    public static async Task<(string Account, string Subscription)> AddWithAccountAsync(ServerFixture server)
    {
        var ordered = await Orders.PortalCustomerAsync(server);
        var usn = ordered.Subscriptions[^1];
        await server.ExecuteAsync("UPDATE subscription SET service_id = 137 WHERE usn = $1", usn);
        await server.ExecuteAsync("DELETE FROM plan_schedule_item WHERE subscription_usn = $1", usn);
        await server.ExecuteAsync(
            """
            INSERT INTO plan_schedule_item
                (subscription_usn, plan_schedule_type, plan_code, start, options, is_ordered, charge_overrides, changed_by)
            SELECT usn, 1, 'mobile-plus', created, '[]', true, '[]', 'tests' FROM subscription WHERE usn = $1
            """,
            usn
        );
        return (ordered.Usn, usn);
    }
}
