using Smile.CustomCollections;
using Smile.Ordering.Storage;
using Smile.Session;

namespace Smile.Ordering;

/// <summary>
/// Order forms that refer to entries of custom collections, while the order waits: then they are still to become fields of accounts and
/// subscriptions, or are changed together with them. Forms of orders that are done say what was ordered, and are left as they are.
/// </summary>
[UseCase]
public sealed class OrderReferences(StageSession session) : RowReferences(session, [OrderRows.Waiting])
{
    public override async Task LockAsync(ReferenceOwnerKind kind, IReadOnlyCollection<string> keys, CancellationToken cancellation)
    {
        if (kind == ReferenceOwnerKind.OrderGroup)
        {
            await Session.Database.LockOrderGroupsAsync(keys, cancellation);
        }
    }
}
