using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Smile.Testing;

namespace Smile.Benchmarks;

/// <summary>
/// A server that watches a folder of usage, with PostgreSQL on the same processors: what a record costs from its file until it is rated,
/// how soon it is seen at a steady pace, and what a billing run makes of it.
/// </summary>
internal static class UsageServerBench
{
    private const int Rounds = 3;
    private const int Pace = 1_000;
    private const double Megabyte = 1024 * 1024;

    private static readonly DateOnly FirstPeriod = new(2026, 8, 31);
    private static readonly DateTimeOffset Begin = new(2026, 8, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Round = TimeSpan.FromDays(6);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    /// <param name="accounts">Every second one has two subscriptions.</param>
    /// <param name="records">Of each round.</param>
    /// <param name="seconds">How long records come at a steady pace.</param>
    /// <returns>Seconds of the billing run for each record.</returns>
    public static async Task<double> RunAsync(Figures? figures, int accounts, int records, int seconds)
    {
        await using var database = await PrivateDatabase.StartNewAsync();
        var folder = Directory.CreateTempSubdirectory("usage-");
        try
        {
            var stage = await BenchStage.PrepareAsync(database, WithFolder(folder), folder.FullName);
            await using var source = NpgsqlDataSource.Create(database.ConnectionString("bench"));
            await CustomerGenerator.GenerateAsync(source, accounts, FirstPeriod, "U", UsageGenerator.Service, UsageGenerator.Plan);
            var address = Bench.Address();
            using var server = await MeasuredProcess.StartAsync(
                ["dotnet", stage.Server, "serve", "--urls", address.ToString()],
                address,
                "/health/live",
                stage.Environment
            );
            var processes = await DatabaseProcesses.FindAsync(source);
            var brought = 0L;
            for (var round = 0; round <= Rounds; round++)
            {
                // Days of their own, so that rating goes on behind what was rated.
                var file = await FileAsync(folder, accounts, records, Begin + (round * Round), Round, round);
                var (cpu, watch) = (server.Cpu + processes.Cpu, Stopwatch.StartNew());
                Drop(folder, file);
                brought += records;
                await RatedAsync(source, brought);
                if (round > 0)
                {
                    figures?.Add("usage, server: records a second, file to rated", records / watch.Elapsed.TotalSeconds);
                    figures?.Add(
                        "usage, server: microseconds of CPU a record",
                        (server.Cpu + processes.Cpu - cpu).TotalMicroseconds / records,
                        Goal.AtMost(50)
                    );
                }
            }

            if (figures is not null)
            {
                var late = await SteadyAsync(source, folder, accounts, seconds, brought);
                figures.Add(Text($"usage, server: p95 until seen, at {Pace} a second (s)"), late, Goal.AtMost(5));
                brought += (long)seconds * Pace;
            }

            return await BillAsync(figures, stage, source, accounts, brought);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>A file a second, each looked for until all of it is rated.</summary>
    private static async Task<double> SteadyAsync(NpgsqlDataSource source, DirectoryInfo folder, int accounts, int seconds, long before)
    {
        var files = new List<string>();
        for (var second = 0; second < seconds; second++)
        {
            var begin = Begin + ((Rounds + 1) * Round) + TimeSpan.FromSeconds(second);
            files.Add(await FileAsync(folder, accounts, Pace, begin, TimeSpan.FromSeconds(1), 100 + second));
        }

        var watch = Stopwatch.StartNew();
        var dropped = new List<TimeSpan>();
        var delays = new List<double>();
        while (delays.Count < seconds)
        {
            if (dropped.Count < seconds && watch.Elapsed >= TimeSpan.FromSeconds(dropped.Count))
            {
                Drop(folder, files[dropped.Count]);
                dropped.Add(watch.Elapsed);
            }

            var rated = await CountAsync(source) - before;
            while (delays.Count < dropped.Count && rated >= (delays.Count + 1L) * Pace)
            {
                delays.Add((watch.Elapsed - dropped[delays.Count]).TotalSeconds);
            }

            await Task.Delay(Look);
        }

        delays.Sort();
        return delays[(int)(delays.Count * 0.95)];
    }

    private static async Task<double> BillAsync(Figures? figures, BenchStage stage, NpgsqlDataSource source, int accounts, long records)
    {
        var run = await stage.MeasureAsync("bill", "--through", Text($"{FirstPeriod:yyyy-MM-dd}"));
        await using var count = source.CreateCommand(
            "SELECT count(*), (SELECT count(*) FROM usage_state WHERE status <> 'Closed') FROM bill WHERE status = 'Closed'"
        );
        await using var reader = await count.ExecuteReaderAsync();
        await reader.ReadAsync();
        var (billed, open) = (reader.GetInt64(0), reader.GetInt64(1));
        if (billed != accounts || open != 0)
        {
            throw new InvalidOperationException($"{billed} of {accounts} accounts were billed, and {open} rating periods are open.");
        }

        figures?.Add(Text($"usage: accounts a second of {accounts}, with {records} records"), accounts / run.Elapsed.TotalSeconds);
        figures?.Add("usage: peak memory of the billing run (MB)", run.PeakMemory / Megabyte, Goal.AtMost(500));
        return run.Elapsed.TotalSeconds / records;
    }

    private static async Task<string> FileAsync(
        DirectoryInfo folder,
        int accounts,
        int records,
        DateTimeOffset begin,
        TimeSpan span,
        int number
    )
    {
        var path = Path.Combine(folder.FullName, Text($"switch{number}.csv"));
        await UsageGenerator.WriteAsync(path, accounts, "U", records, begin, span, new Random(number));

        // A file that was just written might not be whole: servers would wait.
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddMinutes(-1));
        return path;
    }

    private static void Drop(DirectoryInfo folder, string file) =>
        File.Move(file, Path.Combine(Directory.CreateDirectory(Path.Combine(folder.FullName, "in")).FullName, Path.GetFileName(file)));

    private static async Task RatedAsync(NpgsqlDataSource source, long records)
    {
        var watch = Stopwatch.StartNew();
        while (await CountAsync(source) is var found && found < records)
        {
            if (watch.Elapsed > Patience)
            {
                throw new InvalidOperationException($"Only {found} of {records} records are rated.");
            }

            await Task.Delay(Look);
        }
    }

    private static async Task<long> CountAsync(NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand("SELECT coalesce(sum(records), 0)::bigint FROM usage_state");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>The example catalogue, whose source of Smile's own format has a folder that is watched.</summary>
    private static string WithFolder(DirectoryInfo folder)
    {
        var catalogue = folder.CreateSubdirectory("catalogue").FullName;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Repository.Folder(), "catalogue")))
        {
            var target = Path.Combine(catalogue, Path.GetFileName(file));
            File.Copy(file, target);
            if (Path.GetFileName(file) == "usage.yaml")
            {
                File.WriteAllText(
                    target,
                    File.ReadAllText(file).Replace("    like: smile\n", "    like: smile\n    folder: in\n", StringComparison.Ordinal)
                );
            }
        }

        return catalogue;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
