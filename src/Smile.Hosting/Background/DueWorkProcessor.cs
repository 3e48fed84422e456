using Smile.Customers.DueWork;
using Smile.Hosting.Stages;
using Smile.Kernel;
using Smile.NumberPools;
using Smile.Session;
using Smile.Storage;

namespace Smile.Hosting.Background;

/// <summary>
/// Carries out work when its time has come. Every server runs one for each stage; they share the work through the database.
/// </summary>
public sealed partial class DueWorkProcessor(
    StageRegistry stages,
    IServiceScopeFactory scopes,
    ServerSettings settings,
    ILogger<DueWorkProcessor> logger
) : BackgroundService
{
    private const int BatchSize = 100;

    /// <summary>Who ends links whose time is over, for the audit trail.</summary>
    private static readonly Usn PoolExpiry = new("pool-expiry");

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        StageWork.RunAllAsync(
            stages.All.Select(stage =>
                StageWork.RepeatAsync(stage, settings.DueWorkInterval, "Due work", RunOnceAsync, logger, stoppingToken)
            ),
            stoppingToken
        );

    /// <summary>Does everything that is due now.</summary>
    /// <returns>How many pieces were done.</returns>
    public async Task<int> RunOnceAsync(Stage stage, CancellationToken cancellation)
    {
        var done = 0;
        while (stage.HasCatalogue)
        {
            var due = await DueWorkQueue.FindDueAsync(stage.Store.Source, stage.Clock.GetUtcNow(), BatchSize, cancellation);
            var progress = 0;
            foreach (var (id, requestedBy) in due)
            {
                progress += await TryCarryOutAsync(stage, id, new Usn(requestedBy), cancellation) ? 1 : 0;
            }

            done += progress;
            if (due.Count < BatchSize || progress == 0)
            {
                break;
            }
        }

        return done + (stage.HasCatalogue ? await ExpirePoolLinksAsync(stage, cancellation) : 0);
    }

    /// <summary>Links to numbers of pools are of no account, so their ends stand on no calendar but in the links themselves.</summary>
    private async Task<int> ExpirePoolLinksAsync(Stage stage, CancellationToken cancellation)
    {
        var done = 0;
        foreach (var pool in await PoolLinkQueue.FindDueAsync(stage.Store.Source, stage.Clock.GetUtcNow(), cancellation))
        {
            try
            {
                int ended;
                do
                {
                    ended = await scopes.RunAsync<ExpireLinks, int>(
                        stage,
                        Caller.Server(PoolExpiry),
                        expire => expire.ExecuteAsync(pool, cancellation)
                    );
                    done += ended;
                } while (ended > 0);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogPoolFailed(exception, pool, stage.Name);
            }
        }

        return done;
    }

    private async Task<bool> TryCarryOutAsync(Stage stage, long id, Usn requestedBy, CancellationToken cancellation)
    {
        try
        {
            return await scopes.RunAsync<CarryOutDueWork, bool>(
                stage,
                Caller.Server(requestedBy),
                work => work.ExecuteAsync(id, cancellation)
            );
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogFailed(exception, id, stage.Name);
            await DueWorkQueue.RecordFailureAsync(stage.Store.Source, id, exception.Message, cancellation);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Links of pool {Pool} of stage {Stage} could not be ended and are tried again")]
    private partial void LogPoolFailed(Exception exception, Guid pool, string stage);

    [LoggerMessage(Level = LogLevel.Error, Message = "Due work {Id} of stage {Stage} failed and is put off")]
    private partial void LogFailed(Exception exception, long id, string stage);
}
