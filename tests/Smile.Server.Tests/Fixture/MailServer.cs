using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Smile.Testing;

namespace Smile.Server.Tests.Fixture;

/// <summary>A real SMTP server of others' making: Debian's python3-aiosmtpd, which prints what it receives.</summary>
internal sealed class MailServer : IAsyncDisposable
{
    private const string Python = "/usr/bin/python3";

    /// <summary>A mail server that knows none of the mailboxes.</summary>
    private const string Refusing = """
        import asyncio, sys
        from aiosmtpd.smtp import SMTP
        class Refusal:
            async def handle_RCPT(self, server, session, envelope, address, options):
                return "550 5.1.1 no such mailbox"
        async def main():
            server = await asyncio.get_running_loop().create_server(lambda: SMTP(Refusal()), "127.0.0.1", int(sys.argv[1]))
            await server.serve_forever()
        asyncio.run(main())
        """;

    /// <summary>A mail server that takes no mail before four are on their way to it at once.</summary>
    private const string Gathering = """
        import asyncio, sys
        from aiosmtpd.smtp import SMTP
        class Gathering:
            def __init__(self):
                self.here = 0
                self.enough = asyncio.Event()
            async def handle_DATA(self, server, session, envelope):
                self.here += 1
                if self.here >= 4:
                    self.enough.set()
                await self.enough.wait()
                print(envelope.content.decode(), flush=True)
                return "250 OK"
        async def main():
            gathering = Gathering()
            server = await asyncio.get_running_loop().create_server(lambda: SMTP(gathering), "127.0.0.1", int(sys.argv[1]))
            await server.serve_forever()
        asyncio.run(main())
        """;

    private readonly Process _process;
    private readonly StringBuilder _received = new();

    private MailServer(Process process, int port)
    {
        _process = process;
        Port = port;
    }

    public int Port { get; }

    public static bool IsInstalled => Directory.Exists("/usr/lib/python3/dist-packages/aiosmtpd");

    public static Task<MailServer> StartAsync() =>
        StartAsync(port => ["-u", "-m", "aiosmtpd", "-n", "-l", $"127.0.0.1:{port}", "-c", "aiosmtpd.handlers.Debugging", "stdout"]);

    /// <summary>One that takes no mail before four are on their way to it at once.</summary>
    public static Task<MailServer> StartGatheringAsync() => StartAsync(port => ["-u", "-c", Gathering, port]);

    /// <summary>One that refuses every recipient.</summary>
    public static Task<MailServer> StartRefusingAsync() => StartAsync(port => ["-u", "-c", Refusing, port]);

    private static async Task<MailServer> StartAsync(Func<string, string[]> arguments)
    {
        var port = LoopbackPort.Free();
        var process = Process.Start(
            new ProcessStartInfo(Python, arguments(port.ToString(CultureInfo.InvariantCulture)))
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
        var server = new MailServer(process, port);
        process.OutputDataReceived += (_, line) =>
        {
            lock (server._received)
            {
                server._received.AppendLine(line.Data);
            }
        };
        process.BeginOutputReadLine();
        await Until.TrueAsync(
            "the mail server listens",
            async () =>
            {
                try
                {
                    using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                    await socket.ConnectAsync(IPAddress.Loopback, port);
                    return true;
                }
                catch (SocketException)
                {
                    return false;
                }
            }
        );
        return server;
    }

    /// <summary>Waits for a mail that has the text, and gives all that came.</summary>
    public async Task<string> ReceiveAsync(string text)
    {
        await Until.TrueAsync("the mail has come", () => Received().Contains(text, StringComparison.Ordinal));
        return Received();
    }

    /// <summary>Waits for so many mails that have the text, and gives each as it came.</summary>
    public async Task<IReadOnlyList<string>> ReceiveMailsAsync(int count, string text = "")
    {
        await Until.TrueAsync($"{count} mails have come", () => Mails(text).Count >= count);
        return Mails(text);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private IReadOnlyList<string> Mails(string text) =>
        [
            .. Received()
                .Split("---------- MESSAGE FOLLOWS ----------")
                .Skip(1)
                .Where(mail =>
                    mail.Contains("------------ END MESSAGE", StringComparison.Ordinal) && mail.Contains(text, StringComparison.Ordinal)
                ),
        ];

    private string Received()
    {
        lock (_received)
        {
            return _received.ToString();
        }
    }
}
