using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Smile.Testing;

namespace Smile.Conformance.Running;

/// <summary>A program of the Clients folder, which prints lines of JSON. A running one is told to end by the end of its input.</summary>
internal sealed class ClientProgram : IAsyncDisposable
{
    /// <summary>In full, compilers get much to do, on a machine that may be slow: this is for what hangs.</summary>
    private static readonly TimeSpan CompilersPatience = Verification.IsFull ? TimeSpan.FromMinutes(60) : TimeSpan.FromMinutes(8);

    private readonly Process _process;
    private readonly string _name;
    private readonly List<JsonElement> _lines = [];
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

    /// <summary>A file of the Clients folder, such as <c>zeep/calls.py</c>.</summary>
    public static string File(string path) => Path.Combine(AppContext.BaseDirectory, "Clients", path);

    /// <summary>Runs a program to its end.</summary>
    /// <returns>The lines that it printed.</returns>
    public static Task<IReadOnlyList<JsonElement>> RunAsync(string program, params string[] arguments) =>
        RunAsync(null, program, arguments);

    public static async Task<IReadOnlyList<JsonElement>> RunAsync(
        IReadOnlyDictionary<string, string>? environment,
        string program,
        params string[] arguments
    )
    {
        await using var running = Start(environment, program, arguments);
        await running.EndAsync();
        return running.LinesFrom(0);
    }

    /// <summary>Starts a program that goes on; returns when it has printed that it is ready.</summary>
    public static async Task<ClientProgram> StartAsync(string program, params string[] arguments)
    {
        var running = Start(null, program, arguments);
        await running.UntilAsync("it is ready", () => running.LinesFrom(0) is [var line, ..] && line.TryGetProperty("ready", out _));
        return running;
    }

    /// <summary>What it has printed so far, without the first lines.</summary>
    public IReadOnlyList<JsonElement> LinesFrom(int index)
    {
        lock (_lines)
        {
            return _lines[index..];
        }
    }

    /// <summary>Waits until a condition of what it prints is fulfilled; fails when it ends before.</summary>
    public Task UntilAsync(string what, Func<bool> condition) =>
        Until.TrueAsync(
            $"{_name}: {what}",
            () =>
            {
                var hasEnded = _process.HasExited;
                return condition()
                    || (hasEnded ? throw new InvalidOperationException($"{_name} ended with {_process.ExitCode}: {Errors()}") : false);
            }
        );

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
        await _process.WaitForExitAsync().WaitAsync(CompilersPatience);
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

        return new ClientProgram(
            Process.Start(start)!,
            Path.GetFileName(arguments.FirstOrDefault(argument => argument.Contains("/Clients/", StringComparison.Ordinal)) ?? program)
        );
    }

    private void Take(string? line)
    {
        if (line is ['{', ..])
        {
            using var document = JsonDocument.Parse(line);
            lock (_lines)
            {
                _lines.Add(document.RootElement.Clone());
            }
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
