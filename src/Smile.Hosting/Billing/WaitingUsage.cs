using Smile.Hosting.Stages;
using Smile.Rating.Runs;
using Smile.Session;

namespace Smile.Hosting.Billing;

/// <summary>Rates the usage that waits for it, in transactions of some subscriptions each.</summary>
public static class WaitingUsage
{
    /// <summary>
    /// While one waits for the database the others compute; more than a server has processors for would only wait for each other.
    /// </summary>
    private const int MostAtOnce = 4;

    /// <summary>Rates until nothing waits. What somebody else is at is left to the next time.</summary>
    /// <param name="caller">In whose name it is done.</param>
    /// <param name="progress">Is told after each part how much was rated so far.</param>
    /// <returns>How much was rated.</returns>
    public static async Task<RatedCount> RateAsync(
        IServiceScopeFactory scopes,
        Stage stage,
        Caller caller,
        Action<RatedCount>? progress,
        CancellationToken cancellation
    )
    {
        var (gate, total) = (new Lock(), default(RatedCount));
        await Task.WhenAll(Enumerable.Range(0, Math.Clamp(Environment.ProcessorCount, 1, MostAtOnce)).Select(_ => Task.Run(WorkAsync)));
        return total;

        async Task WorkAsync()
        {
            while (await scopes.RunAsync<RateUsage, RatedCount?>(stage, caller, rate => rate.RunOnceAsync(cancellation)) is { } count)
            {
                lock (gate)
                {
                    total = total.And(count);
                    progress?.Invoke(total);
                }
            }
        }
    }
}
