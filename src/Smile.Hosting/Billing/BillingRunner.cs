using System.Diagnostics;
using Npgsql;
using Smile.Billing;
using Smile.Catalogue;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Session;
using Smile.Storage;

namespace Smile.Hosting.Billing;

/// <summary>What a billing run is asked to do.</summary>
/// <param name="Through">The last day of the last periods to bill; yesterday, in each account's time zone, where null.</param>
/// <param name="Account">Bills this account only; null for all.</param>
public sealed record BillingRequest(DateOnly? Through, BillApproval Approval, Usn? Account = null)
{
    /// <summary>How many transactions are worked on at the same time.</summary>
    public int Parallel { get; init; } = Environment.ProcessorCount;

    /// <summary>A day has ended for billing when this hour of the next one has come.</summary>
    public int Hour { get; init; }

    /// <summary>How many accounts one transaction bills.</summary>
    public int BatchSize { get; init; } = 50;
}

/// <summary>How far a billing run is.</summary>
/// <param name="Due">Accounts that were due when it began.</param>
/// <param name="Totals">What was invoiced, by currency.</param>
public sealed record BillingProgress(
    long Due,
    long Billed,
    long Invoices,
    long Lines,
    long Errors,
    IReadOnlyDictionary<string, decimal> Totals,
    TimeSpan Elapsed
)
{
    public double Rate => Elapsed > TimeSpan.Zero ? Billed / Elapsed.TotalSeconds : 0;

    /// <summary>Null where nothing is known yet.</summary>
    public TimeSpan? Left => Billed > 0 && Due > Billed ? TimeSpan.FromSeconds((Due - Billed) / Rate) : null;
}

/// <summary>
/// Bills every account of a stage that is due, period by period in the order of their ends, in transactions of some accounts each. What is
/// done is done when its transaction commits: a run that is stopped or killed goes on where it was, and several servers share one.
/// </summary>
public sealed partial class BillingRunner(IServiceScopeFactory scopes, ILogger<BillingRunner> logger)
{
    private const int PlanBatch = 500;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <param name="inTheNameOf">Who asked for it, for the audit trail.</param>
    public async Task<BillingProgress> RunAsync(
        Stage stage,
        BillingRequest request,
        Usn inTheNameOf,
        IProgress<BillingProgress>? progress,
        CancellationToken cancellation
    )
    {
        var caller = Caller.Server(inTheNameOf);
        var ended = Ended(stage.Catalogue, stage.Clock.GetUtcNow(), request.Hour);
        var through = request.Through ?? ended.Values.Max();
        while (await scopes.RunAsync<BillingRuns, int>(stage, caller, runs => runs.PlanAsync(PlanBatch, cancellation)) == PlanBatch) { }

        // What has come is rated before it is billed, with nobody waiting for the lock of an account meanwhile.
        await WaitingUsage.RateAsync(scopes, stage, caller, null, cancellation);
        var run = await scopes.RunAsync<BillingRuns, BillingRun>(
            stage,
            caller,
            runs => runs.BeginAsync(through, request.Approval, isShared: request.Account is null, cancellation)
        );
        var tally = new Tally(
            await BillingWork.CountAsync(stage.Store.Source, run.Id, through, ended, request.Account, cancellation),
            progress
        );
        while (
            await BillingWork.NextPeriodAsync(stage.Store.Source, run.Id, through, ended, request.Account, cancellation) is { } periodEnd
        )
        {
            var catalogue = await stage.CatalogueVersions.AtAsync(periodEnd.AddDays(1), cancellation);
            if (request.Account is { } only)
            {
                await BillOneAsync(stage, caller, catalogue, run, only, periodEnd, tally, cancellation);
            }
            else
            {
                await Task.WhenAll(
                    Enumerable
                        .Range(0, request.Parallel)
                        .Select(_ =>
                            Task.Run(
                                () =>
                                    BillPeriodAsync(
                                        stage,
                                        caller,
                                        catalogue,
                                        run,
                                        periodEnd,
                                        ended,
                                        request.BatchSize,
                                        tally,
                                        cancellation
                                    ),
                                cancellation
                            )
                        )
                );
            }
        }

        await scopes.RunAsync<BillingRuns>(stage, caller, runs => runs.FinishAsync(run.Id, cancellation));
        return tally.Current;
    }

    /// <summary>Calculates what a run would bill, and bills nothing.</summary>
    public async Task<BillingProgress> PreviewAsync(
        Stage stage,
        BillingRequest request,
        Usn inTheNameOf,
        IProgress<BillingProgress>? progress,
        CancellationToken cancellation
    )
    {
        var ended = Ended(stage.Catalogue, stage.Clock.GetUtcNow(), request.Hour);
        var through = request.Through ?? ended.Values.Max();
        var tally = new Tally(await BillingWork.CountAsync(stage.Store.Source, 0, through, ended, request.Account, cancellation), progress);
        var after = "";
        while (
            await BillingWork.DueAfterAsync(stage.Store.Source, through, ended, request.Account, after, request.BatchSize, cancellation)
                is { Count: > 0 } usns
        )
        {
            var (bills, failed) = await scopes.RunAsync<BillPreviews, (IReadOnlyList<BilledAccount>, IReadOnlyList<(Usn, string)>)>(
                stage,
                Caller.Server(inTheNameOf),
                previews => previews.OfAsync(usns, through, ended, cancellation)
            );
            tally.Add(bills);
            foreach (var (usn, reason) in failed)
            {
                LogAccountWouldFail(usn, stage.Name, reason);
                tally.AddError();
            }

            after = usns[^1].Value;
        }

        return tally.Current;
    }

    /// <summary>Whether a period has ended that is not billed and did not fail today.</summary>
    public static async Task<bool> IsAnythingDueAsync(Stage stage, int hour, CancellationToken cancellation)
    {
        var ended = Ended(stage.Catalogue, stage.Clock.GetUtcNow(), hour);
        return await BillingWork.NextPeriodAsync(
            stage.Store.Source,
            await BillingWork.LatestRunAsync(stage.Store.Source, ended.Values.Max(), cancellation),
            ended.Values.Max(),
            ended,
            null,
            cancellation
        )
            is not null;
    }

    /// <summary>The last day that has ended for billing, by the number of the time zone.</summary>
    /// <param name="hour">Of the day after, from which on it has.</param>
    internal static Dictionary<int, DateOnly> Ended(CatalogueSnapshot catalogue, DateTimeOffset now, int hour) =>
        catalogue.Content.TimeZones.ToDictionary(
            zone => zone.Id,
            zone => DateOnly.FromDateTime(catalogue.Zone(zone.Id).At(now).DateTime.AddHours(-hour)).AddDays(-1)
        );

    /// <summary>Bills batches until no unlocked account of the period is left.</summary>
    private async Task BillPeriodAsync(
        Stage stage,
        Caller caller,
        CatalogueSnapshot catalogue,
        BillingRun run,
        DateOnly periodEnd,
        IReadOnlyDictionary<int, DateOnly> ended,
        int batchSize,
        Tally tally,
        CancellationToken cancellation
    )
    {
        while (true)
        {
            IReadOnlyList<Usn> failed;
            try
            {
                var billed = await scopes.RunAsync<BillAccounts, IReadOnlyList<BilledAccount>>(
                    stage,
                    caller,
                    bills => bills.BillNextAsync(run, ended, periodEnd, batchSize, cancellation),
                    catalogue
                );
                if (billed.Count == 0)
                {
                    // What is left is locked by others: it is looked for again with the next period, after a moment.
                    await Task.Delay(Pause, cancellation);
                    return;
                }

                Add(tally, billed, run, stage);
                continue;
            }
            catch (Exception exception)
                when (exception
                        is not OperationCanceledException
                            and not NpgsqlException { IsTransient: true, InnerException: System.Net.Sockets.SocketException }
                )
            {
                LogBatchFailed(exception, run.Id, stage.Name);
                failed = await BillingWork.NextAccountsAsync(stage.Store.Source, run.Id, periodEnd, ended, batchSize, cancellation);
            }

            // One of them is to blame: each is billed by itself.
            foreach (var usn in failed)
            {
                await BillOneAsync(stage, caller, catalogue, run, usn, periodEnd, tally, cancellation);
            }
        }
    }

    private async Task BillOneAsync(
        Stage stage,
        Caller caller,
        CatalogueSnapshot catalogue,
        BillingRun run,
        Usn usn,
        DateOnly periodEnd,
        Tally tally,
        CancellationToken cancellation
    )
    {
        try
        {
            Add(
                tally,
                await scopes.RunAsync<BillAccounts, IReadOnlyList<BilledAccount>>(
                    stage,
                    caller,
                    bills => bills.BillOneAsync(run, usn, periodEnd, cancellation),
                    catalogue
                ),
                run,
                stage
            );
        }
        catch (Exception exception) when (exception is not OperationCanceledException and not NpgsqlException { IsTransient: true })
        {
            LogAccountFailed(exception, usn, run.Id, stage.Name);
            if (
                await scopes.RunAsync<BillAccounts, bool>(
                    stage,
                    caller,
                    bills => bills.RecordErrorAsync(run, usn, periodEnd, exception.Message, cancellation),
                    catalogue
                )
            )
            {
                tally.AddError();
            }
        }
    }

    private void Add(Tally tally, IReadOnlyList<BilledAccount> billed, BillingRun run, Stage stage)
    {
        foreach (var account in billed.Where(account => account.Error is not null))
        {
            LogAccountLeftOut(account.Usn, run.Id, stage.Name, account.Error!);
            tally.AddError();
        }

        tally.Add([.. billed.Where(account => account.Error is null)]);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Account {Usn} is left out of run {Run} of stage {Stage}: {Reason}")]
    private partial void LogAccountLeftOut(Usn usn, int run, string stage, string reason);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "A batch of billing run {Run} of stage {Stage} failed: its accounts are billed one by one"
    )]
    private partial void LogBatchFailed(Exception exception, int run, string stage);

    [LoggerMessage(Level = LogLevel.Error, Message = "Account {Usn} could not be billed in run {Run} of stage {Stage}")]
    private partial void LogAccountFailed(Exception exception, Usn usn, int run, string stage);

    [LoggerMessage(Level = LogLevel.Error, Message = "Account {Usn} of stage {Stage} could not be billed: {Reason}")]
    private partial void LogAccountWouldFail(Usn usn, string stage, string reason);

    /// <summary>Adds up what the workers do.</summary>
    private sealed class Tally(long due, IProgress<BillingProgress>? progress)
    {
        private readonly Lock _gate = new();
        private readonly Stopwatch _elapsed = Stopwatch.StartNew();
        private readonly Dictionary<string, decimal> _totals = [];
        private (long Billed, long Invoices, long Lines, long Errors) _counts;

        public BillingProgress Current
        {
            get
            {
                lock (_gate)
                {
                    return new BillingProgress(
                        due,
                        _counts.Billed,
                        _counts.Invoices,
                        _counts.Lines,
                        _counts.Errors,
                        new Dictionary<string, decimal>(_totals),
                        _elapsed.Elapsed
                    );
                }
            }
        }

        public void Add(IReadOnlyList<BilledAccount> billed)
        {
            lock (_gate)
            {
                _counts.Billed += billed.Count;
                foreach (var account in billed)
                {
                    _counts.Invoices += account.Invoices;
                    _counts.Lines += account.Lines;
                    _totals[account.Currency] = _totals.GetValueOrDefault(account.Currency) + account.Amount;
                }
            }

            progress?.Report(Current);
        }

        public void AddError()
        {
            lock (_gate)
            {
                _counts.Errors++;
            }

            progress?.Report(Current);
        }
    }
}
