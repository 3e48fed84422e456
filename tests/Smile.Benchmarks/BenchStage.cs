using System.Diagnostics;
using System.Reflection;
using Smile.Testing;

namespace Smile.Benchmarks;

/// <summary>A database with the example catalogue and an API user, for commands and servers of their own processes.</summary>
internal sealed record BenchStage(string Server, IReadOnlyDictionary<string, string> Environment)
{
    public const string User = "bench";
    public const string Password = "bench-password";

    /// <param name="catalogue">Its folder; null for the example.</param>
    /// <param name="usageFolder">Where files of usage come; null for nowhere.</param>
    public static async Task<BenchStage> PrepareAsync(PrivateDatabase database, string? catalogue = null, string? usageFolder = null)
    {
        var server = Path.Combine(Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location)!, "smile-server.dll");
        var stage = new BenchStage(
            server,
            new Dictionary<string, string>
            {
                ["Smile__Stages__live__Database"] = database.ConnectionString("bench"),
                ["Smile__Stages__live__AllowSandbox"] = "true",
                ["Smile__Stages__live__UsageFolder"] = usageFolder ?? "",
                ["Smile__PasswordKeys__1"] = Convert.ToBase64String(new byte[32]),
            }
        );
        await stage.RunAsync("migrate");
        await stage.RunAsync("catalogue", "apply", catalogue ?? Path.Combine(Repository.Folder(), "catalogue"));

        // Generated customers are copies of the first account that there is.
        await stage.RunAsync("user", "add", User, "--password", Password, "--all-accounts", "--all-packages");
        return stage;
    }

    /// <summary>Runs a command of the server to its end, prints what it says, and measures it.</summary>
    public async Task<ProcessCost> MeasureAsync(params string[] arguments)
    {
        var cost = await MeasuredProcess.MeasureAsync(["dotnet", Server, .. arguments], Environment);
        Console.WriteLine(cost.Output.Trim());
        return cost;
    }

    /// <summary>
    /// Runs a command of the server in this process, as a server does that has run for long: after the first times nothing is compiled any
    /// more.
    /// </summary>
    /// <returns>How long it took, and the processor time of this process meanwhile.</returns>
    public async Task<(TimeSpan Elapsed, TimeSpan Cpu)> RunHereAsync(params string[] arguments)
    {
        foreach (var (name, value) in Environment)
        {
            System.Environment.SetEnvironmentVariable(name, value);
        }

        var entry = Assembly.LoadFrom(Server).EntryPoint!;
        var (before, watch) = (System.Environment.CpuUsage.TotalTime, Stopwatch.StartNew());
        var code = await Task.Run(() => (int)entry.Invoke(null, [arguments])!);
        return code == 0
            ? (watch.Elapsed, System.Environment.CpuUsage.TotalTime - before)
            : throw new InvalidOperationException($"{string.Join(' ', arguments)} ended with {code}.");
    }

    private Task<string> RunAsync(params string[] arguments) => MeasuredProcess.RunAsync(["dotnet", Server, .. arguments], Environment);
}
