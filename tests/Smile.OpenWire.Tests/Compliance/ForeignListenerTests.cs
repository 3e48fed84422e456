using System.Text.Json;

namespace Smile.OpenWire.Tests.Compliance;

/// <summary>What listeners of others' making see of our messages.</summary>
[Collection(nameof(BrokerFixture))]
public sealed class ForeignListenerTests(BrokerFixture fixture)
{
    private const string Selector = "sid = 17 AND smileMessageType = 'SubscriptionUpdated'";

    private static readonly string LongText = string.Concat(Enumerable.Repeat("0123456789€😀", 8_000));

    private static readonly TextMessage[] Messages =
    [
        Message("another service", 18, "SubscriptionUpdated"),
        Message("another type", 17, "SubscriptionAdded"),
        Message("<subscription/>", 17, "SubscriptionUpdated"),
        Message("NUL \0, é, €, 😀 and \"quotes\"", 17, "SubscriptionUpdated"),
        Message(LongText, 17, "SubscriptionUpdated"),
        Message("", 17, "SubscriptionUpdated"),
    ];

    [JavaFact]
    public async Task A_JMS_listener_with_a_selector_sees_types_text_and_headers()
    {
        const string Topic = "ForeignJava";
        await using var listener = await ForeignListener.StartJavaAsync(fixture.Broker, Topic, Selector, 4);
        await using var connection = await Bus.ConnectAsync(fixture.Broker);
        var before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

        await Bus.SendAsync(connection, Topic, Messages);

        var first = await listener.NextAsync();
        Assert.Equal("TextMessage", first.GetProperty("kind").GetString());
        Assert.Equal("<subscription/>", first.GetProperty("text").GetString());
        Assert.Equal("2143826226", first.GetProperty("group").GetString());
        Assert.Equal("Smile", first.GetProperty("type").GetString());
        Assert.True(first.GetProperty("persistent").GetBoolean());
        Assert.InRange(first.GetProperty("timestamp").GetInt64(), before, before + 30_000);
        Assert.Matches("^ID:[0-9a-f]{32}:1:1:1:3$", first.GetProperty("messageId").GetString());
        var properties = first
            .GetProperty("properties")
            .EnumerateObject()
            .Where(property => !property.Name.StartsWith("JMSX", StringComparison.Ordinal))
            .ToDictionary(property => property.Name, property => property.Value.GetString()!);
        var expected = new Dictionary<string, string>
        {
            ["sid"] = "Integer 17",
            ["smileMessageType"] = "String SubscriptionUpdated",
            ["smileSequence"] = "Long 4294967296",
            ["test"] = "Boolean true",
            ["amount"] = "Double 47.4",
            ["big"] = "String " + new string('x', 9000),
        };
        Assert.Equal(expected.OrderBy(property => property.Key), properties.OrderBy(property => property.Key));
        Assert.Equal(Messages[3].Text, Text(await listener.NextAsync()));
        Assert.Equal(LongText, Text(await listener.NextAsync()));
        Assert.Equal("", Text(await listener.NextAsync()));
    }

    [StompFact]
    public async Task A_STOMP_listener_with_a_selector_sees_text_and_headers()
    {
        const string Topic = "ForeignStomp";
        await using var listener = await ForeignListener.StartStompAsync(fixture.Broker, Topic, Selector, 4);
        await using var connection = await Bus.ConnectAsync(fixture.Broker);

        await Bus.SendAsync(connection, Topic, [.. Messages.Select(message => message with { Text = ForStomp(message.Text) })]);

        var first = await listener.NextAsync();
        Assert.Equal("<subscription/>", Text(first));
        var headers = first.GetProperty("headers");
        Assert.Equal("17", headers.GetProperty("sid").GetString());
        Assert.Equal("true", headers.GetProperty("test").GetString());
        Assert.Equal("4294967296", headers.GetProperty("smileSequence").GetString());
        Assert.Equal("47.4", headers.GetProperty("amount").GetString());
        Assert.Equal("Smile", headers.GetProperty("type").GetString());
        Assert.False(
            headers.TryGetProperty("JMSXGroupID", out _),
            "ActiveMQ 5.17 keeps the group to itself: a STOMP listener needs a property for it."
        );
        Assert.Equal("true", headers.GetProperty("persistent").GetString());
        Assert.Equal(ForStomp(Messages[3].Text), Text(await listener.NextAsync()));
        Assert.Equal(ForStomp(LongText), Text(await listener.NextAsync()));
        Assert.Equal("", Text(await listener.NextAsync()));
    }

    /// <summary>K6: a text with a character beyond the basic plane too, which a STOMP client sends in four bytes.</summary>
    [StompFact]
    public async Task Messages_of_a_STOMP_sender_are_read_with_and_without_a_content_length()
    {
        await using var connection = await Bus.ConnectAsync(fixture.Broker);
        await using var consumer = await connection.SubscribeAsync("ForeignSender", null, "sid = '17'", 10, Bus.Patience);

        await ForeignListener.SendStompAsync(fixture.Broker, "ForeignSender", "é € 😀");

        for (var count = 0; count < 2; count++)
        {
            var received = await consumer.ReceiveAsync(Bus.Patience);
            Assert.Equal("é € 😀", received.Message.Text);
            Assert.Equal("17", received.Message.Properties["sid"]);
            await consumer.AcknowledgeAsync(received, Bus.Patience);
        }
    }

    /// <summary>
    /// K7: ActiveMQ hands Java's modified UTF-8 on to STOMP listeners as it is, whoever sent it: NUL and what is beyond the basic plane,
    /// such as an emoji, are not UTF-8 there. Bodies of messages have numeric references for that.
    /// </summary>
    private static string ForStomp(string text) =>
        text.Replace("\0", "", StringComparison.Ordinal).Replace("😀", "&#128512;", StringComparison.Ordinal);

    private static string Text(JsonElement message) => message.GetProperty("text").GetString()!;

    private static TextMessage Message(string text, int serviceId, string type) =>
        Bus.Text(
            text,
            ("sid", serviceId),
            ("smileMessageType", type),
            ("smileSequence", 4294967296L),
            ("test", true),
            ("amount", 47.40),
            ("big", new string('x', 9000))
        ) with
        {
            GroupId = "2143826226",
            MessageType = "Smile",
        };
}
