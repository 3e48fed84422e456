using Microsoft.EntityFrameworkCore;
using Smile.Contracts;
using Smile.Contracts.Faults;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Customers.PurchaseOrders;

/// <summary>getPurchaseOrder() and listPurchaseOrders() (guide, lines 6045, 6102).</summary>
[UseCase]
public sealed class PurchaseOrderQueries(StageSession session)
{
    public async Task<PurchaseOrderType> GetAsync(string purchaseOrderId, CancellationToken cancellation)
    {
        if (
            !Guid.TryParse(purchaseOrderId, out var id)
            || await session
                .Database.PurchaseOrders.AsNoTracking()
                .Include(order => order.Subscriptions)
                .FirstOrDefaultAsync(order => order.Id == id, cancellation)
                is not { } found
            || !session.Caller.MayReach(found.AccountUsn)
        )
        {
            throw NoSuchPurchaseOrder(purchaseOrderId);
        }

        var account = await session
            .Database.Accounts.AsNoTracking()
            .FirstAsync(candidate => candidate.Usn == found.AccountUsn, cancellation);
        return PurchaseOrderDocuments.Document(session.Catalogue, account, found);
    }

    /// <summary>All of the account's, expired and deprecated ones too, oldest first.</summary>
    public async Task<PurchaseOrderListType> ListAsync(string usn, CancellationToken cancellation)
    {
        var account = await session.ReadAccountAsync(usn, cancellation);

        var orders = await session
            .Database.PurchaseOrders.AsNoTracking()
            .Include(order => order.Subscriptions)
            .Where(order => order.AccountUsn == account.Usn)
            .OrderBy(order => order.Created)
            .ThenBy(order => order.Number)
            .ToListAsync(cancellation);
        return new PurchaseOrderListType
        {
            PurchaseOrder = [.. orders.Select(order => PurchaseOrderDocuments.Document(session.Catalogue, account, order))],
        };
    }

    internal static SmileException NoSuchPurchaseOrder(string id) =>
        Refuse.NotFound(
            "purchaseOrderId",
            id,
            "There is no such purchase order, or you may not access it. Use listPurchaseOrders().",
            Missing.PurchaseOrder
        );
}
