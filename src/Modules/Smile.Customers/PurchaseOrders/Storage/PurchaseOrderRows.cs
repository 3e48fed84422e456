using Microsoft.EntityFrameworkCore;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Customers.PurchaseOrders.Storage;

/// <summary>Changes purchase orders by statements of their own.</summary>
public static class PurchaseOrderRows
{
    extension(IStageDatabase database)
    {
        /// <summary>
        /// Takes a subscription that leaves its account out of the account's purchase orders. The audit trail is told who does it: a row
        /// that is removed cannot say so.
        /// </summary>
        /// <param name="changedBy">Who does it, for the audit trail.</param>
        public Task LeavePurchaseOrdersAsync(Usn subscriptionUsn, Usn changedBy, CancellationToken cancellation) =>
            database.Statements.ExecuteSqlAsync(
                $"""
                SELECT set_config('smile.changed_by', {changedBy.Value}, true);
                DELETE FROM purchase_order_subscription WHERE subscription_usn = {subscriptionUsn.Value};
                """,
                cancellation
            );
    }
}
