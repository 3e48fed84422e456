using System.Diagnostics;
using System.Globalization;

namespace Smile.Benchmarks;

/// <summary>What a command took.</summary>
/// <param name="PeakMemory">In bytes.</param>
internal sealed record ProcessCost(TimeSpan Elapsed, TimeSpan Cpu, long PeakMemory, string Output);

/// <summary>A server process whose processor time and memory are read from the kernel.</summary>
internal sealed class MeasuredProcess : IDisposable
{
    private readonly Process _process;

    private MeasuredProcess(Process process, Uri address, TimeSpan startTime)
    {
        _process = process;
        Address = address;
        StartTime = startTime;
    }

    public Uri Address { get; }

    /// <summary>From the start of the process to its first answer.</summary>
    public TimeSpan StartTime { get; }

    /// <summary>Processor time so far, of user and kernel.</summary>
    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Most memory that was resident at once, in bytes.</summary>
    public long PeakMemory
    {
        get
        {
            _process.Refresh();
            return _process.PeakWorkingSet64;
        }
    }

    /// <param name="probe">Path that answers when the server is up.</param>
    public static async Task<MeasuredProcess> StartAsync(
        IReadOnlyList<string> command,
        Uri address,
        string probe,
        IReadOnlyDictionary<string, string> environment
    )
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { UseShellExecute = false, RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var watch = Stopwatch.StartNew();
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        using var http = new HttpClient { BaseAddress = address };
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            try
            {
                using var answer = await http.GetAsync(probe, patience.Token);
                return new MeasuredProcess(process, address, watch.Elapsed);
            }
            catch (HttpRequestException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5), patience.Token);
            }
        }
    }

    /// <summary>Runs a command to its end.</summary>
    public static async Task<string> RunAsync(IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment) =>
        (await MeasureAsync(command, environment)).Output;

    /// <summary>Runs a command to its end, and looks at it meanwhile.</summary>
    public static async Task<ProcessCost> MeasureAsync(IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { UseShellExecute = false, RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var watch = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var (cpu, peak) = (TimeSpan.Zero, 0L);
        while (!process.WaitForExit(TimeSpan.FromMilliseconds(50)))
        {
            process.Refresh();
            (cpu, peak) = process.HasExited ? (cpu, peak) : (process.TotalProcessorTime, Math.Max(peak, process.PeakWorkingSet64));
        }

        var (elapsed, said) = (watch.Elapsed, await output);
        return process.ExitCode == 0
            ? new ProcessCost(elapsed, cpu, peak, said)
            : throw new InvalidOperationException(
                string.Create(CultureInfo.InvariantCulture, $"{string.Join(' ', command)} ended with {process.ExitCode}: {said}")
            );
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }
}
