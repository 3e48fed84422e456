using Smile.CustomCollections.Storage;
using Smile.Kernel;
using Smile.Session;

namespace Smile.CustomCollections;

/// <summary>
/// Gives an entry another code (guide, line 16722) and puts that into all fields that refer to it, in one transaction. Calls lock accounts
/// first and entries later, so that is how it is done here: what owns the fields is locked, then the entry, and then it is looked whether
/// somebody has come to refer to it in between. Where somebody has, all is given up and begun anew.
/// </summary>
[UseCase]
public sealed class RenameEntry(StageSession session, IEnumerable<ICollectionReferences> references, EntryUses uses)
{
    /// <summary>More are not changed within one call, with their accounts locked.</summary>
    private const int MostReferences = 10_000;

    /// <summary>So often it is begun anew where others refer to the entry at the same time.</summary>
    private const int MostAttempts = 10;

    /// <summary>Renames within the transaction that has the lock of collections; it may be another one afterwards.</summary>
    /// <returns>The entry, to be changed further and saved.</returns>
    /// <exception cref="SmileException">Too much refers to it.</exception>
    public async Task<EntryOfCollection> BeginAsync(int key, string next, CancellationToken cancellation)
    {
        for (var attempt = 1; attempt <= MostAttempts; attempt++)
        {
            if (attempt > 1)
            {
                await session.Database.AbandonAsync(cancellation);
                await session.Database.BeginAsync(cancellation);
                await session.Database.LockCollectionsAsync(cancellation);
            }

            var renamed = await session.RequireEntryAsync(key, forChange: true, cancellation);
            var (collection, code) = (renamed.Collection.Code, renamed.Entry.EntryCode);
            await RequireFewAsync(collection, code, cancellation);
            var locked = await LockOwnersAsync(collection, code, cancellation);
            await session.Database.LockEntriesAsync([key], cancellation);
            if (locked.IsSupersetOf(await OwnersAsync(collection, code, cancellation)))
            {
                foreach (var module in references)
                {
                    await module.RenameAsync(collection, code, next, cancellation);
                }

                // A label that nobody chose is the code.
                renamed.Entry.Label = renamed.Entry.Label == code ? next : renamed.Entry.Label;
                renamed.Entry.EntryCode = next;
                return renamed;
            }
        }

        throw Refuse.With(
            EntryWrites.FieldFault,
            "EntryCode",
            next,
            "Others come to refer to the entry all the time. Try again when less is going on."
        );
    }

    private async Task RequireFewAsync(string collection, string code, CancellationToken cancellation)
    {
        var found = await uses.OfAsync(collection, [code], cancellation);
        if (found.Where(use => use.IsOfCatalogue).ToList() is { Count: > 0 } kept)
        {
            throw Refuse.With(
                EntryWrites.FieldFault,
                "EntryCode",
                code,
                $"The entry is in use by {EntryUses.Describe(kept)}, and keeps its code. Apply a catalogue without it first."
            );
        }

        if (found.Sum(use => (long)use.Count) > MostReferences)
        {
            throw Refuse.With(
                EntryWrites.FieldFault,
                "EntryCode",
                code,
                $"The entry is in use by {EntryUses.Describe(found)}, and is renamed in {MostReferences} at most. "
                    + "Add an entry with the new code, and move them to it."
            );
        }
    }

    private async Task<HashSet<ReferenceOwner>> LockOwnersAsync(string collection, string code, CancellationToken cancellation)
    {
        var owners = await OwnersAsync(collection, code, cancellation);
        foreach (var kind in Enum.GetValues<ReferenceOwnerKind>())
        {
            var keys = owners.Where(owner => owner.Kind == kind).Select(owner => owner.Key).ToList();
            foreach (var module in keys.Count == 0 ? [] : references)
            {
                await module.LockAsync(kind, keys, cancellation);
            }
        }

        return owners;
    }

    private async Task<HashSet<ReferenceOwner>> OwnersAsync(string collection, string code, CancellationToken cancellation)
    {
        var owners = new HashSet<ReferenceOwner>();
        foreach (var module in references)
        {
            owners.UnionWith(await module.OwnersAsync(collection, code, cancellation));
        }

        return owners;
    }
}
