using Smile.Hosting.Stages;

namespace Smile.Hosting.Background;

/// <summary>Work that goes on for every stage until the server stops.</summary>
public static partial class StageWork
{
    /// <summary>Runs all of it; being told to stop is its end and no failure.</summary>
    public static async Task RunAllAsync(IEnumerable<Task> work, CancellationToken stopping)
    {
        try
        {
            await Task.WhenAll(work);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    /// <summary>
    /// Does something for a stage again and again, while it is open; a failure is logged, and it is tried again when it is time.
    /// </summary>
    /// <param name="what">For the log.</param>
    public static async Task RepeatAsync(
        Stage stage,
        TimeSpan interval,
        string what,
        Func<Stage, CancellationToken, Task> work,
        ILogger logger,
        CancellationToken stopping
    )
    {
        using var timer = new PeriodicTimer(interval);
        do
        {
            try
            {
                if (stage.Gate.IsOpen)
                {
                    await work(stage, stopping);
                }
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogUnavailable(logger, exception, what, stage.Name);
            }
        } while (await timer.WaitForNextTickAsync(stopping));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{What} of stage {Stage} cannot be worked through now")]
    private static partial void LogUnavailable(ILogger logger, Exception exception, string what, string stage);
}
