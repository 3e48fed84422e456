using Smile.Testing;

namespace Smile.OpenWire.Tests.Compliance;

/// <summary>All of a batch or none of it.</summary>
[Collection(nameof(BrokerFixture))]
public sealed class ProducerTests(BrokerFixture fixture)
{
    [Fact]
    public async Task A_batch_that_the_broker_refuses_in_part_delivers_nothing()
    {
        const string Topic = PrivateBroker.LimitedPrefix + "Producer";
        await using var connection = await Bus.ConnectAsync(Bus.Options(fixture.Broker) with { UserName = PrivateBroker.LimitedUserName });
        await using var consumer = await connection.SubscribeAsync(Topic, null, null, 10, Bus.Patience);
        await using var producer = await connection.CreateProducerAsync(Bus.Patience);

        var exception = await Assert.ThrowsAsync<BrokerException>(() =>
            producer.SendTransactionAsync(
                [(Topic, Bus.Text("lost")), ("Other", Bus.Text("refused")), (Topic, Bus.Text("lost"))],
                Bus.Patience
            )
        );
        await producer.SendTransactionAsync([(Topic, Bus.Text("after"))], Bus.Patience);

        Assert.False(exception.InDoubt, exception.RemoteType + ": " + exception.Message);
        Assert.Equal("after", (await consumer.ReceiveAsync(Bus.Patience)).Message.Text);
    }

    [Fact]
    public async Task A_batch_with_a_message_that_cannot_be_sent_delivers_nothing()
    {
        await using var connection = await Bus.ConnectAsync(fixture.Broker);
        await using var consumer = await connection.SubscribeAsync("ProducerDamaged", null, null, 10, Bus.Patience);
        await using var producer = await connection.CreateProducerAsync(Bus.Patience);
        var longText = new string('x', 100_000); // So that the first part is on its way when the fault is found.

        await Assert.ThrowsAsync<ArgumentException>(() =>
            producer.SendTransactionAsync(
                [("ProducerDamaged", Bus.Text(longText)), ("ProducerDamaged", Bus.Text("", ("amount", 1.5m)))],
                Bus.Patience
            )
        );
        await Assert.ThrowsAsync<ArgumentException>(() =>
            producer.SendTransactionAsync([("ProducerDamaged", Bus.Text("", ("amount", 1.5m)))], Bus.Patience)
        );
        await producer.SendTransactionAsync([("ProducerDamaged", Bus.Text("after"))], Bus.Patience);

        Assert.Equal("after", (await consumer.ReceiveAsync(Bus.Patience)).Message.Text);
    }

    [Fact]
    public async Task Several_producers_and_tasks_send_at_once()
    {
        await using var connection = await Bus.ConnectAsync(fixture.Broker);
        await using var consumer = await connection.SubscribeAsync("ProducerMany", null, null, 1000, Bus.Patience);
        await using var shared = await connection.CreateProducerAsync(Bus.Patience);
        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(async sender =>
                {
                    await using var own = await connection.CreateProducerAsync(Bus.Patience);
                    for (var batch = 0; batch < 10; batch++)
                    {
                        await (batch % 2 == 0 ? own : shared).SendTransactionAsync(
                            [
                                .. Enumerable
                                    .Range(0, 10)
                                    .Select(index => ("ProducerMany", Bus.Text("x", ("sender", sender), ("number", (batch * 10) + index)))),
                            ],
                            Bus.Patience
                        );
                    }
                })
        );

        var last = Enumerable.Repeat(-1, 8).ToArray();
        var ids = new HashSet<string>();
        for (var count = 0; count < 800; count++)
        {
            var received = await consumer.ReceiveAsync(Bus.Patience);
            var sender = (int)received.Message.Properties["sender"];
            Assert.Equal(last[sender] + 1, (int)received.Message.Properties["number"]);
            last[sender]++;
            Assert.True(ids.Add(received.MessageId));
            await consumer.AcknowledgeAsync(received, Bus.Patience);
        }
    }

    [Fact]
    public async Task Long_bodies_and_strange_characters_arrive_as_they_were()
    {
        await using var connection = await Bus.ConnectAsync(fixture.Broker);
        await using var consumer = await connection.SubscribeAsync("ProducerLong", null, null, 10, Bus.Patience);
        string[] texts = ["", "\0 é € 😀 \ud800", new('€', 1_000_000), string.Concat(Enumerable.Repeat("😀", 50_000))];

        await Bus.SendAsync(
            connection,
            "ProducerLong",
            [.. texts.Select(text => Bus.Text(text, ("copy", text.Length > 100_000 ? "" : text)))]
        );

        foreach (var text in texts)
        {
            var received = await consumer.ReceiveAsync(Bus.Patience);
            Assert.True(text == received.Message.Text);
            Assert.True(text.Length > 100_000 || text == (string)received.Message.Properties["copy"]);
        }
    }

    [Fact]
    public async Task An_empty_batch_is_no_transaction()
    {
        await using var connection = await Bus.ConnectAsync(fixture.Broker);
        await using var producer = await connection.CreateProducerAsync(Bus.Patience);

        await producer.SendTransactionAsync([], Bus.Patience);
    }
}
