using System.CommandLine;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Smile.Billing;
using Smile.Customers.Accounts;
using Smile.Hosting.Billing;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Storage;

namespace Smile.Cli;

/// <summary><c>smile bill</c>: the billing run, its report, and what operators decide about bills.</summary>
internal static class BillCommand
{
    public static Command Create()
    {
        var through = Inputs.Date.Option(
            "--through",
            "Bills every period that has ended by this day, such as 2026-01-31; yesterday where absent"
        );
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would be billed, and bill nothing" };
        var approval = Inputs
            .OneOf<BillApproval>()
            .OptionOr(
                BillApproval.Automatic,
                "--approval",
                "Automatic puts invoices on the balances at once; Manual waits for 'smile bill approve'"
            );
        var account = new Option<string?>("--account") { Description = "Bills this account only" };
        var parallel = Inputs.Number.Option("--parallel", "How many batches are worked on at the same time");
        var batch = Inputs.Number.Option("--batch", "How many accounts one transaction bills, 1 to 500");
        var command = CommandSupport.OnStage(
            "bill",
            "Bills what is due; stopped or killed, it goes on where it was when it is run again",
            [through, dryRun, approval, account, parallel, batch],
            async (parsed, opened, _, cancellation) =>
            {
                await using var services = CommandSupport.UseCases();
                var request = new BillingRequest(
                    parsed.GetValue(through),
                    parsed.GetValue(approval),
                    parsed.GetValue(account) is { } usn ? new Usn(usn) : null
                );
                request = request with
                {
                    Parallel = Bounded(parsed.GetValue(parallel) ?? request.Parallel, 1, 64, "--parallel"),
                    BatchSize = Bounded(parsed.GetValue(batch) ?? request.BatchSize, 1, 500, "--batch"),
                };
                if (!parsed.GetValue(dryRun))
                {
                    StageCommand.RequireOpen(opened);
                }

                await RequireAsync(opened, request, parsed.GetValue(dryRun), cancellation);
                return await RunAsync(
                    opened,
                    services.GetRequiredService<BillingRunner>(),
                    request,
                    parsed.GetValue(dryRun),
                    Terminal.Standard,
                    cancellation
                );
            }
        );
        Command[] subcommands =
        [
            Report(),
            Decide(
                "approve",
                "Puts the invoices that wait for approval on the balances and sends them",
                "approved; their invoices are on the balances",
                (runs, bill, cancellation) => runs.ApproveAsync(bill, cancellation)
            ),
            Decide(
                "reject",
                "Deletes the invoices that wait for approval; their periods are held until 'smile bill release'",
                "rejected; their invoices are deleted, and their periods are held until 'smile bill release'",
                (runs, bill, cancellation) => runs.RejectAsync(bill, cancellation)
            ),
            Hold("hold", "Takes the next bill of an account out of automatic billing", hold: true),
            Hold("release", "Puts an account that was held back", hold: false),
        ];
        foreach (var subcommand in subcommands)
        {
            CommandSupport.AddSubcommand(command, subcommand);
        }

        return command;
    }

    /// <exception cref="CommandException">The account is not there, or the day has not come.</exception>
    public static async Task RequireAsync(Stage stage, BillingRequest request, bool dryRun, CancellationToken cancellation)
    {
        await RequireAccountAsync(stage, request.Account, cancellation);

        // A day is everywhere over a day later at most.
        if (!dryRun && request.Through is { } through && through > DateOnly.FromDateTime(stage.Clock.GetUtcNow().UtcDateTime.AddDays(1)))
        {
            throw new CommandException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{through:yyyy-MM-dd} has not come yet: only a dry run can look ahead (--dry-run)."
                )
            );
        }
    }

    /// <param name="usn">Null for all accounts.</param>
    /// <exception cref="CommandException">The account is not there.</exception>
    private static async Task RequireAccountAsync(Stage stage, Usn? usn, CancellationToken cancellation)
    {
        await using var database = stage.Store.CreateDatabase();
        if (usn is not null && !await database.ReadAccounts.AnyAsync(account => account.Usn == usn, cancellation))
        {
            throw new CommandException($"There is no account {usn} in stage {stage.Name}.");
        }
    }

    /// <returns>1 where an account could not be billed.</returns>
    /// <exception cref="CommandException">There is no catalogue.</exception>
    public static async Task<int> RunAsync(
        Stage stage,
        BillingRunner runner,
        BillingRequest request,
        bool dryRun,
        Terminal terminal,
        CancellationToken cancellation
    )
    {
        if (!stage.HasCatalogue)
        {
            throw new CommandException($"Stage {stage.Name} has no catalogue. Apply one: smile catalogue apply FILES");
        }

        var caller = new Usn(CommandSupport.Operator);
        try
        {
            var result = await terminal.WatchAsync(
                "Billing",
                show =>
                {
                    var progress = show is null ? null : new ShownProgress(show);
                    return dryRun
                        ? runner.PreviewAsync(stage, request, caller, progress, cancellation)
                        : runner.RunAsync(stage, request, caller, progress, cancellation);
                }
            );
            await terminal.Output.WriteLineAsync(Line(stage, result, dryRun ? "would be billed" : "billed"));
            if (result.Errors > 0)
            {
                await terminal.Output.WriteLineAsync(
                    dryRun ? "Accounts that could not be billed are in the log." : "Accounts that could not be billed: smile bill report"
                );
            }

            return result.Errors == 0 ? 0 : 1;
        }
        catch (OperationCanceledException)
        {
            await terminal.Output.WriteLineAsync("Stopped. What was billed stays billed; the same command goes on with the rest.");
            return 130;
        }
    }

    /// <exception cref="CommandException">There is no such run, or none at all.</exception>
    public static async Task RequireRunAsync(Stage stage, int? run, CancellationToken cancellation)
    {
        await using var database = stage.Store.CreateDatabase();
        if (!await database.ReadBillingRuns.AnyAsync(candidate => run == null || candidate.Id == run, cancellation))
        {
            throw new CommandException(
                run is null
                    ? $"Stage {stage.Name} has had no billing run."
                    : $"There is no billing run {run} in stage {stage.Name}. 'smile bill report' shows the latest."
            );
        }
    }

    private static Command Report()
    {
        var run = Inputs.Number.Option("--run", "Number of the run; the latest where absent");
        var command = CommandSupport.OnStage(
            "report",
            "A run's totals, what failed and why, and the bills that differ most from the ones before",
            [run],
            async (parsed, opened, _, cancellation) =>
            {
                await RequireRunAsync(opened, parsed.GetValue(run), cancellation);
                foreach (var line in await BillingReport.LinesAsync(opened.Store.Source, parsed.GetValue(run), cancellation))
                {
                    Console.WriteLine(line);
                }

                return 0;
            }
        );
        return command;
    }

    /// <param name="done">What the bills then are.</param>
    private static Command Decide(
        string name,
        string description,
        string done,
        Func<BillingRuns, long, CancellationToken, Task<bool>> decide
    )
    {
        var run = Inputs.Number.Option("--run", "Number of the run; all runs where absent");
        var account = new Option<string?>("--account") { Description = "Only the bills of this account" };
        var command = CommandSupport.OnStage(
            name,
            description,
            [run, account],
            async (parsed, opened, _, cancellation) =>
            {
                await RequireRunAsync(opened, parsed.GetValue(run), cancellation);
                await RequireAccountAsync(opened, parsed.GetValue(account) is { } usn ? new Usn(usn) : null, cancellation);
                await using var services = CommandSupport.UseCases();
                var scopes = services.GetRequiredService<IServiceScopeFactory>();
                var count = 0;
                foreach (
                    var bill in await BillingReport.WaitingAsync(
                        opened.Store.Source,
                        parsed.GetValue(run),
                        parsed.GetValue(account),
                        cancellation
                    )
                )
                {
                    var isDone = await scopes.RunAsync<BillingRuns, bool>(
                        opened,
                        CommandSupport.Caller,
                        runs => decide(runs, bill, cancellation)
                    );
                    count += isDone ? 1 : 0;
                }

                Console.WriteLine(count == 0 ? "No bill waits for approval." : $"{Counted.Of(count, "bill is", "bills are")} {done}.");
                return 0;
            }
        );
        return command;
    }

    private static Command Hold(string name, string description, bool hold)
    {
        var usn = new Argument<string>("usn") { Description = "USN of the account" };
        var command = CommandSupport.OnStage(
            name,
            description,
            [usn],
            async (parsed, opened, _, cancellation) =>
            {
                await using var services = CommandSupport.UseCases();
                var scopes = services.GetRequiredService<IServiceScopeFactory>();
                Console.WriteLine(await HoldAsync(opened, scopes, parsed.GetValue(usn)!, hold, cancellation));
                return 0;
            }
        );
        return command;
    }

    /// <summary>Takes an account's next bill out of automatic billing, or puts it back.</summary>
    /// <returns>What was done.</returns>
    public static async Task<string> HoldAsync(
        Stage stage,
        IServiceScopeFactory scopes,
        string usn,
        bool hold,
        CancellationToken cancellation
    )
    {
        var caller = CommandSupport.Caller;
        await scopes.RunAsync<BillingRuns>(stage, caller, runs => runs.HoldAsync(usn, hold, cancellation));
        var session = stage.CreateSession(caller);
        await using var database = session.Database;
        var account = await session.ReadAccountAsync(usn, cancellation);
        return $"The bill of account {account.Usn} for the period that ends on {account.NextBill:yyyy-MM-dd} "
            + (
                hold
                    ? $"is held: no run makes it until 'smile bill release {account.Usn}'."
                    : "is no longer held: the next run after that day makes it."
            );
    }

    private static int Bounded(int value, int least, int most, string name) =>
        value >= least && value <= most ? value : throw new CommandException($"{name} is from {least} to {most}.");

    private static string Line(Stage stage, BillingProgress progress, string done)
    {
        var totals =
            progress.Totals.Count == 0
                ? ""
                : ", "
                    + string.Join(
                        ", ",
                        progress.Totals.Select(total => $"{stage.Catalogue.Currency(total.Key).Figures(total.Value)} {total.Key}")
                    );
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Counted.Of(progress.Billed, "period")} {done}, {Counted.Of(progress.Invoices, "invoice")} with "
                + $"{Counted.Of(progress.Lines, "line")}{totals}, {Counted.Of(progress.Errors, "error")}, in "
                + $"{progress.Elapsed:hh\\:mm\\:ss} ({progress.Rate:0} a second)"
        );
    }

    /// <summary>How far a run is, for who watches.</summary>
    private sealed class ShownProgress(Action<double, double, string> show) : IProgress<BillingProgress>
    {
        public void Report(BillingProgress value)
        {
            // An account may have several periods that are due.
            var done = value.Billed <= value.Due ? $"{value.Billed} of" : $"{Counted.Of(value.Billed, "period")} of";
            var left = value.Left is { } time ? string.Create(CultureInfo.InvariantCulture, $", {time:hh\\:mm\\:ss} left") : "";
            show(
                Math.Min(value.Billed, value.Due),
                value.Due,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{done} {Counted.Of(value.Due, "account")}, {value.Rate:0} a second{left}, {Counted.Of(value.Errors, "error")}"
                )
            );
        }
    }
}
