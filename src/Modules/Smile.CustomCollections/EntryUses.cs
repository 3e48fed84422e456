using Smile.Session;

namespace Smile.CustomCollections;

/// <summary>Asks all modules what refers to entries.</summary>
[UseCase]
public sealed class EntryUses(IEnumerable<ICollectionReferences> references)
{
    /// <summary>How many of each kind refer to entries, which are locked.</summary>
    public async Task<IReadOnlyList<EntryUse>> OfAsync(string collection, IReadOnlyCollection<string> codes, CancellationToken cancellation)
    {
        var uses = new List<EntryUse>();
        foreach (var module in references)
        {
            uses.AddRange(await module.CountAsync(collection, codes, cancellation));
        }

        return uses;
    }

    /// <summary>How many there are of which kind: the caller may not know whose they are.</summary>
    public static string Describe(IReadOnlyList<EntryUse> uses) =>
        uses.Count == 1 ? uses[0].ToString() : $"{string.Join(", ", uses.SkipLast(1))} and {uses[^1]}";
}
