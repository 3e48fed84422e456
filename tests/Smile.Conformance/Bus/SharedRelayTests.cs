using System.Text.RegularExpressions;
using Smile.Conformance.Running;
using Smile.Testing;

namespace Smile.Conformance.Bus;

/// <summary>Several servers on one database.</summary>
public sealed partial class SharedRelayTests
{
    [ClientFact(ForeignClient.Jms)]
    public async Task Two_servers_share_the_shards_without_disorder_and_one_takes_over_when_the_other_is_killed()
    {
        await using var system = await SmileSystem.StartAsync();
        await using var listener = await JmsListener.StartAsync(system.Broker, "shared");
        var second = await system.AddServerAsync();
        using var orders = new OrderingClient(system.Server);
        using var ordersOfSecond = new OrderingClient(second);

        // Orders go on while the shards move from one relay to two and back to one.
        using var enough = new CancellationTokenSource();
        var placed = 0;
        var customers = Enumerable
            .Range(0, 3)
            .Select(customer =>
                Task.Run(async () =>
                {
                    for (var number = 0; !enough.IsCancellationRequested; number++)
                    {
                        await orders.OrderPortalCustomerAsync($"first{customer}-{number}");
                        Interlocked.Increment(ref placed);
                    }
                })
            )
            .ToList();
        await Until.TrueAsync("two relays share the shards", async () => await RelaysAsync(system) == 2);
        Assert.True(await ShardsByHolderAsync(system) is [8, 8], await system.CommandAsync("bus", "status"));
        for (var number = 0; number < 10; number++)
        {
            await ordersOfSecond.OrderPortalCustomerAsync($"second{number}");
            Interlocked.Increment(ref placed);
        }

        await second.KillAsync();
        await Until.TrueAsync("one relay has all shards", async () => await RelaysAsync(system) == 1);
        Assert.True(await ShardsByHolderAsync(system) is [16], await system.CommandAsync("bus", "status"));
        await enough.CancelAsync();
        await Task.WhenAll(customers);

        var announced = await system.AnnouncedAsync();
        Assert.Equal(9 * placed, announced.Count);
        await listener.UntilHeardAsync(announced);
        Delivery.AssertComplete(announced, listener.Heard);
    }

    /// <summary>Both servers listen to providers on one durable subscription, which only one connection may hold at a time.</summary>
    [ClientFact(ForeignClient.Jms)]
    public async Task A_providers_answers_are_taken_by_the_server_that_is_left()
    {
        await using var system = await SmileSystem.StartAsync();
        await using var provider = await JmsListener.StartProviderAsync(system.Broker);
        var second = await system.AddServerAsync();
        using var orders = new OrderingClient(second);
        await orders.OrderAdslAsync("both");
        await UntilCompleteAsync(1);

        await system.Server.KillAsync();
        await orders.OrderAdslAsync("left");
        await UntilCompleteAsync(2);

        Task UntilCompleteAsync(int count) =>
            Until.TrueAsync(
                $"{count} orders are complete",
                async () => await system.QueryAsync<long>("SELECT count(*) FROM customer_order WHERE status = 'Complete'") == count
            );
    }

    /// <summary>Stages are databases, often on one PostgreSQL server: another stage's relay is none of this one's business.</summary>
    [ClientFact(ForeignClient.Jms)]
    public async Task Status_shows_each_shard_once_with_the_relay_of_its_own_stage()
    {
        await using var system = await SmileSystem.StartAsync();
        await using var neighbour = await SmileSystem.StartAsync();
        await Until.TrueAsync(
            "both relays have their shards",
            async () => await RelaysAsync(system) == 1 && await RelaysAsync(neighbour) == 1
        );
        Assert.True(await ShardsByHolderAsync(system) is [16], await system.CommandAsync("bus", "status"));
    }

    /// <summary>Who holds shards, once every shard is held.</summary>
    private static Task<long> RelaysAsync(SmileSystem system) =>
        system.QueryAsync<long>(
            """
            SELECT CASE count(*) WHEN 16 THEN count(DISTINCT pid) ELSE 0 END FROM pg_locks
            WHERE locktype = 'advisory' AND granted AND classid = 1869968482
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """
        );

    /// <summary>How many shards each relay holds, from what the operator sees.</summary>
    private static async Task<int[]> ShardsByHolderAsync(SmileSystem system) =>
        [
            .. HeldShard()
                .Matches(await system.CommandAsync("bus", "status"))
                .GroupBy(shard => shard.Groups["holder"].Value)
                .Select(holder => holder.Count()),
        ];

    [GeneratedRegex(@"^ *\d+ +\d+ +(?<holder>\S+ pid \d+) *$", RegexOptions.Multiline)]
    private static partial Regex HeldShard();
}
