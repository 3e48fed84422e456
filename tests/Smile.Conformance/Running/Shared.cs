using System.Diagnostics.CodeAnalysis;

namespace Smile.Conformance.Running;

/// <summary>
/// Something slow to start that test classes share, also those that run at the same time: the first starts it, the last ends it.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Lives as long as the test run.")]
internal sealed class Shared<T>(Func<Task<T>> start)
    where T : class, IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private T? _running;
    private int _users;

    public async Task<T> AcquireAsync()
    {
        await _turn.WaitAsync();
        try
        {
            _running ??= await start();
            _users++;
            return _running;
        }
        finally
        {
            _turn.Release();
        }
    }

    public async Task ReleaseAsync()
    {
        await _turn.WaitAsync();
        try
        {
            if (--_users == 0)
            {
                await _running!.DisposeAsync();
                _running = null;
            }
        }
        finally
        {
            _turn.Release();
        }
    }
}
