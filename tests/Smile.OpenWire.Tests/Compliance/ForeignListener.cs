using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using Smile.Testing;

namespace Smile.OpenWire.Tests.Compliance;

/// <summary>A listener of others' making, run as a process that prints a line of JSON for each message.</summary>
internal sealed class ForeignListener : IAsyncDisposable
{
    private const string Java = "/usr/bin/java";
    private const string Python = "/usr/bin/python3";

    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    private ForeignListener(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => _lines.Writer.TryWrite("stderr: " + line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public static string? WhyNoJava =>
        File.Exists("/usr/bin/javac") && File.Exists(Java)
            ? null
            : "No JDK for the JMS listener: apt-get install --yes openjdk-17-jdk-headless";

    public static string? WhyNoStomp =>
        Run(Python, "-c", "import stomp") == 0 ? null : "No STOMP client: apt-get install --yes python3-stomp";

    /// <summary>The Java JMS client with a durable subscription.</summary>
    public static Task<ForeignListener> StartJavaAsync(PrivateBroker broker, string topic, string selector, int count) =>
        StartAsync(
            Java,
            [
                "-XX:TieredStopAtLevel=1",
                "-cp",
                PrivateBroker.ClientClassPath,
                Script("Listener.java"),
                broker.Address.ToString(),
                PrivateBroker.UserName,
                PrivateBroker.Password,
                topic,
                selector,
                Text(count),
            ]
        );

    public static Task<ForeignListener> StartStompAsync(PrivateBroker broker, string topic, string selector, int count) =>
        StartAsync(
            Python,
            [
                Script("listener.py"),
                PrivateBroker.Password,
                "127.0.0.1:" + Text(broker.StompPort),
                PrivateBroker.UserName,
                topic,
                selector,
                Text(count),
            ]
        );

    /// <summary>Sends the text twice: with a content length, which makes it a bytes message, and without.</summary>
    public static async Task SendStompAsync(PrivateBroker broker, string topic, string text)
    {
        using var process = Process.Start(
            Python,
            [Script("sender.py"), PrivateBroker.Password, "127.0.0.1:" + Text(broker.StompPort), PrivateBroker.UserName, topic, text]
        );
        await process.WaitForExitAsync(Bus.Patience);
        Assert.Equal(0, process.ExitCode);
    }

    public async Task<JsonElement> NextAsync()
    {
        var line = await NextLineAsync();
        return line.StartsWith('{')
            ? JsonDocument.Parse(line).RootElement
            : throw new InvalidOperationException("The listener printed: " + line);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task<ForeignListener> StartAsync(string program, string[] arguments)
    {
        var process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true }
        )!;
        var listener = new ForeignListener(process);
        for (var line = await listener.NextLineAsync(); line != "READY"; line = await listener.NextLineAsync())
        {
            if (!line.StartsWith("stderr", StringComparison.Ordinal) || line.Contains("Exception", StringComparison.Ordinal))
            {
                await listener.DisposeAsync();
                throw new InvalidOperationException("The listener printed: " + line);
            }
        }

        return listener;
    }

    private static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "Clients", name);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static int Run(string program, params string[] arguments)
    {
        if (!File.Exists(program))
        {
            return -1;
        }

        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }

    private void Take(string? line)
    {
        if (line is null)
        {
            _lines.Writer.TryComplete();
        }
        else
        {
            _lines.Writer.TryWrite(line);
        }
    }

    private async Task<string> NextLineAsync() => await _lines.Reader.ReadAsync().AsTask().WaitAsync(Until.Patience);
}

/// <summary>Skipped, with the reason in the test output, where the Java client is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class JavaFactAttribute : FactAttribute
{
    public JavaFactAttribute() => Skip = ForeignListener.WhyNoJava;
}

/// <summary>Skipped, with the reason in the test output, where the STOMP client is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class StompFactAttribute : FactAttribute
{
    public StompFactAttribute() => Skip = ForeignListener.WhyNoStomp;
}
