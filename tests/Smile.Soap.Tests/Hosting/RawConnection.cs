using System.Net.Sockets;
using System.Text;

namespace Smile.Soap.Tests.Hosting;

/// <summary>A connection that may say what an HTTP library would not.</summary>
internal sealed class RawConnection : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);
    private readonly TcpClient _client = new() { NoDelay = true };
    private readonly CancellationTokenSource _deadline = new(Deadline);

    private RawConnection() { }

    private NetworkStream? _stream;

    private NetworkStream Stream => _stream ??= _client.GetStream();

    public static async Task<RawConnection> OpenAsync(SoapServer server)
    {
        var connection = new RawConnection();
        await connection._client.ConnectAsync("127.0.0.1", server.Address.Port, connection._deadline.Token);
        return connection;
    }

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public Task SendAsync(byte[] bytes) => Stream.WriteAsync(bytes, _deadline.Token).AsTask();

    /// <summary>Sends the head of a POST that asks for the connection to be closed behind the answer.</summary>
    public Task SendHeadAsync(string endpoint, params string[] headers) =>
        SendAsync(
            $"POST /live/smile/ws/v2/{endpoint} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: "
                + $"text/xml\r\nAuthorization: {Envelopes.Credentials}\r\n"
                + string.Concat(headers.Select(header => header + "\r\n"))
                + "\r\n"
        );

    /// <summary>Everything up to the end of the connection; fails where that does not come.</summary>
    public async Task<string> ReadToEndAsync()
    {
        using var bytes = new MemoryStream();
        try
        {
            await Stream.CopyToAsync(bytes, _deadline.Token);
        }
        catch (IOException)
        {
            // The server resets a connection on which it was sent more than it cared to read: what it answered stands.
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    /// <summary>No more is sent; the answer can still be read.</summary>
    public void FinishSending() => _client.Client.Shutdown(SocketShutdown.Send);

    /// <summary>Ends the connection as a client does that is killed.</summary>
    public void Reset()
    {
        _client.LingerState = new LingerOption(true, 0);
        _client.Close();
    }

    public void Dispose()
    {
        _client.Dispose();
        _deadline.Dispose();
    }
}
