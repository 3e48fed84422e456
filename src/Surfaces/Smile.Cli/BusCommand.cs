using System.CommandLine;
using Smile.Kernel;
using Smile.Storage;

namespace Smile.Cli;

/// <summary><c>smile bus</c>: outbox backlog and message replay.</summary>
internal static class BusCommand
{
    public static Command Create()
    {
        var status = CommandSupport.OnStage(
            "status",
            "Shows the backlog, its age, and which relay holds which shard",
            [],
            async (parsed, opened, _, cancellation) =>
            {
                await ShowStatusAsync(opened.Store, Terminal.Standard, cancellation);
                return 0;
            }
        );

        var from = Inputs.Time.Option("--from", "Messages since this time, such as 2026-01-31T09:30:00Z");
        var stage = CommandSupport.StageOption();
        var usn = new Option<string?>("--usn") { Description = "Messages of this account" };
        var replay = new Command("replay", "Publishes messages again, with the same ids and numbers") { from, usn, stage };
        replay.SetAction(
            async (parsed, cancellation) =>
            {
                var since = parsed.GetValue(from);
                if (since is null && parsed.GetValue(usn) is null)
                {
                    throw new CommandException("Say from when (--from) or for which account (--usn).");
                }

                await using var opened = await CommandSupport.OpenStageAsync(
                    CommandSupport.ReadSettings(),
                    parsed.GetValue(stage),
                    cancellation
                );
                var count = await OutboxAdministration.ReplayAsync(opened.Store.Source, since, parsed.GetValue(usn), cancellation);
                Console.WriteLine($"{Counted.Of(count, "message")} will be published again.");
                return 0;
            }
        );
        return new Command("bus", "The message bus") { status, replay };
    }

    private static async Task ShowStatusAsync(StageStore store, Terminal terminal, CancellationToken cancellation)
    {
        var shards = await OutboxAdministration.StatusAsync(store.Source, cancellation);
        var now = TimeProvider.System.GetUtcNow();
        var oldest = shards.Min(shard => shard.Oldest);
        await terminal.Output.WriteLineAsync(
            $"{Counted.Of(shards.Sum(shard => shard.Waiting), "message waits", "messages wait")}"
                + $"{(oldest is { } since ? $", the oldest for {now - since:hh\\:mm\\:ss}" : "")}"
        );
        terminal.WriteTable(
            [">shard", ">waiting", "held by"],
            shards.Select(shard => (string[])[$"{shard.Shard}", $"{shard.Waiting}", shard.Holder ?? "nobody"])
        );
    }
}
