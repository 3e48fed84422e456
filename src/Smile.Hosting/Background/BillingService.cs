using Smile.Hosting;
using Smile.Hosting.Billing;
using Smile.Hosting.Stages;
using Smile.Kernel;

namespace Smile.Hosting.Background;

/// <summary>
/// Bills what has ended, from the hour of the settings on; for those who have switched that on, since it bills every outstanding period.
/// </summary>
public sealed class BillingService(StageRegistry stages, BillingRunner runner, ServerSettings settings, ILogger<BillingService> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private static readonly Usn Server = new("billing");

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        StageWork.RunAllAsync(
            stages.All.Select(stage => StageWork.RepeatAsync(stage, Interval, "Billing", RunOnceAsync, logger, stoppingToken)),
            stoppingToken
        );

    /// <summary>Bills where the hour has come and something is due.</summary>
    public async Task RunOnceAsync(Stage stage, CancellationToken cancellation)
    {
        if (
            settings.BillingHour is { } hour
            && settings.Stages[stage.Name].Billing
            && stage.HasCatalogue
            && await BillingRunner.IsAnythingDueAsync(stage, hour, cancellation)
        )
        {
            await runner.RunAsync(stage, new BillingRequest(null, settings.BillingApproval) { Hour = hour }, Server, null, cancellation);
        }
    }
}
