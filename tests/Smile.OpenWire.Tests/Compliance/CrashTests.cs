using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Smile.Testing;

namespace Smile.OpenWire.Tests.Compliance;

/// <summary>Brokers that are killed: nothing that was confirmed is lost, and what is in doubt is sent again.</summary>
public sealed class CrashTests
{
    private const string Topic = "Crash";
    private const int Groups = 4;
    private const int BatchSize = 50;
    private const int Batches = 240;

    [Fact]
    public async Task Confirmed_batches_survive_a_killed_broker_in_order()
    {
        await using var broker = await PrivateBroker.StartNewAsync();
        await using (var subscriber = await Bus.ConnectAsync(broker, "crash"))
        {
            // The broker keeps the messages for this subscription from here on.
            await using var consumer = await subscriber.SubscribeAsync(Topic, "kept", null, 1, Bus.Patience);
        }

        await using var client = new OpenWireClient(Bus.Options(broker), TimeProvider.System, NullLogger<OpenWireClient>.Instance);
        var confirmed = 0;
        var sending = SendAllAsync(client, () => Interlocked.Increment(ref confirmed));
        foreach (var moment in new[] { Batches / 8, Batches / 4 })
        {
            await WaitAsync(() => Volatile.Read(ref confirmed) >= moment);
            await broker.KillAsync();
            await broker.StartAsync();
        }

        var retries = await sending;
        Assert.Equal(Batches, confirmed);
        Assert.True(retries > 0, "The kills hit nothing.");
        Assert.NotNull(client.Health.LastError);

        await AssertAllArrivedAsync(broker);
    }

    [Fact]
    public async Task A_client_goes_on_with_the_second_broker_when_the_first_is_gone()
    {
        var starting = PrivateBroker.StartNewAsync();
        await using var second = await PrivateBroker.StartNewAsync();
        await using var first = await starting;
        var options = Bus.Options(first) with { Addresses = [first.Address, second.Address] };
        await using var client = new OpenWireClient(options, TimeProvider.System, NullLogger<OpenWireClient>.Instance);
        var connection = await client.GetConnectionAsync(Bus.Patience);
        Assert.Equal(first.Address, connection.Address);

        await first.KillAsync();
        await Assert.ThrowsAsync<BrokerException>(() => connection.Closed.WaitAsync(Until.Patience));
        Assert.False(client.Health.IsConnected);
        Assert.Equal(second.Address, (await client.GetConnectionAsync(Bus.Patience)).Address);

        await second.StopAsync();
        var waiting = client.GetConnectionAsync(Bus.Patience);
        await first.StartAsync();
        Assert.Equal(first.Address, (await waiting).Address);
    }

    /// <summary>Sends batches until each is confirmed; the number in each group counts up.</summary>
    private static async Task<int> SendAllAsync(OpenWireClient client, Action confirm)
    {
        var retries = 0;
        OpenWireProducer? producer = null;
        for (var batch = 0; batch < Batches; )
        {
            var messages = Enumerable
                .Range(batch * BatchSize, BatchSize)
                .Select(number =>
                    (
                        Topic,
                        Bus.Text("body", ("number", number)) with
                        {
                            GroupId = (number % Groups).ToString(CultureInfo.InvariantCulture),
                        }
                    )
                )
                .ToList();
            try
            {
                producer ??= await (await client.GetConnectionAsync(Bus.Patience)).CreateProducerAsync(Bus.Patience);
                await producer.SendTransactionAsync(messages, Bus.Patience);
                confirm();
                batch++;
            }
            catch (BrokerException)
            {
                retries++;
                producer = null;
            }
        }

        return retries;
    }

    private static async Task AssertAllArrivedAsync(PrivateBroker broker)
    {
        await using var connection = await Bus.ConnectAsync(broker, "crash");
        await using var consumer = await connection.SubscribeAsync(Topic, "kept", null, 1000, Bus.Patience);
        var seen = new HashSet<int>();
        var last = new Dictionary<string, int>();
        while (seen.Count < Batches * BatchSize)
        {
            var received = await consumer.ReceiveAsync(Bus.Patience);
            var number = (int)received.Message.Properties["number"];
            if (seen.Add(number))
            {
                // A duplicate of a batch in doubt comes late; what is new must be in order.
                var group = received.Message.GroupId!;
                Assert.Equal(last.TryGetValue(group, out var before) ? before + Groups : number % Groups, number);
                last[group] = number;
            }

            await consumer.AcknowledgeAsync(received, Bus.Patience);
        }
    }

    private static async Task WaitAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), Bus.Patience);
        }
    }
}
