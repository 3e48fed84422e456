namespace Smile.Testing;

/// <summary>Waiting for a condition, never for a time.</summary>
public static class Until
{
    /// <summary>Far more than anything takes, also while compilers run beside it: a test that waits this long has failed.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <param name="what">What is awaited, for the failure's message.</param>
    public static Task TrueAsync(string what, Func<bool> condition) => TrueAsync(what, () => Task.FromResult(condition()));

    /// <param name="patience">For what takes longer than <see cref="Patience"/> by its size.</param>
    public static async Task TrueAsync(string what, Func<Task<bool>> condition, TimeSpan? patience = null)
    {
        var most = patience ?? Patience;
        var begin = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            var waited = TimeProvider.System.GetElapsedTime(begin);
            if (waited > most)
            {
                throw new TimeoutException($"Waited {most.TotalSeconds} seconds in vain: {what}.");
            }

            // What takes minutes is not asked forty times a second: asking costs too.
            var pause = waited / 50;
            await Task.Delay(
                pause < ShortestPause ? ShortestPause
                : pause > LongestPause ? LongestPause
                : pause
            );
        }
    }
}
