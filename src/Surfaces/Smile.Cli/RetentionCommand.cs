using System.CommandLine;
using System.Globalization;
using Smile.Storage;

namespace Smile.Cli;

/// <summary><c>smile retention</c>: deletes at once what the server deletes hour by hour.</summary>
internal static class RetentionCommand
{
    public static Command Create()
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "Say how many rows are too old, and delete none" };
        return CommandSupport.OnStage(
            "retention",
            "Deletes rows that are older than the settings keep them (Smile:Retention)",
            [dryRun],
            async (parsed, stage, settings, cancellation) =>
            {
                var times = new RetentionTimes(stage.Clock.GetUtcNow(), TimeProvider.System.GetUtcNow());
                var isDryRun = parsed.GetValue(dryRun);
                var counts = isDryRun
                    ? await Retention.CountAsync(stage.Store.Source, stage.Usage, settings.Retention, times, cancellation)
                    : await Retention.DeleteAsync(
                        stage.Store.Source,
                        stage.Usage,
                        settings.Retention,
                        times,
                        CommandSupport.Operator,
                        cancellation
                    );
                foreach (var count in counts)
                {
                    var kept = count.Days is { } days ? string.Create(CultureInfo.InvariantCulture, $"{days} days") : "for ever";
                    Console.WriteLine(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"{count.Kind}: kept {kept}, {count.Rows} {(isDryRun ? "too old" : "deleted")}"
                        )
                    );
                }

                return 0;
            }
        );
    }
}
