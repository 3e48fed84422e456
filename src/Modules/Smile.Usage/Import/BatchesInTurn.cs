namespace Smile.Usage.Import;

/// <summary>Writes batches one after the other while the next one is made.</summary>
/// <param name="write">Writes one.</param>
/// <param name="progress">Is told after each how many lines are accounted for.</param>
internal sealed class BatchesInTurn(Func<UsageBatch, Task> write, Action<UsageProgress>? progress) : IAsyncDisposable
{
    private Task _last = Task.CompletedTask;

    /// <summary>Begins to write a batch as soon as the one before is written, and does not wait until it is.</summary>
    /// <param name="through">Lines of the file up to its end.</param>
    public async Task AddAsync(UsageBatch batch, int through)
    {
        await EndAsync();
        _last = Task.Run(async () =>
        {
            await write(batch);
            progress?.Invoke(new UsageProgress(through));
        });
    }

    /// <summary>Waits until all is written.</summary>
    public Task EndAsync()
    {
        var last = _last;
        _last = Task.CompletedTask;
        return last;
    }

    /// <summary>Where reading has failed, what was being written is written to its end before anything is said of the file.</summary>
    public async ValueTask DisposeAsync() => await _last.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
