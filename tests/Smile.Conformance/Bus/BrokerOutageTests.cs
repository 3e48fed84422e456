using Smile.Conformance.Running;
using Smile.Testing;

namespace Smile.Conformance.Bus;

/// <summary>A broker that is down delays messages and nothing else.</summary>
public sealed class BrokerOutageTests
{
    [ClientFact(ForeignClient.Jms)]
    public async Task Orders_are_answered_while_the_broker_is_down_and_all_is_announced_when_it_is_back()
    {
        await using var system = await SmileSystem.StartAsync();
        using var orders = new OrderingClient(system.Server);
        await using var listener = await JmsListener.StartAsync(system.Broker, "outage");
        Assert.Equal("Healthy", await system.Server.HealthAsync());

        // Orders go on all the while: the broker is killed in mid-flight and comes back in mid-flight.
        using var enough = new CancellationTokenSource();
        var placed = 0;
        var customers = Enumerable
            .Range(0, 4)
            .Select(customer =>
                Task.Run(async () =>
                {
                    for (var number = 0; !enough.IsCancellationRequested; number++)
                    {
                        await orders.OrderPortalCustomerAsync($"outage{customer}-{number}");
                        Interlocked.Increment(ref placed);
                    }
                })
            )
            .ToList();
        await MoreAsync(20);
        await system.Broker.KillAsync();
        await MoreAsync(20);
        await Until.TrueAsync("health tells of the broker", async () => await system.Server.HealthAsync() == "Degraded");
        Assert.True(await system.WaitingAsync() > 0);
        await system.Broker.StartAsync();
        await MoreAsync(20);
        await enough.CancelAsync();
        await Task.WhenAll(customers);

        await Until.TrueAsync("health tells of the broker's return", async () => await system.Server.HealthAsync() == "Healthy");
        var announced = await system.AnnouncedAsync();
        Assert.Equal(9 * placed, announced.Count);
        await listener.UntilHeardAsync(announced);
        Delivery.AssertComplete(announced, listener.Heard);

        async Task MoreAsync(int count)
        {
            var goal = placed + count;
            await Until.TrueAsync(
                "orders are answered",
                () => Volatile.Read(ref placed) >= goal || customers.Exists(customer => customer.IsFaulted)
            );
        }
    }

    [ClientFact(ForeignClient.Jms)]
    public async Task Orders_of_a_server_that_crashed_before_it_published_are_announced_with_the_same_ids()
    {
        await using var system = await SmileSystem.StartAsync();
        using var orders = new OrderingClient(system.Server);
        await using var listener = await JmsListener.StartAsync(system.Broker, "crash");
        await orders.OrderPortalCustomerAsync("before");
        await Until.TrueAsync("all is published", async () => await system.WaitingAsync() == 0);
        await system.Broker.KillAsync();
        for (var number = 0; number < 5; number++)
        {
            await orders.OrderPortalCustomerAsync($"committed{number}");
        }

        Assert.Equal(45, await system.WaitingAsync());
        var announced = await system.AnnouncedAsync();
        await system.Server.KillAsync();
        await system.Server.StartAsync();
        await system.Broker.StartAsync();

        await listener.UntilHeardAsync(announced);
        Assert.Equal(announced, await system.AnnouncedAsync());
        Delivery.AssertComplete(announced, listener.Heard);
    }

    [ClientFact(ForeignClient.Jms)]
    public async Task A_server_without_a_broker_keeps_its_messages_until_it_has_one()
    {
        await using var system = await SmileSystem.StartAsync(serverKnowsBroker: false);
        using var orders = new OrderingClient(system.Server);
        await using var listener = await JmsListener.StartAsync(system.Broker, "later");
        await orders.OrderPortalCustomerAsync("kept");
        Assert.Equal("Healthy", await system.Server.HealthAsync());
        Assert.Equal(9, await system.WaitingAsync());

        await system.Server.StopAsync();
        system.UseBroker();
        await using var connected = await system.AddServerAsync();

        var announced = await system.AnnouncedAsync();
        await listener.UntilHeardAsync(announced);
        Delivery.AssertComplete(announced, listener.Heard);
    }
}
