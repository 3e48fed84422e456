using Smile.Conformance.Running;
using Smile.Testing;

namespace Smile.Conformance.Bus;

/// <summary>Durable subscribers of others' making, on a system that nobody disturbs.</summary>
public sealed class SubscriptionTests
{
    [ClientFact(ForeignClient.Jms)]
    public async Task A_durable_subscriber_that_was_away_receives_what_it_missed()
    {
        await using var system = await SmileSystem.StartAsync();
        await using (var before = await JmsListener.StartAsync(system.Broker, "traveller"))
        {
            await before.LeaveAsync();
        }

        await OrderAsync(system, "away", 5);
        await Until.TrueAsync("all is published", async () => await system.WaitingAsync() == 0);

        await using var after = await JmsListener.StartAsync(system.Broker, "traveller");
        var announced = await system.AnnouncedAsync();
        Assert.Equal(45, announced.Count);
        await after.UntilHeardAsync(announced);
        Delivery.AssertComplete(announced, after.Heard);
    }

    [ClientFact(ForeignClient.Jms)]
    public async Task Replay_sends_an_accounts_messages_again_with_the_same_ids_and_numbers_and_no_others()
    {
        await using var system = await SmileSystem.StartAsync();
        await using var listener = await JmsListener.StartAsync(system.Broker, "replay");
        var orders = await OrderAsync(system, "replay", 2);
        var announced = await system.AnnouncedAsync();
        await listener.UntilHeardAsync(announced);
        var first = listener.Heard;

        Assert.Equal(
            "9 messages will be published again.",
            (await system.CommandAsync("bus", "replay", "--usn", orders[0].AccountUsn)).Trim()
        );

        await listener.UntilHeardAsync(first.Count + 9);
        var again = listener.Heard.Skip(first.Count).ToList();
        Assert.Equal(
            announced.Where(message => message.AccountUsn == orders[0].AccountUsn).OrderBy(message => message.Sequence),
            again.Select(message => message.Announced).OrderBy(message => message.Sequence)
        );
        Delivery.AssertComplete(announced, listener.Heard);
    }

    private static async Task<IReadOnlyList<PlacedOrder>> OrderAsync(SmileSystem system, string name, int count)
    {
        using var client = new OrderingClient(system.Server);
        var orders = new List<PlacedOrder>();
        for (var number = 0; number < count; number++)
        {
            orders.Add(await client.OrderPortalCustomerAsync($"{name}{number}"));
        }

        return orders;
    }
}
