using System.CommandLine;
using System.Globalization;
using Smile.Hosting.Background;
using Smile.Hosting.Stages;
using Smile.Kernel;

namespace Smile.Cli;

/// <summary><c>smile credit-control</c>: the day's run, by hand.</summary>
internal static class CreditControlCommand
{
    public static Command Create()
    {
        var date = Inputs.Date.Option(
            "--date",
            "The run's day, such as 2026-01-31; today where absent. A day in the future only with --dry-run"
        );
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would be done, and do nothing" };
        var command = CommandSupport.OnStage(
            "credit-control",
            "Treats the accounts that are late as their terms say; a second run of the same day treats only those that failed",
            [date, dryRun],
            async (parsed, opened, _, cancellation) =>
            {
                await using var services = CommandSupport.UseCases();
                if (!parsed.GetValue(dryRun))
                {
                    StageCommand.RequireOpen(opened);
                }

                return
                    await RunAsync(
                        opened,
                        services.GetRequiredService<CreditControlRunner>(),
                        parsed.GetValue(date),
                        parsed.GetValue(dryRun),
                        Console.Out,
                        cancellation
                    ) == 0
                    ? 0
                    : 1;
            }
        );
        return command;
    }

    /// <returns>How many accounts could not be treated.</returns>
    /// <exception cref="CommandException">There is no catalogue, or the day has not come.</exception>
    public static async Task<int> RunAsync(
        Stage stage,
        CreditControlRunner runner,
        DateOnly? date,
        bool dryRun,
        TextWriter output,
        CancellationToken cancellation
    )
    {
        if (!stage.HasCatalogue)
        {
            throw new CommandException($"Stage {stage.Name} has no catalogue. Apply one: smile catalogue apply FILES");
        }

        var failed = 0;
        var caller = CommandSupport.Caller;
        foreach (var company in stage.Catalogue.Content.Companies)
        {
            var today = stage.Catalogue.Zone(company.TimeZone).DateOf(stage.Clock.GetUtcNow());
            var day = date ?? today;
            if (day > today && !dryRun)
            {
                throw new CommandException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{day:yyyy-MM-dd} has not come yet: only a dry run can look ahead (--dry-run)."
                    )
                );
            }

            if (dryRun)
            {
                var count = await runner.PreviewAsync(stage, company, day, caller, output.WriteLine, cancellation);
                await output.WriteLineAsync(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{company.Name}, {day:yyyy-MM-dd}: "
                            + $"{(count == 0 ? "nothing would be done" : $"something would be done for {count} of the accounts")}"
                    )
                );
                continue;
            }

            var run = await runner.RunAsync(stage, company, day, caller, output.WriteLine, cancellation);
            await output.WriteLineAsync(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{company.Name}, {day:yyyy-MM-dd}: {Counted.Of(run.Treated, "account")} treated, {run.Failed} failed"
                )
            );
            failed += run.Failed;
        }

        return failed;
    }
}
