using System.Globalization;
using Smile.Catalogue.Fields;
using Smile.CustomCollections;
using Smile.CustomCollections.Storage;
using Smile.Customers.Accounts.Storage;
using Smile.Customers.Storage;
using Smile.Session;

namespace Smile.Customers;

/// <summary>
/// What of customers refers to entries of custom collections: accounts, subscriptions, subservices and purchase orders, open or closed.
/// Whoever changes their fields locks their account first.
/// </summary>
[UseCase]
public sealed class CustomerReferences(StageSession session) : ICollectionReferences
{
    public async Task<IReadOnlyList<EntryUse>> CountAsync(
        string collection,
        IReadOnlyCollection<string> codes,
        CancellationToken cancellation
    )
    {
        var uses = new List<EntryUse>();
        foreach (var kind in CustomerTables.All)
        {
            uses.AddRange(await kind.Table.CountAsync(session.Database, Bound(kind, collection), codes, kind.One, kind.Many, cancellation));
        }

        return uses;
    }

    public async Task<IReadOnlyList<ReferenceOwner>> OwnersAsync(string collection, string code, CancellationToken cancellation)
    {
        var owners = new List<ReferenceOwner>();
        foreach (var kind in CustomerTables.All)
        {
            var found = await kind.Table.OwnersAsync(session.Database, Bound(kind, collection), code, kind.Account, cancellation);
            owners.AddRange(found.Select(usn => new ReferenceOwner(ReferenceOwnerKind.Account, usn)));
        }

        return owners;
    }

    public async Task LockAsync(ReferenceOwnerKind kind, IReadOnlyCollection<string> keys, CancellationToken cancellation)
    {
        if (kind == ReferenceOwnerKind.Account)
        {
            await session.Database.LockAccountsWithoutReadingAsync(keys, cancellation);
        }
    }

    public async Task RenameAsync(string collection, string code, string next, CancellationToken cancellation)
    {
        foreach (var kind in CustomerTables.All)
        {
            await kind.Table.RenameAsync(session.Database, Bound(kind, collection), code, next, session.Caller.Usn, cancellation);
        }
    }

    private List<BoundField> Bound(CustomerTable table, string collection)
    {
        var content = session.Catalogue.Content;
        return table.Kind switch
        {
            CustomerKind.Account => [.. content.AccountFieldsBoundTo(collection).Select(path => new BoundField("", path))],
            CustomerKind.Subscription => [.. content.SubscriptionFieldsBoundTo(collection).Select(OfService)],
            CustomerKind.Subservice => [.. content.SubserviceFieldsBoundTo(collection).Select(OfService)],
            _ => [.. content.PurchaseOrderFieldsBoundTo(collection).Select(path => new BoundField("", path))],
        };
    }

    private static BoundField OfService((int Service, FieldPath Path) field) =>
        new(field.Service.ToString(CultureInfo.InvariantCulture), field.Path);
}
