using System.Reflection;
using Smile.Testing;

namespace Smile.Benchmarks;

/// <summary>A database with the example catalogue and an API user, for commands and servers of their own processes.</summary>
internal sealed record BenchStage(string Server, IReadOnlyDictionary<string, string> Environment)
{
    public const string User = "bench";
    public const string Password = "bench-password";

    public static async Task<BenchStage> PrepareAsync(PrivateDatabase database)
    {
        var server = Path.Combine(Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location)!, "smile-server.dll");
        var stage = new BenchStage(
            server,
            new Dictionary<string, string>
            {
                ["Smile__Stages__live__Database"] = database.ConnectionString("bench"),
                ["Smile__Stages__live__AllowSandbox"] = "true",
                ["Smile__PasswordKeys__1"] = Convert.ToBase64String(new byte[32]),
            }
        );
        await stage.RunAsync("migrate");
        await stage.RunAsync("catalogue", "apply", Path.Combine(Repository.Folder(), "catalogue"));

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

    private Task<string> RunAsync(params string[] arguments) => MeasuredProcess.RunAsync(["dotnet", Server, .. arguments], Environment);
}
