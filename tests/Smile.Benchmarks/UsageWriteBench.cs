using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Smile.Testing;

namespace Smile.Benchmarks;

/// <summary>
/// Usage from a switch's file to what it costs, with PostgreSQL on the same processors: the commands that an operator runs, in a process
/// that has run them before, as a server has that watches a folder.
/// </summary>
internal static class UsageWriteBench
{
    private const int Warmups = 2;
    private const int Rounds = 3;
    private const double Megabyte = 1024 * 1024;
    private static readonly DateOnly FirstPeriod = new(2026, 8, 31);

    public static async Task RunAsync(Figures figures, int accounts, int records)
    {
        await using var database = await PrivateDatabase.StartNewAsync();
        var stage = await BenchStage.PrepareAsync(database);
        await using var source = NpgsqlDataSource.Create(database.ConnectionString("bench"));
        await CustomerGenerator.GenerateAsync(source, accounts, FirstPeriod, "U", UsageGenerator.Service, UsageGenerator.Plan);
        var processes = await DatabaseProcesses.FindAsync(source);
        var folder = Directory.CreateTempSubdirectory("usage-");
        try
        {
            for (var round = 0; round < Warmups + Rounds; round++)
            {
                // Days of their own, so that each file goes on behind the one before; the first ones warm up.
                var file = Path.Combine(folder.FullName, string.Create(CultureInfo.InvariantCulture, $"switch{round}.csv"));
                var first = new DateTimeOffset(2026, 8, 2, 0, 0, 0, TimeSpan.Zero).AddDays(round * 5);
                await UsageGenerator.WriteAsync(file, accounts, "U", records, first, TimeSpan.FromDays(5), new Random(round));
                var import = await MeasureAsync(processes, stage, "usage", "import", "smile", file);
                var rate = await MeasureAsync(processes, stage, "usage", "rate");
                await RequireAsync(source, (round + 1L) * records);
                if (round >= Warmups)
                {
                    figures.Add("usage: records a second, file to bound", records / import.Seconds, Goal.AtLeast(25_000));
                    figures.Add("usage: records a second, rating with its writes", records / rate.Seconds, Goal.AtLeast(25_000));
                    figures.Add(
                        "usage: microseconds of CPU a record, file to rated",
                        (import.Cpu + rate.Cpu).TotalMicroseconds / records,
                        Goal.AtMost(50)
                    );
                    figures.Add("usage: of these PostgreSQL", (import.DatabaseCpu + rate.DatabaseCpu).TotalMicroseconds / records);
                    figures.Add("usage: of these import", import.Cpu.TotalMicroseconds / records);
                }
            }

            figures.Add(
                "usage: peak memory of import and rating (MB)",
                Process.GetCurrentProcess().PeakWorkingSet64 / Megabyte,
                Goal.AtMost(500)
            );
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>All records are bound, and each is charged something, if only nothing.</summary>
    private static async Task RequireAsync(NpgsqlDataSource source, long records)
    {
        await using var command = source.CreateCommand(
            "SELECT (SELECT count(*) FROM usage_record), (SELECT sum(records)::bigint FROM usage_state), "
                + "(SELECT count(*) FROM usage_problem)"
        );
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        var found = (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
        if (found != (records, records, 0))
        {
            throw new InvalidOperationException($"Of {records} records there are (bound, rated, with problems) {found}.");
        }
    }

    private static async Task<Measured> MeasureAsync(DatabaseProcesses database, BenchStage stage, params string[] command)
    {
        var before = database.Cpu;
        var (elapsed, cpu) = await stage.RunHereAsync(command);
        var used = database.Cpu - before;
        return new Measured(elapsed.TotalSeconds, cpu + used, used);
    }

    private sealed record Measured(double Seconds, TimeSpan Cpu, TimeSpan DatabaseCpu);
}
