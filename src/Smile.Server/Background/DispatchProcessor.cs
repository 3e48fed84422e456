using Smile.Domain.Access;
using Smile.Domain.Dispatch;
using Smile.Domain.Foundation;
using Smile.Server.Stages;

namespace Smile.Server.Background;

/// <summary>Sends what is in the dispatch queues. Every server runs one for each stage; they share the work through the database.</summary>
internal sealed class DispatchProcessor(StageRegistry stages, IServiceScopeFactory scopes, ServerSettings settings, ILogger<DispatchProcessor> logger) : BackgroundService
{
    private static readonly Caller Dispatcher = Caller.Server(new Usn("dispatch"));

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        StageWork.RunAllAsync(stages.All.Select(stage => StageWork.RepeatAsync(stage, settings.DispatchInterval, "The dispatch queue", RunOnceAsync, logger, stoppingToken)), stoppingToken);

    /// <summary>Sends everything that is to be sent now.</summary>
    /// <returns>How many items were dealt with, whatever came of them.</returns>
    public async Task<int> RunOnceAsync(Stage stage, CancellationToken cancellation)
    {
        // A mail server may take seconds for each: several are sent at a time, and no more than it or the database can bear.
        var sent = await Task.WhenAll(Enumerable.Range(0, settings.DispatchWorkers).Select(_ => SendAllAsync(stage, cancellation))).ConfigureAwait(false);
        return sent.Sum();
    }

    private async Task<int> SendAllAsync(Stage stage, CancellationToken cancellation)
    {
        var done = 0;
        while (stage.HasCatalogue && settings.Stages[stage.Name].Dispatch && await SendNextAsync(stage, cancellation).ConfigureAwait(false))
        {
            done++;
        }

        return done;
    }

    private Task<bool> SendNextAsync(Stage stage, CancellationToken cancellation) => scopes.RunAsync<SendDispatch, bool>(stage, Dispatcher, send => send.ExecuteAsync(cancellation));
}
