using System.Globalization;
using Smile.Catalogue.Fields;
using Smile.CustomCollections;
using Smile.CustomCollections.Storage;
using Smile.Ordering.Storage;
using Smile.Session;

namespace Smile.Ordering;

/// <summary>
/// Order forms that refer to entries of custom collections, while the order waits: then they are still to become fields of accounts and
/// subscriptions, or are changed together with them. Forms of orders that are done say what was ordered, and are left as they are.
/// </summary>
[UseCase]
public sealed class OrderReferences(StageSession session) : ICollectionReferences
{
    public Task<IReadOnlyList<EntryUse>> CountAsync(string collection, IReadOnlyCollection<string> codes, CancellationToken cancellation) =>
        OrderRows.Waiting.CountAsync(session.Database, Bound(collection), codes, "order that waits", "orders that wait", cancellation);

    public async Task<IReadOnlyList<ReferenceOwner>> OwnersAsync(string collection, string code, CancellationToken cancellation)
    {
        var bound = Bound(collection);
        var groups = await OrderRows.Waiting.OwnersAsync(session.Database, bound, code, "group_number", cancellation);
        var accounts = await OrderRows.Waiting.OwnersAsync(session.Database, bound, code, "account_usn", cancellation);
        return
        [
            .. groups.Select(number => new ReferenceOwner(ReferenceOwnerKind.OrderGroup, number)),
            .. accounts.Select(usn => new ReferenceOwner(ReferenceOwnerKind.Account, usn)),
        ];
    }

    public async Task LockAsync(ReferenceOwnerKind kind, IReadOnlyCollection<string> keys, CancellationToken cancellation)
    {
        if (kind == ReferenceOwnerKind.OrderGroup)
        {
            await session.Database.LockOrderGroupsAsync(keys, cancellation);
        }
    }

    public Task RenameAsync(string collection, string code, string next, CancellationToken cancellation) =>
        OrderRows.Waiting.RenameAsync(session.Database, Bound(collection), code, next, session.Caller.Usn, cancellation);

    private List<BoundField> Bound(string collection) =>
        [
            .. session
                .Catalogue.Content.FormFieldsBoundTo(collection)
                .Select(field => new BoundField(field.Package.ToString(CultureInfo.InvariantCulture), field.Path)),
        ];
}
