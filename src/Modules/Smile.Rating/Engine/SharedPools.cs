namespace Smile.Rating.Engine;

/// <summary>
/// The value pools that subscriptions of an account share in a rating period, by the names that their plans give. Each subscription brings
/// its share with its plan: what a call begins with is what the subscriptions had brought by then.
/// </summary>
internal sealed class SharedPools
{
    private readonly Dictionary<string, SharedPool> _pools = [];
    private readonly List<(DateTimeOffset From, SharedPool Pool, decimal Share)> _coming = [];
    private DateTimeOffset _now = DateTimeOffset.MinValue;

    /// <summary>Adds what a plan brings.</summary>
    /// <param name="from">When it begins.</param>
    /// <param name="share">Tax included.</param>
    public SharedPool Add(string name, DateTimeOffset from, decimal share)
    {
        if (!_pools.TryGetValue(name, out var pool))
        {
            _pools.Add(name, pool = new SharedPool());
        }

        pool.Limit += share;
        if (from <= _now)
        {
            pool.Brought += share;
        }
        else
        {
            _coming.Add((from, pool, share));
        }

        return pool;
    }

    /// <summary>Adds the shares that have begun by the start of a record.</summary>
    public void Advance(DateTimeOffset instant)
    {
        if (instant <= _now)
        {
            return;
        }

        _now = instant;
        for (var index = _coming.Count - 1; index >= 0; index--)
        {
            var (from, pool, share) = _coming[index];
            if (from <= instant)
            {
                pool.Brought += share;
                _coming.RemoveAt(index);
            }
        }
    }
}

/// <summary>What subscriptions share of a value pool.</summary>
internal sealed class SharedPool
{
    /// <summary>All that the subscriptions bring in the rating period.</summary>
    public decimal Limit { get; set; }

    /// <summary>What they have brought so far.</summary>
    public decimal Brought { get; set; }

    /// <summary>What all of them have used.</summary>
    public decimal Used { get; set; }

    /// <summary>What is left; never below zero.</summary>
    public decimal Left => Math.Max(0m, Brought - Used);
}
