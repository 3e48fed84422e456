namespace Smile.Testing;

/// <summary>Waiting for a condition, never for a time.</summary>
public static class Until
{
    /// <summary>Far more than anything takes, also while compilers run beside it: a test that waits this long has failed.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    /// <param name="what">What is awaited, for the failure's message.</param>
    public static Task TrueAsync(string what, Func<bool> condition) => TrueAsync(what, () => Task.FromResult(condition()));

    public static async Task TrueAsync(string what, Func<Task<bool>> condition)
    {
        var limit = TimeProvider.System.GetTimestamp();
        while (!await condition().ConfigureAwait(false))
        {
            if (TimeProvider.System.GetElapsedTime(limit) > Patience)
            {
                throw new TimeoutException($"Waited {Patience.TotalSeconds} seconds in vain: {what}.");
            }

            await Task.Delay(Pause).ConfigureAwait(false);
        }
    }
}
