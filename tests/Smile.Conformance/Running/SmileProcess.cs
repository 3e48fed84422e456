using System.Diagnostics;
using System.Globalization;
using Smile.Testing;

namespace Smile.Conformance.Running;

/// <summary>The real server as a process of its own, on a port that it keeps over restarts.</summary>
internal sealed class SmileProcess : IAsyncDisposable
{
    /// <summary>Ends the server in order when it is told to, and also when the test run that started it is gone.</summary>
    private const string Script =
        """log="$1"; shift; "$@" </dev/null >>"$log" 2>&1 & server=$!; read -r ignored; kill -TERM $server; wait $server""";

    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(10) };

    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly string _log = Path.GetTempFileName();
    private Process? _process;

    private SmileProcess(IReadOnlyDictionary<string, string> settings, int port)
    {
        _settings = settings;
        Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/"));
    }

    public Uri Address { get; }

    /// <summary>The address to which an endpoint's path is added.</summary>
    public string Endpoints => Address + "smile/ws/v2/";

    private static string Dotnet => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    private static string Server => Path.Combine(AppContext.BaseDirectory, "smile-server.dll");

    /// <param name="settings">As environment variables.</param>
    public static async Task<SmileProcess> StartNewAsync(IReadOnlyDictionary<string, string> settings)
    {
        var server = new SmileProcess(settings, LoopbackPort.Free());
        await server.StartAsync();
        return server;
    }

    /// <summary>Runs the server's command line.</summary>
    /// <returns>What it printed.</returns>
    public static Task<string> CommandAsync(IReadOnlyDictionary<string, string> settings, params string[] arguments) =>
        CommandAsync(settings, Until.Patience, arguments);

    /// <summary>Runs what may take long.</summary>
    /// <returns>What it printed.</returns>
    public static async Task<string> CommandAsync(
        IReadOnlyDictionary<string, string> settings,
        TimeSpan patience,
        params string[] arguments
    )
    {
        using var process = Process.Start(
            With(
                settings,
                new ProcessStartInfo(Dotnet, [Server, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true }
            )
        )!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(patience);
        Assert.True(process.ExitCode == 0, $"smile {string.Join(' ', arguments)} ended with {process.ExitCode}: {await errors}");
        return await output;
    }

    /// <summary>Starts the server's command line, and leaves it to the caller.</summary>
    public static Process StartCommand(IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        var process = Process.Start(
            With(settings, new ProcessStartInfo(Dotnet, [Server, .. arguments]) { RedirectStandardOutput = true })
        )!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        return process;
    }

    /// <summary>
    /// Starts it, also again after <see cref="StopAsync"/> or <see cref="KillAsync"/>; returns when it says that it is ready.
    /// </summary>
    public async Task StartAsync()
    {
        var start = new ProcessStartInfo(
            "/bin/sh",
            ["-c", Script, "server", _log, Dotnet, Server, "serve", "--migrate", "--urls", Address.ToString()]
        )
        {
            RedirectStandardInput = true,
        };
        _process = Process.Start(With(_settings, start))!;
        await Until.TrueAsync(
            "the server is ready",
            async () =>
                _process.HasExited
                    ? throw new InvalidOperationException("The server ended: " + await LogAsync())
                    : await HealthAsync() is not null
        );
    }

    /// <summary>The status that /health/ready tells; null while the server does not answer or is not ready.</summary>
    public async Task<string?> HealthAsync()
    {
        try
        {
            using var response = await Http.GetAsync(new Uri(Address, "health/ready"));
            using var report = System.Text.Json.JsonDocument.Parse(await response.Content.ReadAsStringAsync());
            return response.IsSuccessStatusCode ? report.RootElement.GetProperty("status").GetString() : null;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    /// <summary>SIGTERM: calls in flight are finished.</summary>
    public async Task StopAsync()
    {
        if (_process is { } process)
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync().WaitAsync(Until.Patience);
            Forget();
        }
    }

    /// <summary>SIGKILL: what a crash of the server looks like.</summary>
    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            Forget();
        }
    }

    public Task<string> LogAsync() => File.ReadAllTextAsync(_log);

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        File.Delete(_log);
    }

    private static ProcessStartInfo With(IReadOnlyDictionary<string, string> settings, ProcessStartInfo start)
    {
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private void Forget()
    {
        _process?.Dispose();
        _process = null;
    }
}
