using Smile.CustomCollections;
using Smile.Customers.Accounts.Storage;
using Smile.Customers.Storage;
using Smile.Session;

namespace Smile.Customers;

/// <summary>
/// What of customers refers to entries of custom collections: accounts, subscriptions, subservices and purchase orders, open or closed.
/// Whoever changes their fields locks their account first.
/// </summary>
[UseCase]
public sealed class CustomerReferences(StageSession session) : RowReferences(session, CustomerTables.Referring)
{
    public override async Task LockAsync(ReferenceOwnerKind kind, IReadOnlyCollection<string> keys, CancellationToken cancellation)
    {
        if (kind == ReferenceOwnerKind.Account)
        {
            await Session.Database.LockAccountsWithoutReadingAsync(keys, cancellation);
        }
    }
}
