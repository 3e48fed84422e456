using Microsoft.EntityFrameworkCore;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Receivables.InvoiceGroupings.Storage;

/// <summary>Changes invoice groupings by statements of their own.</summary>
public static class InvoiceGroupingRows
{
    extension(IStageDatabase database)
    {
        /// <summary>
        /// Takes a subscription that leaves its account out of the account's invoice groupings. The audit trail is told who does it: a row
        /// that is removed cannot say so.
        /// </summary>
        /// <param name="changedBy">Who does it, for the audit trail.</param>
        public Task LeaveGroupingsAsync(Usn subscriptionUsn, Usn changedBy, CancellationToken cancellation) =>
            database.Statements.ExecuteSqlAsync(
                $"""
                SELECT set_config('smile.changed_by', {changedBy.Value}, true);
                DELETE FROM grouped_subscription WHERE subscription_usn = {subscriptionUsn.Value};
                UPDATE invoice_grouping SET rollup_to_usn = account_usn, changed_by = {changedBy.Value}
                WHERE rollup_to_usn = {subscriptionUsn.Value}
                    AND account_usn = (SELECT account_usn FROM subscription WHERE usn = {subscriptionUsn.Value});
                """,
                cancellation
            );
    }
}
