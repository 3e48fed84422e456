namespace Smile.Server.Background;

/// <summary>Work that goes on for every stage until the server stops.</summary>
internal static class StageWork
{
    /// <summary>Runs all of it; being told to stop is its end and no failure.</summary>
    public static async Task RunAllAsync(IEnumerable<Task> work, CancellationToken stopping)
    {
        try
        {
            await Task.WhenAll(work).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The server stops.
        }
    }
}
