using Microsoft.EntityFrameworkCore;
using Smile.Catalogue;
using Smile.Catalogue.Fields;
using Smile.Contracts.Faults;
using Smile.CustomCollections.Storage;
using Smile.Kernel;
using Smile.Session;

namespace Smile.CustomCollections;

/// <summary>What a request says of an entry.</summary>
/// <param name="Fields">Reads its fields, with timestamps on the clocks of the zone of the collection's company.</param>
public sealed record EntryContent(string CollectionCode, string EntryCode, Func<BillingTimeZone, FieldValues> Fields);

/// <summary>addCollectionEntry(), updateCollectionEntry() and deleteCollectionEntry() (guide, lines 16619-16821).</summary>
[UseCase]
public sealed class CollectionChanges(StageSession session, ICollectionDocuments documents, RenameEntry rename, EntryUses uses)
{
    private readonly EntryWrites _writes = new(session, documents);

    public async Task<EntryOfCollection> AddAsync(EntryContent content, CancellationToken cancellation)
    {
        await session.Database.BeginAsync(cancellation);
        await session.Database.LockCollectionsAsync(cancellation);
        var collection = session.RequireCollection(content.CollectionCode);
        var code = CodeOf(content);
        var entry = new CustomCollectionEntry
        {
            CollectionCode = collection.Code,
            EntryCode = code,
            Label = code,
            Properties = await FieldsAsync(collection, content, cancellation),
            Created = session.Now,
        };
        session.Database.CollectionEntries.Add(entry);
        var added = new EntryOfCollection(collection, entry);
        await _writes.SaveAsync(collection, [entry], cancellation);
        _writes.AnnounceAdded(added);
        await session.CommitAsync(cancellation);
        return added;
    }

    /// <summary>Changes the entry of a key: the fields take the place of all that it had (guide, line 16730).</summary>
    public async Task UpdateAsync(int key, EntryContent content, CancellationToken cancellation)
    {
        await session.Database.BeginAsync(cancellation);
        await session.Database.LockCollectionsAsync(cancellation);
        var (collection, entry) = await session.RequireEntryAsync(key, forChange: true, cancellation);
        if (content.CollectionCode.Trim() != collection.Code)
        {
            throw Refuse.With(
                EntryWrites.FieldFault,
                "CollectionCode",
                content.CollectionCode,
                $"The entry belongs to the custom collection '{collection.Code}', and cannot be moved to another."
            );
        }

        var code = CodeOf(content);
        if (code != entry.EntryCode)
        {
            await RequireFreeAsync(collection, code, cancellation);
            (collection, entry) = await rename.BeginAsync(key, code, cancellation);
        }

        entry.Properties = await FieldsAsync(collection, content, cancellation);
        await _writes.SaveAsync(collection, [entry], cancellation);
        _writes.AnnounceUpdated(new EntryOfCollection(collection, entry));
        await session.CommitAsync(cancellation);
    }

    /// <summary>Deletes an entry that nothing refers to.</summary>
    public async Task DeleteAsync(int key, CancellationToken cancellation)
    {
        await session.Database.BeginAsync(cancellation);
        await session.Database.LockCollectionsAsync(cancellation);
        await session.Database.LockEntriesAsync([key], cancellation);
        var deleted = await session.RequireEntryAsync(key, forChange: true, cancellation);
        var found = await uses.OfAsync(deleted.Collection.Code, [deleted.Entry.EntryCode], cancellation);
        if (found.Count > 0)
        {
            throw Refuse.Invalid("key", key, $"The entry is in use by {EntryUses.Describe(found)}. Change them first.");
        }

        session.Database.CollectionEntries.Remove(deleted.Entry);
        _writes.AnnounceDeleted(deleted);
        await session.CommitAsync(cancellation);
    }

    private async Task<FieldValues> FieldsAsync(CustomCollection collection, EntryContent content, CancellationToken cancellation)
    {
        var fields = content.Fields(session.ZoneOf(collection));
        await _writes.CheckAsync(collection, fields, cancellation);
        return EntryWrites.Kept(collection.Fields, fields);
    }

    /// <summary>Refuses a code that is taken before anything is locked for it; that it is taken once only, the index sees to.</summary>
    private async Task RequireFreeAsync(CustomCollection collection, string code, CancellationToken cancellation)
    {
        if (
            await session.Database.CollectionEntries.AnyAsync(
                other => other.CollectionCode == collection.Code && other.EntryCode == code,
                cancellation
            )
        )
        {
            throw EntryWrites.CodeTaken(code);
        }
    }

    private static string CodeOf(EntryContent content) =>
        EntryCodes.Cleaned(content.EntryCode)
        ?? throw Refuse.With(EntryWrites.FieldFault, "EntryCode", content.EntryCode, EntryCodes.Expected);
}
