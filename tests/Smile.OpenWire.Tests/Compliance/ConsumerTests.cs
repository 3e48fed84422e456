using Smile.OpenWire.Wire;
using Smile.Testing;

namespace Smile.OpenWire.Tests.Compliance;

/// <summary>Subscriptions of our own.</summary>
[Collection(nameof(BrokerFixture))]
public sealed class ConsumerTests(BrokerFixture fixture)
{
    [Fact]
    public async Task A_selector_compares_properties_by_their_type()
    {
        await using var connection = await Bus.ConnectAsync(fixture.Broker);
        await using var consumer = await connection.SubscribeAsync(
            "ConsumerSelector",
            null,
            "sid = 17 AND big > 4294967295 AND ok AND amount < 1.5",
            10,
            Bus.Patience
        );

        await Bus.SendAsync(
            connection,
            "ConsumerSelector",
            Bus.Text("text for an int", ("sid", "17"), ("big", 4294967296L), ("ok", true), ("amount", 1.0)),
            Bus.Text("too small", ("sid", 17), ("big", 1L), ("ok", true), ("amount", 1.0)),
            Bus.Text("not ok", ("sid", 17), ("big", 4294967296L), ("ok", false), ("amount", 1.0)),
            Bus.Text("right", ("sid", 17), ("big", 4294967296L), ("ok", true), ("amount", 1.0))
        );

        var received = await consumer.ReceiveAsync(Bus.Patience);
        Assert.Equal("right", received.Message.Text);
        Assert.Equal("ConsumerSelector", received.Destination);
        Assert.True(received.Persistent);
        Assert.False(received.Redelivered);
        Assert.Equal(4294967296L, received.Message.Properties["big"]);
    }

    [Fact]
    public async Task A_selector_that_is_not_one_is_refused()
    {
        await using var connection = await Bus.ConnectAsync(fixture.Broker);

        await Assert.ThrowsAsync<BrokerException>(() =>
            connection.SubscribeAsync("ConsumerSelector", null, "sid = = 17", 10, Bus.Patience)
        );

        Assert.True(connection.IsOpen);
    }

    [Fact]
    public async Task A_durable_subscription_keeps_what_it_missed_until_it_is_ended()
    {
        const string Topic = "ConsumerDurable";
        await using var sender = await Bus.ConnectAsync(fixture.Broker);
        await using (var first = await Bus.ConnectAsync(fixture.Broker, "durable-client"))
        {
            await using var consumer = await first.SubscribeAsync(Topic, "kept", "sid = 17", 10, Bus.Patience);
            await Bus.SendAsync(sender, Topic, Bus.Text("1", ("sid", 17)));
            await consumer.AcknowledgeAsync(await consumer.ReceiveAsync(Bus.Patience), Bus.Patience);
        }

        await Bus.SendAsync(sender, Topic, Bus.Text("2", ("sid", 17)), Bus.Text("other", ("sid", 18)), Bus.Text("3", ("sid", 17)));

        await using var second = await Bus.ConnectAsync(fixture.Broker, "durable-client");
        await using (var consumer = await second.SubscribeAsync(Topic, "kept", "sid = 17", 1, Bus.Patience))
        {
            foreach (var expected in new[] { "2", "3" })
            {
                var received = await consumer.ReceiveAsync(Bus.Patience);
                Assert.Equal(expected, received.Message.Text);
                await consumer.AcknowledgeAsync(received, Bus.Patience);
            }
        }

        await second.UnsubscribeAsync("kept", Bus.Patience);
        await Assert.ThrowsAsync<BrokerException>(() => second.UnsubscribeAsync("kept", Bus.Patience));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_not_acknowledged_comes_again(bool orderly)
    {
        var queue = "queue://ConsumerRedelivery" + orderly;
        await using var sender = await Bus.ConnectAsync(fixture.Broker);
        await Bus.SendAsync(sender, queue, Bus.Text("1"), Bus.Text("2"), Bus.Text("3"));

        var first = await Bus.ConnectAsync(fixture.Broker);
        var consumer = await first.SubscribeAsync(queue, null, null, 2, Bus.Patience);
        await consumer.ReceiveAsync(Bus.Patience);
        await consumer.AcknowledgeAsync(await consumer.ReceiveAsync(Bus.Patience), Bus.Patience);
        await consumer.ReceiveAsync(Bus.Patience); // With a prefetch of two, the third comes after the second is acknowledged.
        if (orderly)
        {
            await first.DisposeAsync();
        }
        else
        {
            // After an answer, so that the acknowledgement has arrived.
            await first.CreateProducerAsync(Bus.Patience);
            first.Link.Abort(new BrokerException("Cut by the test."));
        }

        await using var second = await Bus.ConnectAsync(fixture.Broker);
        await using var again = await second.SubscribeAsync(queue, null, null, 10, Bus.Patience);
        var received = await again.ReceiveAsync(Bus.Patience);
        Assert.Equal("1", received.Message.Text);
        Assert.True(received.Redelivered);
        Assert.Equal("3", (await again.ReceiveAsync(Bus.Patience)).Message.Text);
    }

    [Fact]
    public async Task A_message_that_is_not_text_is_passed_over()
    {
        const string Topic = "ConsumerObject";
        await using var connection = await Bus.ConnectAsync(fixture.Broker);
        await using var consumer = await connection.SubscribeAsync(Topic, null, null, 1, Bus.Patience);
        await using var producer = await connection.CreateProducerAsync(Bus.Patience);

        await connection.Link.SendAsync(new ObjectMessage(Topic), Bus.Patience);
        await producer.SendTransactionAsync([(Topic, Bus.Text("after"))], Bus.Patience);

        Assert.Equal("after", (await consumer.ReceiveAsync(Bus.Patience)).Message.Text);
    }

    [Fact]
    public async Task A_message_of_another_consumer_cannot_be_acknowledged()
    {
        await using var connection = await Bus.ConnectAsync(fixture.Broker);
        await using var one = await connection.SubscribeAsync("ConsumerMix", null, null, 1, Bus.Patience);
        await using var other = await connection.SubscribeAsync("ConsumerMix", null, null, 1, Bus.Patience);
        await Bus.SendAsync(connection, "ConsumerMix", Bus.Text("1"));

        var received = await one.ReceiveAsync(Bus.Patience);

        await Assert.ThrowsAsync<ArgumentException>(() => other.AcknowledgeAsync(received, Bus.Patience));
    }

    [Fact]
    public async Task A_durable_subscription_needs_a_topic_and_a_client_id()
    {
        await using var anonymous = await Bus.ConnectAsync(fixture.Broker);
        await using var named = await Bus.ConnectAsync(fixture.Broker, "durable-check");

        await Assert.ThrowsAsync<ArgumentException>(() => anonymous.SubscribeAsync("T", "name", null, 1, Bus.Patience));
        await Assert.ThrowsAsync<ArgumentException>(() => named.SubscribeAsync("queue://Q", "name", null, 1, Bus.Patience));
    }

    [Fact]
    public async Task Groups_of_a_queue_stay_with_one_consumer_in_order()
    {
        const string Queue = "queue://ConsumerGroups";
        await using var connection = await Bus.ConnectAsync(fixture.Broker);
        await using var one = await connection.SubscribeAsync(Queue, null, null, 5, Bus.Patience);
        await using var other = await connection.SubscribeAsync(Queue, null, null, 5, Bus.Patience);

        await Bus.SendAsync(
            connection,
            Queue,
            [
                .. Enumerable
                    .Range(0, 60)
                    .Select(index => Bus.Text(index.ToString("D2"), ("usn", index % 4)) with { GroupId = "usn" + (index % 4) }),
            ]
        );

        using var done = new CancellationTokenSource();
        var left = 60;
        var takers = new[] { one, other }
            .Select(async consumer =>
            {
                var taken = new List<(int Usn, string Text)>();
                try
                {
                    while (true)
                    {
                        var received = await consumer.ReceiveAsync(done.Token).WaitAsync(Until.Patience);
                        taken.Add(((int)received.Message.Properties["usn"], received.Message.Text));
                        await consumer.AcknowledgeAsync(received, CancellationToken.None);
                        if (Interlocked.Decrement(ref left) == 0)
                        {
                            await done.CancelAsync();
                        }
                    }
                }
                catch (OperationCanceledException)
                {
                    return taken;
                }
            })
            .ToList();
        var all = await Task.WhenAll(takers);

        Assert.Empty(all[0].Select(message => message.Usn).Intersect(all[1].Select(message => message.Usn)));
        Assert.All(
            all.SelectMany(taken => taken.GroupBy(message => message.Usn)),
            group =>
                Assert.Equal(group.Select(message => message.Text).Order(StringComparer.Ordinal), group.Select(message => message.Text))
        );
    }

    /// <summary>A serialised Java object, as far as the broker can tell.</summary>
    private sealed record ObjectMessage(string Topic) : IOutgoingCommand
    {
        public WireType Type => WireType.ObjectMessage;

        public void WriteFields(FrameBuffer buffer)
        {
            // The producer is one of our own, because the broker asks for one; a text sent outside a transaction has the same fields.
            var text = new FrameBuffer();
            new SendCommand(
                "none",
                new MessageId(new ProducerId("none", 1, 1), 1, 0),
                Destination.Parse(Topic),
                1,
                0,
                Bus.Text("object")
            ).WriteFields(text);
            var fields = text.Written.Span;
            var transaction = new FrameBuffer();
            transaction.WriteTransactionId("none", 1);
            var at = fields.IndexOf(transaction.Written.Span);
            buffer.WriteBytes(fields[..at]);
            buffer.WriteNothing();
            buffer.WriteBytes(fields[(at + transaction.Length)..]);
        }
    }
}
