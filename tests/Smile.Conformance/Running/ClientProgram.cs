using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Smile.Conformance.Running;

/// <summary>A program of the Clients folder, which prints lines of JSON. A running one is told to end by the end of its input.</summary>
internal sealed class ClientProgram : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _name;
    private readonly ConcurrentQueue<JsonElement> _lines = new();
    private readonly StringBuilder _errors = new();

    private ClientProgram(Process process, string name)
    {
        _process = process;
        _name = name;
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => TakeError(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>What it has printed so far.</summary>
    public IReadOnlyCollection<JsonElement> Lines => _lines;

    /// <summary>A file of the Clients folder, such as <c>zeep/calls.py</c>.</summary>
    public static string File(string path) => Path.Combine(AppContext.BaseDirectory, "Clients", path);

    /// <summary>Runs a program to its end.</summary>
    /// <returns>The lines that it printed.</returns>
    public static Task<IReadOnlyList<JsonElement>> RunAsync(string program, params string[] arguments) => RunAsync(null, program, arguments);

    public static async Task<IReadOnlyList<JsonElement>> RunAsync(IReadOnlyDictionary<string, string>? environment, string program, params string[] arguments)
    {
        await using var running = Start(environment, program, arguments);
        await running.EndAsync();
        return [.. running._lines];
    }

    /// <summary>Starts a program that goes on; returns when it has printed that it is ready.</summary>
    public static async Task<ClientProgram> StartAsync(string program, params string[] arguments)
    {
        var running = Start(null, program, arguments);
        await running.UntilAsync("it is ready", lines => lines.Any(line => line.TryGetProperty("ready", out _)));
        return running;
    }

    /// <summary>Waits until what was printed fulfils a condition.</summary>
    public Task UntilAsync(string what, Func<IReadOnlyCollection<JsonElement>, bool> condition) => Until.TrueAsync($"{_name}: {what}", () =>
        condition(_lines) ? true : !_process.HasExited || condition(_lines) ? condition(_lines) : throw new InvalidOperationException($"{_name} ended with {_process.ExitCode}: {Errors()}"));

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    /// <summary>Tells it to end and waits until it has.</summary>
    public async Task EndAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(Until.Patience);
        Assert.True(_process.ExitCode == 0, $"{_name} ended with {_process.ExitCode}: {Errors()}");
    }

    private static ClientProgram Start(IReadOnlyDictionary<string, string>? environment, string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return new ClientProgram(Process.Start(start)!, Path.GetFileName(arguments.FirstOrDefault(argument => argument.Contains("/Clients/", StringComparison.Ordinal)) ?? program));
    }

    private void Take(string? line)
    {
        if (line is ['{', ..])
        {
            using var document = JsonDocument.Parse(line);
            _lines.Enqueue(document.RootElement.Clone());
        }
        else
        {
            TakeError(line);
        }
    }

    private void TakeError(string? line)
    {
        lock (_errors)
        {
            _errors.AppendLine(line);
        }
    }

    private string Errors()
    {
        lock (_errors)
        {
            return _errors.ToString();
        }
    }
}
