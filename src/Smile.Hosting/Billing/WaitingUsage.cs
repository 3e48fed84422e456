using Smile.Hosting.Stages;
using Smile.Rating.Runs;
using Smile.Session;

namespace Smile.Hosting.Billing;

/// <summary>Rates the usage that waits for it, in transactions of some subscriptions each.</summary>
internal static class WaitingUsage
{
    /// <summary>What somebody else is at is left to the next time.</summary>
    public static async Task RateAsync(IServiceScopeFactory scopes, Stage stage, Caller caller, CancellationToken cancellation)
    {
        while (await scopes.RunAsync<RateUsage, RatedCount?>(stage, caller, rate => rate.RunOnceAsync(cancellation)) is not null) { }
    }
}
