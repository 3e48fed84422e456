using Smile.OpenWire.Wire;

namespace Smile.OpenWire.Tests.Wire;

public sealed class OutgoingCommandTests
{
    private const string Connection = "ID:c:1";

    private static readonly ConsumerId Consumer = new(Connection, 2, 4);
    private static readonly ProducerId Producer = new(Connection, 2, 3);
    private static readonly MessageId Message = new(Producer, 7, 0);
    private static readonly Destination Topic = Destination.Parse("SmileOrder");

    [Fact]
    public void A_log_in() => AssertFrame(GoldenFrames.Connection, new ConnectionCommand(Connection, "client", "user", "pass"), 1, true);

    [Fact]
    public void A_session() => AssertFrame(GoldenFrames.Session, new SessionCommand(new SessionId(Connection, 2)), 2, true);

    [Fact]
    public void A_producer() => AssertFrame(GoldenFrames.Producer, new ProducerCommand(Producer), 3, true);

    [Fact]
    public void A_durable_consumer_with_a_selector() =>
        AssertFrame(GoldenFrames.Consumer, new ConsumerCommand(Consumer, Topic, 100, "sid = 17", "durable"), 4, true);

    [Fact]
    public void A_commit() =>
        AssertFrame(GoldenFrames.Commit, new TransactionCommand(Connection, 5, TransactionStep.CommitOnePhase), 5, true);

    [Fact]
    public void A_text_message()
    {
        var message = new TextMessage("hé\0😀", new Dictionary<string, object> { ["sid"] = 17 })
        {
            GroupId = "CN666",
            MessageType = "type",
            CorrelationId = "corr",
        };

        AssertFrame(GoldenFrames.Text, new SendCommand(Connection, Message, Topic, 5, 1700000000123, message), 6, false);
    }

    [Fact]
    public void An_acknowledgement() =>
        AssertFrame(GoldenFrames.Acknowledge, new AcknowledgeCommand(Consumer, Topic, Message, AcknowledgeKind.Individual), 7, false);

    [Fact]
    public void A_consumer_removed() => AssertFrame(GoldenFrames.RemoveConsumer, new RemoveConsumerCommand(Consumer, 9), 8, true);

    [Fact]
    public void A_subscription_removed() =>
        AssertFrame(GoldenFrames.RemoveSubscription, new RemoveSubscriptionCommand(Connection, "client", "durable"), 9, true);

    [Fact]
    public void A_keep_alive() => AssertFrame(GoldenFrames.KeepAlive, new KeepAliveCommand(), 10, false);

    [Theory]
    [InlineData("JMSXGroupID")]
    [InlineData("")]
    public void A_header_cannot_be_set_as_a_property_and_leaves_no_half_frame(string name)
    {
        var buffer = new FrameBuffer();
        var message = new TextMessage("", new Dictionary<string, object> { [name] = "x" });

        Assert.Throws<ArgumentException>(() =>
            CommandFrame.Write(buffer, new SendCommand(Connection, Message, Topic, 5, 0, message), 6, false)
        );
        Assert.Equal(0, buffer.Length);
    }

    [Fact]
    public void A_name_that_is_too_long_is_refused() =>
        Assert.Throws<ArgumentException>(() =>
            CommandFrame.Write(new FrameBuffer(), new ConsumerCommand(Consumer, Topic, 1, new string('x', 65_536), null), 4, true)
        );

    [Fact]
    public void A_command_that_is_logged_keeps_its_password_to_itself() =>
        Assert.DoesNotContain("pass", new ConnectionCommand(Connection, "client", "user", "pass").ToString(), StringComparison.Ordinal);

    private static void AssertFrame<TCommand>(string expected, TCommand command, int commandId, bool responseRequired)
        where TCommand : IOutgoingCommand
    {
        var buffer = new FrameBuffer();
        CommandFrame.Write(buffer, command, commandId, responseRequired);
        Assert.Equal(expected, Convert.ToHexString(buffer.Written.Span));
    }
}
