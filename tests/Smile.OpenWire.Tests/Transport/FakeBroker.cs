using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Smile.OpenWire.Wire;
using Smile.Testing;

namespace Smile.OpenWire.Tests.Transport;

/// <summary>A broker for one connection that does only what a test tells it to. It notes the commands that it reads.</summary>
internal sealed class FakeBroker : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Channel<(WireType Type, int CommandId)> _commands = Channel.CreateUnbounded<(WireType, int)>();
    private readonly WireFormat _format;
    private readonly Task _serving;
    private Socket? _socket;

    /// <param name="format">The broker's side of the negotiation; null for a broker that accepts and then says nothing.</param>
    /// <param name="answers">The commands that are answered as they come.</param>
    public FakeBroker(WireFormat? format, params WireType[] answers)
    {
        _format = format ?? new WireFormat(0, 0, 0, false, false);
        _listener.Start();
        _serving = ServeAsync(format is not null, answers);
    }

    public Uri Address => new($"tcp://{_listener.LocalEndpoint}");

    /// <summary>Waits for a command of this type, skipping others.</summary>
    public async Task<int> NextAsync(WireType type)
    {
        while (true)
        {
            var command = await _commands.Reader.ReadAsync().AsTask().WaitAsync(Until.Patience);
            if (command.Type == type)
            {
                return command.CommandId;
            }
        }
    }

    public Task SendAsync(string frame) => SendAsync(Convert.FromHexString(frame));

    public async Task SendAsync(ReadOnlyMemory<byte> frame) => await _socket!.SendAsync(frame);

    public void HangUp() => _socket!.Dispose();

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        _socket?.Dispose();
        await _serving;
    }

    private async Task ServeAsync(bool speaks, WireType[] answers)
    {
        try
        {
            _socket = await _listener.AcceptSocketAsync();
            using var stream = new NetworkStream(_socket);
            if (speaks)
            {
                var greeting = new FrameBuffer();
                _format.Write(greeting);
                await SendAsync(greeting.Written);
            }

            var prefix = new byte[sizeof(int)];
            while (true)
            {
                await stream.ReadExactlyAsync(prefix);
                var frame = new byte[BinaryPrimitives.ReadInt32BigEndian(prefix)];
                await stream.ReadExactlyAsync(frame);
                var command = ((WireType)frame[0], BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(1)));
                if (answers.Contains(command.Item1))
                {
                    await SendAsync(Response(command.Item2));
                }

                await _commands.Writer.WriteAsync(command);
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
        {
            _commands.Writer.TryComplete();
        }
    }

    private static byte[] Response(int commandId)
    {
        var buffer = new FrameBuffer();
        buffer.BeginFrame(WireType.Response);
        buffer.WriteInt(0);
        buffer.WriteBoolean(false);
        buffer.WriteInt(commandId);
        buffer.EndFrame();
        return buffer.Written.ToArray();
    }
}
