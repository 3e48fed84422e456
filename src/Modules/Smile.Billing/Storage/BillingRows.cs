using Microsoft.EntityFrameworkCore;
using Smile.Customers.Accounts;
using Smile.Kernel;
using Smile.Receivables;
using Smile.Session;

namespace Smile.Billing.Storage;

/// <summary>Locks the accounts that billing is due for, and reads what it has raised.</summary>
internal static class BillingRows
{
    extension(IStageDatabase database)
    {
        /// <summary>
        /// Locks accounts whose earliest unbilled period ends on a day, by their USNs; those that somebody else has locked, that are held
        /// or that failed in this run are left out.
        /// </summary>
        /// <param name="ended">The last day that has ended, by the number of the time zone.</param>
        public async Task<IReadOnlyList<Account>> LockAccountsToBillAsync(
            int billingRun,
            DateOnly periodEnd,
            IReadOnlyDictionary<int, DateOnly> ended,
            int limit,
            CancellationToken cancellation
        )
        {
            var zones = ended.Where(zone => zone.Value >= periodEnd).Select(zone => zone.Key).ToArray();
            return await database
                .Set<Account>()
                .FromSql(
                    $"""
                    SELECT * FROM account
                    WHERE next_bill = {periodEnd} AND time_zone_id = ANY ({zones}) AND NOT EXISTS (
                        SELECT 1 FROM bill WHERE bill.account_usn = account.usn AND bill.period_end = account.next_bill
                            AND (bill.status = 'Holding' OR (bill.status = 'Error' AND bill.billing_run_id = {billingRun})))
                    ORDER BY usn LIMIT {limit} FOR UPDATE SKIP LOCKED
                    """
                )
                .ToListAsync(cancellation);
        }

        /// <summary>
        /// Locks accounts that were approved and whose first bill has no day yet; those that somebody else has locked are left out.
        /// </summary>
        public async Task<IReadOnlyList<Account>> LockUnplannedAccountsAsync(int limit, CancellationToken cancellation) =>
            await database
                .Set<Account>()
                .FromSql(
                    $"""
                    SELECT * FROM account WHERE next_bill IS NULL AND provision_status = 'Provisioned' AND closed IS NULL
                    ORDER BY usn LIMIT {limit} FOR UPDATE SKIP LOCKED
                    """
                )
                .ToListAsync(cancellation);

        /// <summary>
        /// The lines that billing raised for periods that end on a day or later, the day being each subscription's or account's own. Not to
        /// be changed.
        /// </summary>
        public async Task<IReadOnlyList<TransactionItem>> RaisedChargeLinesAsync(
            IReadOnlyCollection<(Usn Usn, DateOnly From)> wanted,
            CancellationToken cancellation
        )
        {
            var usns = wanted.Select(each => each.Usn.Value).ToArray();
            var days = wanted.Select(each => each.From).ToArray();
            return await database
                .Set<TransactionItem>()
                .FromSql(
                    $"""
                    SELECT item.* FROM unnest({usns}, {days}) AS wanted (usn, day)
                    JOIN transaction_item item ON item.usn = wanted.usn AND item.period_to >= wanted.day
                    WHERE item.charge_source IS NOT NULL
                    """
                )
                .AsNoTracking()
                .OrderBy(item => item.Id)
                .ToListAsync(cancellation);
        }
    }
}
