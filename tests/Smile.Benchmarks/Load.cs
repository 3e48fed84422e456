using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Smile.Benchmarks;

/// <summary>What one run of wrk measured.</summary>
/// <param name="CpuMicroseconds">Of the server, a call.</param>
/// <param name="DatabaseMicroseconds">Of PostgreSQL, a call; 0 where it was not asked for.</param>
internal sealed record LoadResult(
    double RequestsPerSecond,
    long Requests,
    long Errors,
    double CpuMicroseconds,
    double DatabaseMicroseconds,
    double BytesPerSecond
)
{
    /// <summary>Of the server and its database, a call.</summary>
    public double TotalMicroseconds => CpuMicroseconds + DatabaseMicroseconds;
}

/// <summary>Loads a server with wrk.</summary>
internal static partial class Load
{
    /// <param name="body">A Lua expression of the request's body; <c>n</c> counts up and <c>id</c> differs by thread and run.</param>
    public static async Task<LoadResult> RunAsync(
        MeasuredProcess server,
        string path,
        string body,
        string? authorization,
        int clients,
        TimeSpan duration,
        DatabaseProcesses? database = null
    )
    {
        var script = Path.GetTempFileName();
        var id = Guid.NewGuid().ToString("N")[..8];
        await File.WriteAllTextAsync(
            script,
            $$"""
            local n = 0
            local id = "{{id}}"
            wrk.method = "POST"
            wrk.headers["Content-Type"] = "text/xml; charset=utf-8"
            {{(authorization is null ? "" : $"wrk.headers[\"Authorization\"] = \"{authorization}\"")}}
            request = function()
              n = n + 1
              return wrk.format(nil, "{{path}}", nil, {{body}})
            end
            """,
            Encoding.UTF8
        );
        try
        {
            var before = server.Cpu;
            var databaseBefore = database?.Cpu;
            var output = await MeasuredProcess.RunAsync(
                [
                    "wrk",
                    "-t1",
                    $"-c{clients}",
                    $"-d{(int)duration.TotalSeconds}s",
                    "--timeout",
                    "10s",
                    "-s",
                    script,
                    server.Address.ToString(),
                ],
                new Dictionary<string, string>()
            );
            var cpu = server.Cpu - before;
            var databaseCpu = (database?.Cpu - databaseBefore) ?? TimeSpan.Zero;
            var requests = long.Parse(Requests().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
            var errors = Errors().Match(output) is { Success: true } match
                ? long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)
                : 0;
            return new LoadResult(
                double.Parse(Rate().Match(output).Groups[1].Value, CultureInfo.InvariantCulture),
                requests,
                errors,
                cpu.TotalMicroseconds / requests,
                databaseCpu.TotalMicroseconds / requests,
                Bytes(Transfer().Match(output))
            );
        }
        finally
        {
            File.Delete(script);
        }
    }

    private static double Bytes(Match transfer) =>
        double.Parse(transfer.Groups[1].Value, CultureInfo.InvariantCulture)
        * Math.Pow(1024, "BKMG".IndexOf(transfer.Groups[2].Value[0], StringComparison.Ordinal));

    [GeneratedRegex(@"Transfer/sec:\s+([\d.]+)([KMG]?B)")]
    private static partial Regex Transfer();

    [GeneratedRegex(@"(\d+) requests in")]
    private static partial Regex Requests();

    [GeneratedRegex(@"Non-2xx or 3xx responses: (\d+)")]
    private static partial Regex Errors();

    [GeneratedRegex(@"Requests/sec:\s+([\d.]+)")]
    private static partial Regex Rate();
}
