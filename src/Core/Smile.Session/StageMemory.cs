using System.Collections.Concurrent;

namespace Smile.Session;

/// <summary>
/// What modules keep in memory for one stage, each under a type of its own that is safe for many sessions at once. It says nothing that the
/// database does not: another server has its own.
/// </summary>
public sealed class StageMemory
{
    private readonly ConcurrentDictionary<Type, object> _kept = new();

    /// <summary>The one of this stage, made when it is first asked for.</summary>
    public TKept Of<TKept>()
        where TKept : class, new() => (TKept)_kept.GetOrAdd(typeof(TKept), _ => new TKept());
}
