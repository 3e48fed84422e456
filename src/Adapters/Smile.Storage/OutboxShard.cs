using System.Text;
using Smile.Kernel;

namespace Smile.Storage;

/// <summary>
/// Spreads accounts over the shards that relays own. One account is always in the same shard, so its messages stay in order.
/// </summary>
internal static class OutboxShard
{
    public const int Count = 16;

    /// <summary>FNV-1a: the same on every server and after every restart, unlike .NET's own string hash.</summary>
    public static short Of(Usn accountUsn)
    {
        var hash = 2166136261u;
        foreach (var value in Encoding.UTF8.GetBytes(accountUsn.Value))
        {
            hash = unchecked((hash ^ value) * 16777619u);
        }

        return (short)(hash % Count);
    }
}
