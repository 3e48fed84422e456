using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Smile.Hosting.Billing;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Rating.Runs;

namespace Smile.Cli;

/// <summary><c>smile usage rate</c>: what servers do by themselves, now.</summary>
internal static class UsageRateCommand
{
    public static Command Create()
    {
        var again = new Option<string[]>("--again")
        {
            Description = "USN of a subscription whose usage is rated again",
            AllowMultipleArgumentsPerToken = true,
        };
        var since = Inputs.Time.Option("--since", "Usage that began then or later, with --again");
        return CommandSupport.OnStage(
            "rate",
            "Rates all usage that waits for it now, as servers do by themselves",
            [again, since],
            async (parsed, stage, _, cancellation) =>
            {
                await using var services = CommandSupport.UseCases();
                var scopes = services.GetRequiredService<IServiceScopeFactory>();
                if (parsed.GetValue(again) is { Length: > 0 } named)
                {
                    var from = parsed.GetValue(since) ?? throw new CommandException("Say since when: --since.");
                    await scopes.RunAsync<TakeRatingChanges>(
                        stage,
                        CommandSupport.Caller,
                        changes => changes.AddAsync(named, from, cancellation)
                    );
                }

                while (
                    await scopes.RunAsync<TakeRatingChanges, bool>(
                        stage,
                        CommandSupport.Caller,
                        changes => changes.ExecuteAsync(cancellation)
                    )
                ) { }

                var clock = Stopwatch.StartNew();
                var count = await Terminal.Standard.WatchAsync(
                    "usage",
                    report =>
                        WaitingUsage.RateAsync(
                            scopes,
                            stage,
                            CommandSupport.Caller,
                            soFar => report?.Invoke(0, 0, Words(soFar, clock)),
                            cancellation
                        )
                );
                Console.WriteLine(
                    $"{Counted.Of(count.Records, "record", "records")} of "
                        + $"{Counted.Of(count.Subscriptions, "subscription", "subscriptions")} rated."
                );
                return count.Failure is { } failure
                    ? throw new CommandException(
                        $"Usage of subscription {failure.Subscription} cannot be rated, perhaps of others: {failure.Why.Message}"
                    )
                    : 0;
            }
        );
    }

    private static string Words(RatedCount count, Stopwatch clock) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{count.Records:#,0} records rated, {count.Records / Math.Max(0.001, clock.Elapsed.TotalSeconds):#,0} a second"
        );
}
