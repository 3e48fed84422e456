using System.IO.Pipelines;
using Smile.OpenWire.Tests.Wire;
using Smile.OpenWire.Transport;
using Smile.OpenWire.Wire;

namespace Smile.OpenWire.Tests.Transport;

public sealed class IncomingFramesTests
{
    [Fact]
    public async Task Frames_that_come_byte_by_byte_are_put_together()
    {
        var pipe = new Pipe();
        var commands = new List<IncomingCommand>();
        var reading = new IncomingFrames(TimeProvider.System, 4096).ReadAsync(pipe.Reader.AsStream(), commands.Add, CancellationToken.None);
        foreach (var part in Convert.FromHexString(GoldenFrames.KeepAlive + GoldenFrames.Dispatch + GoldenFrames.KeepAlive))
        {
            await pipe.Writer.WriteAsync(new[] { part });
        }

        await pipe.Writer.CompleteAsync();
        await reading;

        Assert.Collection(
            commands,
            command => Assert.IsType<KeepAliveReceived>(command),
            command => Assert.IsType<MessageDispatch>(command),
            command => Assert.IsType<KeepAliveReceived>(command)
        );
    }

    [Theory]
    [InlineData("7FFFFFFF")]
    [InlineData("00001001")]
    [InlineData("00000000")]
    [InlineData("FFFFFFFF")]
    [InlineData("48545450")] // "HTTP".
    public async Task A_frame_of_a_senseless_size_is_refused_before_it_is_read(string prefix)
    {
        var pipe = new Pipe();
        await pipe.Writer.WriteAsync(Convert.FromHexString(prefix));

        var reading = new IncomingFrames(TimeProvider.System, 4096).ReadAsync(pipe.Reader.AsStream(), _ => { }, CancellationToken.None);

        await Assert.ThrowsAsync<WireException>(() => reading);
    }
}
