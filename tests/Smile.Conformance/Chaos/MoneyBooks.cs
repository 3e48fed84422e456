using System.Collections.Concurrent;

namespace Smile.Conformance.Chaos;

/// <summary>What all clients together know: calls and what became of them, refusals, and whether the server is known to be down.</summary>
internal sealed class MoneyBooks
{
    private int _outages;
    private volatile bool _isDown;
    private long _count;

    public ConcurrentBag<MoneyCall> Calls { get; } = [];

    /// <summary>Refusals by operation, fault and reason without its numbers.</summary>
    public ConcurrentDictionary<(string Operation, string Fault, string Reason), int> Refusals { get; } = [];

    /// <summary>ChargeIds that the server said were used.</summary>
    public ConcurrentBag<string> Used { get; } = [];

    public int Answers => Calls.Count(call => call.Answered is not null);

    /// <summary>A number that no other call of the run has.</summary>
    public long Next() => Interlocked.Increment(ref _count);

    /// <summary>Notes how often the server has gone, to tell later whether a lost connection had its reason.</summary>
    public int Outages() => Volatile.Read(ref _outages);

    /// <summary>Whether a call that began at this count of outages may have lost its connection.</summary>
    public bool MayLose(int outages) => _isDown || Volatile.Read(ref _outages) != outages;

    /// <summary>Lets the server be killed and started again.</summary>
    public async Task OutageAsync(Func<Task> killAndStart)
    {
        _isDown = true;
        Interlocked.Increment(ref _outages);
        await killAndStart();
        _isDown = false;
    }
}
