using Microsoft.EntityFrameworkCore;
using Smile.Contracts.Faults;
using Smile.CustomCollections.Storage;
using Smile.Kernel;
using Smile.Session;

namespace Smile.CustomCollections;

/// <summary>A page of entries.</summary>
/// <param name="HasMore">Whether there are more behind it.</param>
public sealed record EntryPage(IReadOnlyList<EntryOfCollection> Entries, bool HasMore);

/// <summary>
/// getCollectionEntry(), getCollectionEntryByEntryCode() and findCollectionEntries() (guide, lines 16371-16608). Entries belong to no
/// account: whoever may read at all may read them.
/// </summary>
[UseCase]
public sealed class CollectionQueries(StageSession session)
{
    public Task<EntryOfCollection> GetAsync(int key, CancellationToken cancellation) =>
        session.RequireEntryAsync(key, forChange: false, cancellation);

    public async Task<EntryOfCollection> GetAsync(string collectionCode, string entryCode, CancellationToken cancellation)
    {
        var collection = session.RequireCollection(collectionCode);
        var code = entryCode.Trim();
        var entry = await session
            .Database.CollectionEntries.AsNoTracking()
            .FirstOrDefaultAsync(candidate => candidate.CollectionCode == collection.Code && candidate.EntryCode == code, cancellation);
        return entry is not null
            ? new EntryOfCollection(collection, entry)
            : throw Refuse.NotFound(
                "entryCode",
                entryCode,
                $"The custom collection '{collection.Code}' has no such entry. Use findCollectionEntries() to learn codes.",
                Missing.CustomCollectionEntry
            );
    }

    /// <summary>The entries of a collection in the order of their keys, which does not change (guide, line 16504).</summary>
    /// <param name="field">Only those with the value in this field; null for all.</param>
    public async Task<EntryPage> FindAsync(
        string collectionCode,
        string? field,
        string? value,
        SearchPage page,
        CancellationToken cancellation
    )
    {
        var collection = session.RequireCollection(collectionCode);
        if (field is not null && collection.Fields.All(defined => defined.Name != field))
        {
            throw Refuse.NotFound(
                "attribute",
                field,
                $"The custom collection '{collection.Code}' has no such field. Use the code name of one of its fields.",
                Missing.CustomField
            );
        }

        var found = await session.Database.EntriesAsync(collection.Code, field, value, page, cancellation);
        return new EntryPage(
            [.. found.Take(page.Limit).Select(entry => new EntryOfCollection(collection, entry))],
            found.Count > page.Limit
        );
    }
}
