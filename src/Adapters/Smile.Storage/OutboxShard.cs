using System.Text;

namespace Smile.Storage;

/// <summary>
/// Spreads accounts and pools over the shards that relays own. One of them is always in the same shard, so its messages stay in order.
/// </summary>
internal static class OutboxShard
{
    public const int Count = 16;

    /// <summary>FNV-1a: the same on every server and after every restart, unlike .NET's own string hash.</summary>
    public static short Of(string aggregate)
    {
        var hash = 2166136261u;
        foreach (var value in Encoding.UTF8.GetBytes(aggregate))
        {
            hash = unchecked((hash ^ value) * 16777619u);
        }

        return (short)(hash % Count);
    }
}
