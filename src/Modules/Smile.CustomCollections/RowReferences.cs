using Smile.CustomCollections.Storage;
using Smile.Session;

namespace Smile.CustomCollections;

/// <summary>
/// Rows of a module that refer to entries of custom collections by their fields. How their owners are locked is the module's to say.
/// </summary>
public abstract class RowReferences(StageSession session, IReadOnlyList<ReferringKind> kinds) : ICollectionReferences
{
    protected StageSession Session => session;

    public async Task<IReadOnlyList<EntryUse>> CountAsync(
        string collection,
        IReadOnlyCollection<string> codes,
        CancellationToken cancellation
    )
    {
        var uses = new List<EntryUse>();
        foreach (var kind in kinds)
        {
            var bound = Bound(kind, collection);
            uses.AddRange(await kind.Table.CountAsync(session.Database, bound, codes, kind.One, kind.Many, cancellation));
        }

        return uses;
    }

    public async Task<IReadOnlyList<ReferenceOwner>> OwnersAsync(string collection, string code, CancellationToken cancellation)
    {
        var owners = new List<ReferenceOwner>();
        foreach (var kind in kinds)
        {
            var bound = Bound(kind, collection);
            foreach (var (owner, key) in kind.Owners)
            {
                var found = await kind.Table.OwnersAsync(session.Database, bound, code, key, cancellation);
                owners.AddRange(found.Select(each => new ReferenceOwner(owner, each)));
            }
        }

        return owners;
    }

    public abstract Task LockAsync(ReferenceOwnerKind kind, IReadOnlyCollection<string> keys, CancellationToken cancellation);

    public async Task RenameAsync(string collection, string code, string next, CancellationToken cancellation)
    {
        foreach (var kind in kinds)
        {
            await kind.Table.RenameAsync(session.Database, Bound(kind, collection), code, next, session.Caller.Usn, cancellation);
        }
    }

    private List<BoundField> Bound(ReferringKind kind, string collection) => [.. kind.Bound(session.Catalogue.Content, collection)];
}
