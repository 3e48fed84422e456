using System.Diagnostics;
using System.Globalization;
using System.Text;
using Npgsql;
using Smile.Testing;

namespace Smile.Benchmarks;

/// <summary>
/// A month's billing run over many customers: its rate with PostgreSQL on the same processors, its memory, how its time grows with their
/// number, and what it does to the API meanwhile.
/// </summary>
internal static class BillingBench
{
    private const double Megabyte = 1024 * 1024;
    private static readonly DateOnly FirstPeriod = new(2026, 8, 31);
    private static readonly DateOnly MeasuredPeriod = new(2026, 9, 30);

    /// <param name="few">Accounts of the small run.</param>
    /// <param name="many">Accounts of the large run.</param>
    public static async Task<int> RunAsync(int few, int many)
    {
        var figures = new Figures();
        var small = await MeasureAsync(few, null);
        var large = await MeasureAsync(many, figures);
        figures.Add(string.Create(CultureInfo.InvariantCulture, $"billing: accounts a second of {many}"), large.Rate, Goal.AtLeast(400));
        figures.Add("billing: CPU milliseconds an account, with PostgreSQL", large.CpuMilliseconds);
        figures.Add("billing: peak memory of the run (MB)", large.PeakMemory / Megabyte, Goal.AtMost(500));
        figures.Add(
            string.Create(CultureInfo.InvariantCulture, $"billing: time an account, {many} to {few}"),
            small.Rate / large.Rate,
            Goal.AtMost(1.2)
        );
        figures.Print();
        return 0;
    }

    private static async Task<Measured> MeasureAsync(int accounts, Figures? figures)
    {
        await using var database = await PrivateDatabase.StartNewAsync();
        var stage = await BenchStage.PrepareAsync(database);
        await using var source = NpgsqlDataSource.Create(database.ConnectionString("bench"));
        var address = Bench.Address();
        using var smile = await MeasuredProcess.StartAsync(
            ["dotnet", stage.Server, "serve", "--urls", address.ToString()],
            address,
            "/health/live",
            stage.Environment
        );
        await CustomerGenerator.GenerateAsync(source, accounts, FirstPeriod, "G");

        // The first bill charges two months; the second is one like all that follow.
        await BillAsync(stage, FirstPeriod);
        await using (var analyze = source.CreateCommand("VACUUM ANALYZE"))
        {
            analyze.CommandTimeout = 0;
            await analyze.ExecuteNonQueryAsync();
        }

        using var stop = new CancellationTokenSource();
        var processes = await DatabaseProcesses.FindAsync(source);
        double? quiet = figures is null
            ? null
            : (await ApiLatency.MeasureAsync(address, BenchStage.Password, accounts, TimeSpan.FromSeconds(10))).Percentile99;
        var before = processes.Cpu;
        var api = figures is null
            ? null
            : ApiLatency.MeasureAsync(address, BenchStage.Password, accounts, Timeout.InfiniteTimeSpan, stop.Token);
        var run = await BillAsync(stage, MeasuredPeriod);
        await stop.CancelAsync();
        if (api is not null)
        {
            var busy = await api;
            figures!.Add("API calls meanwhile: p99 to quiet p99", busy.Percentile99 / quiet!.Value, Goal.AtMost(3));
            figures.Add("API calls meanwhile: errors", busy.Errors, Goal.AtMost(0));
        }

        await using var count = source.CreateCommand(
            "SELECT count(*) FROM bill WHERE period_end = $1 AND status = 'Closed' AND cardinality(transaction_numbers) = 1"
        );
        count.Parameters.Add(new NpgsqlParameter { Value = MeasuredPeriod });
        var billed = (long)(await count.ExecuteScalarAsync())!;
        return billed == accounts
            ? new Measured(
                accounts / run.Elapsed.TotalSeconds,
                Told(processes.Cpu - before, run.Cpu).TotalMilliseconds / accounts,
                run.PeakMemory
            )
            : throw new InvalidOperationException($"{billed} of {accounts} accounts were billed.");
    }

    private static Task<ProcessCost> BillAsync(BenchStage stage, DateOnly through) =>
        stage.MeasureAsync("bill", "--through", through.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    private static TimeSpan Told(TimeSpan database, TimeSpan run)
    {
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"  processor time: {run.TotalSeconds:0.0} s of the run, {database.TotalSeconds:0.0} s of PostgreSQL"
            )
        );
        return database + run;
    }

    private sealed record Measured(double Rate, double CpuMilliseconds, long PeakMemory);
}

/// <summary>How long API calls take, one after the other, at a pace that leaves the processors to others.</summary>
internal static class ApiLatency
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    public static async Task<(double Percentile99, double Errors)> MeasureAsync(
        Uri address,
        string password,
        int accounts,
        TimeSpan duration,
        CancellationToken stop = default
    )
    {
        using var http = Client(address, BenchStage.User, password);
        var times = new List<double>();
        var errors = 0;
        var watch = Stopwatch.StartNew();
        while (!stop.IsCancellationRequested && (duration == Timeout.InfiniteTimeSpan || watch.Elapsed < duration))
        {
            var number = 1 + (times.Count * 37L % accounts);
            using var body = new StringContent(Bench.Envelope("getAccountSummary", $"<usn>G{number}</usn>"), Encoding.UTF8, "text/xml");
            var begun = watch.Elapsed;
            using var answer = await http.PostAsync("/smile/ws/v2/account", body, CancellationToken.None);
            await answer.Content.ReadAsByteArrayAsync(CancellationToken.None);
            times.Add((watch.Elapsed - begun).TotalMilliseconds);
            errors += answer.IsSuccessStatusCode ? 0 : 1;
            await Task.Delay(Pause, CancellationToken.None);
        }

        times.Sort();
        return (times[(int)(times.Count * 0.99)], errors);
    }

    public static HttpClient Client(Uri address, string user, string password)
    {
        var http = new HttpClient { BaseAddress = address };
        http.DefaultRequestHeaders.TryAddWithoutValidation(
            "Authorization",
            "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"))
        );
        return http;
    }
}
