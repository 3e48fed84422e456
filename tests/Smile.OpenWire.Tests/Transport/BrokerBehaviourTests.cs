using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Smile.OpenWire.Tests.Wire;
using Smile.OpenWire.Wire;
using Smile.Testing;

namespace Smile.OpenWire.Tests.Transport;

/// <summary>How the client takes what a good broker never does.</summary>
public sealed class BrokerBehaviourTests
{
    private const string Password = "hunter2";

    private static readonly WireFormat Format = new(WireFormat.OurVersion, 30_000, int.MaxValue, false, false);
    private static readonly WireType[] Polite =
    [
        WireType.ConnectionInfo,
        WireType.SessionInfo,
        WireType.ProducerInfo,
        WireType.ConsumerInfo,
        WireType.RemoveInfo,
    ];
    private static readonly (string, TextMessage)[] Batch = [("T", new TextMessage("x", new Dictionary<string, object>()))];

    [Fact]
    public async Task A_broker_that_falls_silent_is_noticed()
    {
        var clock = new FakeTimeProvider();
        await using var broker = new FakeBroker(Format with { MaxInactivity = 3_000 }, Polite);
        await using var connection = await ConnectAsync(Options(broker), clock);

        await Until.TrueAsync(
            "the silence is noticed",
            () =>
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                return connection.Closed.IsCompleted;
            }
        );

        var lost = await Assert.ThrowsAsync<BrokerException>(() => connection.Closed.WaitAsync(Until.Patience));

        Assert.Contains("silent", lost.Message, StringComparison.Ordinal);
        Assert.False(connection.IsOpen);
        await broker.NextAsync(WireType.KeepAliveInfo);
    }

    [Fact]
    public async Task A_keep_alive_that_wants_an_answer_gets_one()
    {
        await using var broker = new FakeBroker(Format, Polite);
        await using var connection = await ConnectAsync(Options(broker));

        await broker.SendAsync("000000060A0000000101");

        await broker.NextAsync(WireType.KeepAliveInfo);
    }

    [Fact]
    public async Task A_broker_that_accepts_and_says_nothing_is_given_up()
    {
        var clock = new FakeTimeProvider();
        await using var broker = new FakeBroker(null);

        var connecting = ConnectAsync(Options(broker), clock);
        await broker.NextAsync(WireType.WireFormatInfo);
        clock.Advance(Options(broker).ConnectTimeout);

        var exception = await Assert.ThrowsAsync<BrokerException>(() => connecting);
        Assert.Contains("did not answer", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broker_that_is_too_old_is_refused_with_the_reason()
    {
        await using var broker = new FakeBroker(Format with { Version = 9 }, Polite);

        var exception = await Assert.ThrowsAsync<BrokerException>(() => ConnectAsync(Options(broker)));

        Assert.Contains("version 9", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_is_not_known_is_skipped()
    {
        await using var broker = new FakeBroker(Format, Polite);
        await using var connection = await ConnectAsync(Options(broker));

        await broker.SendAsync("0000000363FFFF");
        await using var producer = await connection.CreateProducerAsync(CancellationToken.None);

        Assert.True(connection.IsOpen);
    }

    [Theory]
    [InlineData("7FFFFFFF")]
    [InlineData("0000000615000000")] // A message dispatch that ends too soon.
    public async Task A_damaged_frame_closes_the_connection(string frame)
    {
        await using var broker = new FakeBroker(Format, Polite);
        await using var connection = await ConnectAsync(Options(broker));

        await broker.SendAsync(frame + "000000000000");

        var lost = await Assert.ThrowsAsync<BrokerException>(() => connection.Closed.WaitAsync(Until.Patience));
        Assert.Contains("cannot be read", lost.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_commit_without_an_answer_in_time_is_in_doubt()
    {
        var clock = new FakeTimeProvider();
        await using var broker = new FakeBroker(Format with { MaxInactivity = 0 }, Polite);
        await using var connection = await ConnectAsync(Options(broker), clock);
        await using var producer = await connection.CreateProducerAsync(CancellationToken.None);

        var sending = producer.SendTransactionAsync(Batch, CancellationToken.None);
        await broker.NextAsync(WireType.TextMessage);
        await broker.NextAsync(WireType.TransactionInfo);
        Assert.False(sending.IsCompleted);
        clock.Advance(Options(broker).ResponseTimeout);

        var exception = await Assert.ThrowsAsync<BrokerException>(() => sending);

        Assert.True(exception.InDoubt);
        Assert.False(connection.IsOpen);
    }

    [Fact]
    public async Task A_connection_lost_while_a_commit_waits_leaves_it_in_doubt()
    {
        await using var broker = new FakeBroker(Format, Polite);
        await using var connection = await ConnectAsync(Options(broker));
        await using var producer = await connection.CreateProducerAsync(CancellationToken.None);

        var sending = producer.SendTransactionAsync(Batch, CancellationToken.None);
        await broker.NextAsync(WireType.TextMessage);
        await broker.NextAsync(WireType.TransactionInfo);
        broker.HangUp();

        Assert.True((await Assert.ThrowsAsync<BrokerException>(() => sending)).InDoubt);
    }

    [Fact]
    public async Task A_batch_for_a_connection_that_is_lost_is_not_in_doubt()
    {
        await using var broker = new FakeBroker(Format, Polite);
        await using var connection = await ConnectAsync(Options(broker));
        await using var producer = await connection.CreateProducerAsync(CancellationToken.None);
        broker.HangUp();
        await Assert.ThrowsAsync<BrokerException>(() => connection.Closed);

        var exception = await Assert.ThrowsAsync<BrokerException>(() => producer.SendTransactionAsync(Batch, CancellationToken.None));

        Assert.False(exception.InDoubt);
    }

    [Fact]
    public async Task A_cancellation_before_the_commit_sends_none()
    {
        await using var broker = new FakeBroker(Format, Polite);
        await using var connection = await ConnectAsync(Options(broker));
        await using var producer = await connection.CreateProducerAsync(CancellationToken.None);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            producer.SendTransactionAsync(Batch, new CancellationToken(canceled: true))
        );

        Assert.True(connection.IsOpen);
    }

    [Fact]
    public async Task A_consumer_learns_that_the_connection_is_lost()
    {
        await using var broker = new FakeBroker(Format, Polite);
        await using var connection = await ConnectAsync(Options(broker));
        await using var consumer = await connection.SubscribeAsync("T", null, null, 1, CancellationToken.None);

        var receiving = consumer.ReceiveAsync(CancellationToken.None);
        broker.HangUp();

        await Assert.ThrowsAsync<BrokerException>(() => receiving);
    }

    [Fact]
    public async Task More_messages_than_were_asked_for_close_the_connection()
    {
        await using var broker = new FakeBroker(Format, Polite);
        await using var connection = await ConnectAsync(Options(broker));
        await using var consumer = await connection.SubscribeAsync("T", null, null, 1, CancellationToken.None);

        var dispatch = Convert.ToHexString(Dispatch(consumer.Id));
        await broker.SendAsync(string.Concat(Enumerable.Repeat(dispatch, 100)));

        var lost = await Assert.ThrowsAsync<BrokerException>(() => connection.Closed.WaitAsync(Until.Patience));
        Assert.Contains("more messages than were asked for", lost.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disposed_connection_is_closed_without_an_error()
    {
        await using var broker = new FakeBroker(Format, Polite);
        var connection = await ConnectAsync(Options(broker));

        await connection.DisposeAsync();

        await connection.Closed;
        await broker.NextAsync(WireType.ShutdownInfo);
    }

    [Fact]
    public async Task A_password_that_the_broker_repeats_is_blotted_out()
    {
        await using var broker = new FakeBroker(Format);
        var connecting = ConnectAsync(Options(broker));
        var id = await broker.NextAsync(WireType.ConnectionInfo);
        var refusal = new FrameBuffer();
        refusal.BeginFrame(WireType.ExceptionResponse);
        refusal.WriteInt(1);
        refusal.WriteBoolean(false);
        refusal.WriteInt(id);
        refusal.WriteBoolean(true);
        refusal.WriteOptionalString("java.lang.SecurityException");
        refusal.WriteOptionalString("No user with the password " + Password);
        refusal.EndFrame();
        await broker.SendAsync(refusal.Written);

        var exception = await Assert.ThrowsAsync<BrokerException>(() => connecting);

        Assert.True(exception.AccessDenied);
        Assert.DoesNotContain(Password, exception.ToString(), StringComparison.Ordinal);
    }

    private static byte[] Dispatch(ConsumerId consumer)
    {
        // The golden frame with the consumer's id in place of its own.
        var golden = Convert.FromHexString(GoldenFrames.Dispatch);
        var rest = golden.AsSpan(4 + 6 + 2 + 9 + 16);
        var buffer = new FrameBuffer();
        buffer.BeginFrame(WireType.MessageDispatch);
        buffer.WriteInt(1);
        buffer.WriteBoolean(false);
        buffer.WriteConsumerId(consumer);
        buffer.WriteBytes(rest);
        buffer.EndFrame();
        return buffer.Written.ToArray();
    }

    private static OpenWireOptions Options(FakeBroker broker) =>
        new()
        {
            Addresses = [broker.Address],
            UserName = "smile",
            Password = Password,
        };

    private static Task<OpenWireConnection> ConnectAsync(OpenWireOptions options, TimeProvider? clock = null) =>
        OpenWireConnection.ConnectAsync(options, clock ?? TimeProvider.System, NullLogger.Instance, CancellationToken.None);
}
