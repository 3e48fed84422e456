using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Rating.Archive;

namespace Smile.Cli;

/// <summary><c>smile usage archive</c>: old months go to files, and out of the database.</summary>
internal static class UsageArchiveCommand
{
    public static Command Create()
    {
        var before = Inputs.Month.Option("--before", "The first month that stays, such as 2026-01; without it, shows what was archived");
        var to = new Option<string?>("--to") { Description = "Folder that the files are written to" };
        var dryRun = new Option<bool>("--dry-run")
        {
            Description = "Say what would be archived and what is in the way, and change nothing",
        };
        return CommandSupport.OnStage(
            "archive",
            "Brings old months of usage to files and drops them; what was stopped goes on when it is started again",
            [before, to, dryRun],
            async (parsed, stage, settings, cancellation) =>
            {
                await using var services = CommandSupport.UseCases();
                await using var scope = UseCaseScope.Begin(
                    services.GetRequiredService<IServiceScopeFactory>(),
                    stage,
                    CommandSupport.Caller
                );
                var archive = scope.Use<ArchiveUsage>();
                if (parsed.GetValue(before) is not { } month)
                {
                    Show(await archive.ListAsync(cancellation));
                    return 0;
                }

                if (parsed.GetValue(dryRun))
                {
                    return Show(await archive.PlanAsync(month, settings.UsageKeepMonths, cancellation));
                }

                var folder = parsed.GetValue(to) ?? throw new CommandException("Say where to: --to FOLDER.");
                Console.WriteLine(Told(await RunAsync(archive, month, settings.UsageKeepMonths, folder, cancellation), folder));
                return 0;
            }
        );
    }

    private static async Task<IReadOnlyList<ArchivedMonth>> RunAsync(
        ArchiveUsage archive,
        DateOnly before,
        int keepMonths,
        string folder,
        CancellationToken cancellation
    )
    {
        var clock = Stopwatch.StartNew();
        try
        {
            return await Terminal.Standard.WatchAsync(
                "Looks for what is in the way",
                report =>
                    archive.ExecuteAsync(
                        before,
                        keepMonths,
                        folder,
                        progress => report?.Invoke(progress.Done, progress.All, Words(progress, clock)),
                        cancellation
                    )
            );
        }
        catch (ArchiveStoppedException exception)
        {
            throw new CommandException(exception.Message);
        }
    }

    private static string Words(ArchiveProgress progress, Stopwatch clock)
    {
        var what = progress.Step switch
        {
            ArchiveStep.Export => Of("rows exported"),
            ArchiveStep.Forget => Of("keys forgotten"),
            _ => "tables dropped",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{progress.Month:yyyy-MM}: {what}, {clock.Elapsed:hh\\:mm\\:ss}");

        string Of(string rows) => string.Create(CultureInfo.InvariantCulture, $"{progress.Done:#,0} of {progress.All:#,0} {rows}");
    }

    private static int Show(ArchivePlan plan)
    {
        Terminal.Standard.WriteTable(
            ["month", ">records", ">ratings"],
            plan.Months.Select(month => (IReadOnlyList<string>)[Month(month.Month), Figure(month.Records), Figure(month.Ratings)])
        );
        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"Usage that began before {plan.TakenFrom:yyyy-MM-dd} would not be taken any more.")
        );
        foreach (var obstacle in plan.Obstacles)
        {
            Console.WriteLine(obstacle);
        }

        return plan.Obstacles.Count == 0 ? 0 : 1;
    }

    private static void Show(IReadOnlyList<ArchivedMonth> months) =>
        Terminal.Standard.WriteTable(
            ["month", ">part", "status", ">records", ">ratings", "dropped", "by", "folder"],
            months.Select(month =>
                (IReadOnlyList<string>)
                    [
                        Month(month.Month),
                        Figure(month.Part),
                        $"{month.Status}",
                        Figure(month.Records),
                        Figure(month.Ratings),
                        month.Dropped is { } dropped ? Moments.Text(dropped) : "",
                        month.By,
                        month.Folder,
                    ]
            )
        );

    private static string Told(IReadOnlyList<ArchivedMonth> months, string folder) =>
        months.Count == 0
            ? "Nothing is left to be archived of the months before."
            : $"{Counted.Of(months.Count, "month")} archived, from {Month(months[0].Month)} to {Month(months[^1].Month)}: "
                + $"{Counted.Of(months.Sum(month => month.Records), "record")} and "
                + $"{Counted.Of(months.Sum(month => month.Ratings), "rating")} "
                + $"are in {folder}.";

    private static string Month(DateOnly month) => month.ToString("yyyy-MM", CultureInfo.InvariantCulture);

    private static string Figure(long value) => value.ToString(CultureInfo.InvariantCulture);
}
