using Smile.Correspondence.Dispatch;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Hosting.Background;

/// <summary>Sends what is in the dispatch queues. Every server runs one for each stage; they share the work through the database.</summary>
public sealed class DispatchProcessor(
    StageRegistry stages,
    IServiceScopeFactory scopes,
    ServerSettings settings,
    ILogger<DispatchProcessor> logger
) : BackgroundService
{
    private static readonly Caller Dispatcher = Caller.Server(new Usn("dispatch"));

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        StageWork.RunAllAsync(
            stages.All.Select(stage =>
                StageWork.RepeatAsync(stage, settings.DispatchInterval, "The dispatch queue", RunOnceAsync, logger, stoppingToken)
            ),
            stoppingToken
        );

    /// <summary>Sends everything that is to be sent now.</summary>
    /// <returns>How many items were dealt with, whatever came of them.</returns>
    public async Task<int> RunOnceAsync(Stage stage, CancellationToken cancellation)
    {
        // A mail server may take seconds for each: several are sent at a time, and no more than it or the database can bear.
        var workers = MaySend(stage) ? await WorkersAsync(stage, cancellation) : 0;
        var sent = await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => SendAllAsync(stage, cancellation)));
        return sent.Sum();
    }

    /// <summary>
    /// One for each account that is to be written to, up to the limit: an empty queue, which is looked at every second, costs one query.
    /// </summary>
    private async Task<int> WorkersAsync(Stage stage, CancellationToken cancellation)
    {
        await using var database = stage.Store.CreateDatabase();
        return await DispatchAdministration.CountDueAsync(database, stage.Clock.GetUtcNow(), settings.DispatchWorkers, cancellation);
    }

    private async Task<int> SendAllAsync(Stage stage, CancellationToken cancellation)
    {
        var done = 0;
        while (MaySend(stage) && await SendNextAsync(stage, cancellation))
        {
            done++;
        }

        return done;
    }

    private bool MaySend(Stage stage) => stage.HasCatalogue && settings.Stages[stage.Name].Dispatch;

    private Task<bool> SendNextAsync(Stage stage, CancellationToken cancellation) =>
        scopes.RunAsync<SendDispatch, bool>(stage, Dispatcher, send => send.ExecuteAsync(cancellation));
}
