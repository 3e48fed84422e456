using System.CommandLine;
using System.Globalization;
using Smile.Data;

namespace Smile.Server.Commands;

/// <summary><c>smile retention</c>: deletes at once what the server deletes hour by hour.</summary>
internal static class RetentionCommand
{
    public static Command Create()
    {
        var stage = CommandSupport.StageOption();
        var dryRun = new Option<bool>("--dry-run") { Description = "Say how many rows are too old, and delete none" };
        var command = new Command("retention", "Deletes rows that are older than the settings keep them (Smile:Retention)") { dryRun, stage };
        command.SetAction(async (parsed, cancellation) =>
        {
            var settings = CommandSupport.ReadSettings();
            await using var opened = await CommandSupport.OpenStageAsync(settings, parsed.GetValue(stage), cancellation).ConfigureAwait(false);
            var times = new RetentionTimes(opened.Clock.GetUtcNow(), TimeProvider.System.GetUtcNow());
            var isDryRun = parsed.GetValue(dryRun);
            var counts = isDryRun
                ? await Retention.CountAsync(opened.Store.Source, settings.Retention, times, cancellation).ConfigureAwait(false)
                : await Retention.DeleteAsync(opened.Store.Source, settings.Retention, times, CommandSupport.Operator, cancellation).ConfigureAwait(false);
            foreach (var count in counts)
            {
                var kept = count.Days is { } days ? string.Create(CultureInfo.InvariantCulture, $"{days} days") : "for ever";
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count.Kind}: kept {kept}, {count.Rows} {(isDryRun ? "too old" : "deleted")}"));
            }

            return 0;
        });
        return command;
    }
}
