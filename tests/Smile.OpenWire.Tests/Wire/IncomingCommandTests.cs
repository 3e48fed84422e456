using System.IO.Compression;
using Smile.OpenWire.Wire;

namespace Smile.OpenWire.Tests.Wire;

public sealed class IncomingCommandTests
{
    [Fact]
    public void A_dispatched_message_has_every_property_with_its_type()
    {
        var dispatch = Assert.IsType<MessageDispatch>(Read(GoldenFrames.Dispatch));
        var text = MessageBody.ToText(dispatch.Message, 1024);

        Assert.Equal(new ConsumerId("ID:c:1", 2, 4), dispatch.Consumer);
        Assert.Equal(2, dispatch.RedeliveryCounter);
        Assert.Equal("topic://SmileOrder", dispatch.Destination.ToString());
        Assert.Equal("ID:c:1:2:3:7", dispatch.Message.Id.ToString());
        Assert.True(dispatch.Message.Persistent);
        Assert.Equal("hé\0😀", text.Text);
        Assert.Equal(("CN666", "type", "corr"), (text.GroupId, text.MessageType, text.CorrelationId));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1700000000123), text.Timestamp);
        var expected = new Dictionary<string, object>
        {
            ["s"] = "x",
            ["i"] = 17,
            ["l"] = 17L,
            ["b"] = true,
            ["d"] = 1.5,
            ["f"] = 2.5f,
            ["h"] = (short)3,
            ["y"] = (sbyte)-4,
            ["c"] = 'c',
        };
        Assert.Equal(expected.OrderBy(property => property.Key), text.Properties.OrderBy(property => property.Key));
    }

    [Fact]
    public void A_refusal_has_class_and_message()
    {
        var refusal = Assert.IsType<ExceptionResponseCommand>(Read(GoldenFrames.ExceptionResponse));

        Assert.Equal(1, refusal.CorrelationId);
        Assert.Equal(new RemoteFailure("java.lang.SecurityException", "User name [user] or password is invalid."), refusal.Failure);
    }

    [Fact]
    public void A_connection_error_has_class_and_message() =>
        Assert.Equal(
            new RemoteFailure("java.io.IOException", "disk"),
            Assert.IsType<ConnectionErrorCommand>(Read(GoldenFrames.ConnectionError)).Failure
        );

    [Fact]
    public void A_consumer_may_be_closed_by_the_broker() =>
        Assert.Equal(
            (new ConsumerId("ID:c:1", 2, 4), true),
            Assert.IsType<ConsumerControlCommand>(Read(GoldenFrames.ConsumerControl)) is var control
                ? (control.Consumer!.Value, control.Close)
                : default
        );

    [Theory]
    [InlineData(GoldenFrames.BrokerInfo)]
    [InlineData(GoldenFrames.EmptyDispatch)]
    public void What_is_of_no_use_is_ignored(string frame) => Assert.IsType<IgnoredCommand>(Read(frame));

    [Fact]
    public void An_unknown_command_is_told_from_damage() => Assert.Equal(99, Assert.IsType<UnknownCommand>(Read("0000000363FFFF")).Type);

    [Fact]
    public void The_formats_are_negotiated_to_the_lesser_of_both()
    {
        var theirs = Assert.IsType<WireFormatCommand>(Read(GoldenFrames.WireFormat)).Format;

        Assert.Equal(new WireFormat(12, 30_000, long.MaxValue, TightEncoding: true, Cache: true), theirs);
        Assert.Equal(
            new WireFormat(12, 5_000, 1_000_000, false, false),
            new WireFormat(12, 5_000, 1_000_000, false, false).Negotiate(theirs)
        );
        Assert.Throws<WireException>(() => new WireFormat(12, 0, 0, false, false).Negotiate(theirs with { Version = 11 }));
    }

    [Fact]
    public void Our_format_is_read_back()
    {
        var ours = new WireFormat(12, 30_000, 1_000_000, false, false);
        var buffer = new FrameBuffer();
        ours.Write(buffer);

        Assert.Equal(ours, Assert.IsType<WireFormatCommand>(Read(Convert.ToHexString(buffer.Written.Span))).Format);
    }

    [Fact]
    public void A_frame_cut_short_anywhere_is_refused()
    {
        var frame = Frame(GoldenFrames.Dispatch);
        for (var length = 0; length < frame.Length; length++)
        {
            Assert.Throws<WireException>(() => CommandReader.Read(frame.AsSpan(0, length)));
        }
    }

    [Fact]
    public void A_damaged_frame_is_read_or_refused_and_nothing_else()
    {
        var random = new Random(1);
        string[] frames = [GoldenFrames.Dispatch, GoldenFrames.ExceptionResponse, GoldenFrames.ConsumerControl, GoldenFrames.WireFormat];
        for (var round = 0; round < 20_000; round++)
        {
            var frame = Frame(frames[round % frames.Length]);
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                frame[random.Next(frame.Length)] = (byte)random.Next(256);
            }

            try
            {
                if (CommandReader.Read(frame) is MessageDispatch dispatch)
                {
                    MessageBody.ToText(dispatch.Message, 1024);
                }
            }
            catch (WireException)
            {
                // Refused, as it should be.
            }
        }
    }

    [Fact]
    public void A_compressed_text_is_read_up_to_the_limit()
    {
        var inflated = new FrameBuffer();
        inflated.WriteBigString(new string('x', 1000));
        var compressed = new MemoryStream();
        using (var deflater = new ZLibStream(compressed, CompressionMode.Compress, leaveOpen: true))
        {
            deflater.Write(inflated.Written.Span);
        }

        var message = Message(WireType.TextMessage, compressed.ToArray()) with { Compressed = true };
        Assert.Equal(new string('x', 1000), MessageBody.ToText(message, 1004).Text);
        Assert.Throws<WireException>(() => MessageBody.ToText(message, 1003));
        Assert.Throws<WireException>(() => MessageBody.ToText(message with { Content = [1, 2, 3] }, 1003));
    }

    [Fact]
    public void Bytes_are_taken_for_text_where_they_are_UTF8()
    {
        Assert.Equal("é", MessageBody.ToText(Message(WireType.BytesMessage, [0xC3, 0xA9]), 1024).Text);
        Assert.Throws<WireException>(() => MessageBody.ToText(Message(WireType.BytesMessage, [0xC3]), 1024));

        // K6: a byte order mark is none of the text, and a declared encoding is honoured.
        Assert.Equal("é", MessageBody.ToText(Message(WireType.BytesMessage, [0xEF, 0xBB, 0xBF, 0xC3, 0xA9]), 1024).Text);
        Assert.Equal("é", MessageBody.ToText(Message(WireType.BytesMessage, [0xFF, 0xFE, 0xE9, 0x00]), 1024).Text);
        var declared = "<?xml version='1.0' encoding='ISO-8859-1'?><a>é</a>";
        Assert.Equal(
            declared,
            MessageBody.ToText(Message(WireType.BytesMessage, System.Text.Encoding.Latin1.GetBytes(declared)), 1024).Text
        );
        Assert.Throws<WireException>(() => MessageBody.ToText(Message(WireType.ObjectMessage, [1]), 1024));
        Assert.Equal("", MessageBody.ToText(Message(WireType.Message, []), 1024).Text);
    }

    private static IncomingMessage Message(WireType type, byte[] content) =>
        new(type, new MessageId(new ProducerId("c", 1, 1), 1, 1), Destination.Parse("queue://Q")) { Content = content };

    private static IncomingCommand Read(string frame) => CommandReader.Read(Frame(frame));

    private static byte[] Frame(string frame) => Convert.FromHexString(frame)[sizeof(int)..];
}
