using Smile.Hosting;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Session;
using Smile.Storage;

namespace Smile.Hosting.Background;

/// <summary>
/// Begins each day's credit control runs, at the hour of the settings in each company's time zone or, where no server ran then, later that
/// day.
/// </summary>
public sealed class CreditControlService(
    StageRegistry stages,
    CreditControlRunner runner,
    ServerSettings settings,
    ILogger<CreditControlService> logger
) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private static readonly Caller Server = Caller.Server(new Usn("credit-control"));

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        StageWork.RunAllAsync(
            stages.All.Select(stage => StageWork.RepeatAsync(stage, Interval, "Credit control", RunOnceAsync, logger, stoppingToken)),
            stoppingToken
        );

    /// <summary>The hour of the settings; null for only by command.</summary>
    public int? Hour => settings.CreditControlHour;

    /// <summary>Does the runs whose hour has come and that nobody has finished.</summary>
    public async Task RunOnceAsync(Stage stage, CancellationToken cancellation)
    {
        if (settings.CreditControlHour is not { } hour || !settings.Stages[stage.Name].CreditControl || !stage.HasCatalogue)
        {
            return;
        }

        foreach (var company in stage.Catalogue.Content.Companies)
        {
            var now = stage.Catalogue.Zone(company.TimeZone).At(stage.Clock.GetUtcNow());
            var day = DateOnly.FromDateTime(now.DateTime);
            if (now.Hour >= hour && !await CreditControlQueue.IsFinishedAsync(stage.Store.Source, company.Id, day, cancellation))
            {
                await runner.RunAsync(stage, company, day, Server, _ => { }, cancellation);
            }
        }
    }
}
