using Smile.Testing;

namespace Smile.Benchmarks;

/// <summary>SoapCore's echo, measured beside ours: a program of its own, since its package cannot be had everywhere.</summary>
internal static class OtherServer
{
    public const string Path = "/order";

    /// <returns>Null where it was not built.</returns>
    public static async Task<MeasuredProcess?> StartAsync(IReadOnlyDictionary<string, string> environment)
    {
        var program = System.IO.Path.Combine(
            Repository.Folder(),
            "tests/Smile.Benchmarks.SoapCore/bin/Release/net10.0/Smile.Benchmarks.SoapCore.dll"
        );
        if (!File.Exists(program))
        {
            Console.Error.WriteLine("SoapCore is left out: its program is not there.");
            return null;
        }

        var address = Bench.Address();
        return await MeasuredProcess.StartAsync(["dotnet", program, address.ToString()], address, "/", environment);
    }
}
