namespace Smile.Hosting.Stages;

/// <summary>
/// Whether a stage does by itself what nobody has called for. A restored copy does not until it is opened. Closed at first.
/// </summary>
public sealed class StageGate
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _opened = NewSignal();
    private TaskCompletionSource _closed = NewSignal();
    private volatile bool _isOpen;

    public bool IsOpen => _isOpen;

    public void Set(bool isOpen)
    {
        lock (_lock)
        {
            switch (_isOpen, isOpen)
            {
                case (false, true):
                    _isOpen = true;
                    _closed = NewSignal();
                    _opened.SetResult();
                    break;
                case (true, false):
                    _isOpen = false;
                    _opened = NewSignal();
                    _closed.SetResult();
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Runs what goes on for ever, whenever the stage is open: it is told to stop when the stage is closed.</summary>
    public async Task RunAsync(Func<CancellationToken, Task> work, CancellationToken stopping)
    {
        while (true)
        {
            await Signals().Opened.WaitAsync(stopping);
            using var until = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            var running = work(until.Token);
            await Task.WhenAny(running, Signals().Closed);
            await until.CancelAsync();
            try
            {
                await running;
            }
            catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
            {
                // The stage was closed.
            }

            stopping.ThrowIfCancellationRequested();
        }
    }

    private (Task Opened, Task Closed) Signals()
    {
        lock (_lock)
        {
            return (_opened.Task, _closed.Task);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
