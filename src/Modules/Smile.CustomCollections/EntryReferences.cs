using Smile.Catalogue;
using Smile.Catalogue.Fields;
using Smile.CustomCollections.Storage;
using Smile.Kernel;
using Smile.Session;

namespace Smile.CustomCollections;

/// <summary>Entries whose own fields refer to entries of other collections. Whoever changes entries has their lock.</summary>
[UseCase]
public sealed class EntryReferences(StageSession session, ICollectionDocuments documents) : ICollectionReferences
{
    private static readonly ReferringTable Entries = new("custom_collection_entry", "key", kind: "collection_code");

    public Task<IReadOnlyList<EntryUse>> CountAsync(string collection, IReadOnlyCollection<string> codes, CancellationToken cancellation) =>
        Entries.CountAsync(
            session.Database,
            BoundTo(collection),
            codes,
            "entry of another collection",
            "entries of other collections",
            cancellation
        );

    public Task<IReadOnlyList<ReferenceOwner>> OwnersAsync(string collection, string code, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<ReferenceOwner>>([]);

    public Task LockAsync(ReferenceOwnerKind kind, IReadOnlyCollection<string> keys, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>An entry that refers to another one is announced with the other's new code: it shows it.</summary>
    public async Task RenameAsync(string collection, string code, string next, CancellationToken cancellation)
    {
        var writes = new EntryWrites(session, documents);
        var bound = BoundTo(collection);
        var found = bound.Count == 0 ? [] : await session.Database.ReferringEntriesAsync(bound, code, cancellation);
        foreach (var entries in found.GroupBy(entry => entry.CollectionCode))
        {
            var referring = session.RequireCollection(entries.Key);
            foreach (var entry in entries)
            {
                entry.Properties = bound
                    .Where(field => field.Kind == entries.Key)
                    .Aggregate(entry.Properties, (values, field) => new(Renamed(values.Fields, field.Path.Names, code, next)));
            }

            await writes.SaveAsync(referring, [.. entries], cancellation);
            foreach (var entry in entries)
            {
                writes.AnnounceUpdated(new EntryOfCollection(referring, entry));
            }
        }
    }

    /// <summary>The fields of other collections that are bound to one.</summary>
    private List<BoundField> BoundTo(string collection) =>
        [
            .. session.Catalogue.Content.CustomCollections.SelectMany(referring =>
                referring.Fields.BoundTo(collection).Select(path => new BoundField(referring.Code, path))
            ),
        ];

    private static IReadOnlyList<FieldValue> Renamed(
        IReadOnlyList<FieldValue> fields,
        IReadOnlyList<string> path,
        string code,
        string next
    ) =>
        [
            .. fields.Select(field =>
                field.Name != path[0] ? field
                : path.Count > 1 ? field with { Members = Renamed(field.Members ?? [], [.. path.Skip(1)], code, next) }
                : field.Value == code ? field with { Value = next }
                : field
            ),
        ];
}
