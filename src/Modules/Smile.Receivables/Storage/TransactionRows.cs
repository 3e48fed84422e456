using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Smile.Kernel;
using Smile.Session;

namespace Smile.Receivables.Storage;

/// <summary>What the ledger asks of the database in statements of its own.</summary>
public static class TransactionRows
{
    extension(IStageDatabase database)
    {
        /// <summary>
        /// Takes numbers of a company's invoices within the transaction: rolled back with it, so that none is missing. Others who close
        /// invoices of the company wait for its end.
        /// </summary>
        /// <param name="first">The company's very first number.</param>
        /// <returns>The first of them; the others follow it.</returns>
        public async Task<long> TakeInvoiceNumbersAsync(int companyId, long first, int count, CancellationToken cancellation)
        {
            await using var command = (NpgsqlCommand)database.Statements.GetDbConnection().CreateCommand();
            command.Transaction = (NpgsqlTransaction)
                (
                    database.Statements.CurrentTransaction
                    ?? throw new InvalidOperationException("Invoice numbers are taken within a transaction.")
                ).GetDbTransaction();
            command.CommandText = """
                INSERT INTO invoice_number (company_id, last_number) VALUES ($1, $2 - 1 + $3)
                ON CONFLICT (company_id) DO UPDATE SET last_number = invoice_number.last_number + $3
                RETURNING last_number - $3 + 1
                """;
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = companyId });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = first });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = count });
            return (long)(await command.ExecuteScalarAsync(cancellation))!;
        }

        /// <summary>Adds up what is unallocated on an account in one query, however many transactions there are.</summary>
        /// <param name="today">In the account's time zone.</param>
        /// <param name="ageDays">The first day of each age group, from 0 upwards.</param>
        /// <param name="byDueDate">Whether age is counted from the due date, else from the transaction's.</param>
        /// <param name="overdueDays">The overdue days of each treatment level, upwards.</param>
        /// <param name="minimumInvoice">A debit of which less is unallocated is excluded from credit control.</param>
        /// <param name="graceDays">So many days behind its day an instalment of a payment plan is not missed yet.</param>
        public Task<AccountAgedBalance> AgedBalanceAsync(
            Usn account,
            DateOnly today,
            int[] ageDays,
            bool byDueDate,
            int[] overdueDays,
            CancellationToken cancellation,
            decimal minimumInvoice = 0m,
            int graceDays = 0
        ) =>
            AgedBalanceQuery.ExecuteAsync(
                (NpgsqlDataSource)database.Source,
                account,
                today,
                graceDays,
                ageDays,
                byDueDate,
                overdueDays,
                minimumInvoice,
                cancellation
            );

        /// <summary>
        /// The invoices of an account that are overdue and that credit control does not leave alone, those that were due first before the
        /// others.
        /// </summary>
        /// <param name="today">In the account's time zone.</param>
        /// <param name="graceDays">Days behind its due date from which an invoice is overdue.</param>
        /// <param name="planGraceDays">Days behind its due date from which an instalment of a payment plan is missed.</param>
        /// <param name="minimumInvoice">Invoices of which less is owed are left alone.</param>
        public Task<IReadOnlyList<OverdueInvoice>> OverdueInvoicesAsync(
            Usn account,
            DateOnly today,
            int graceDays,
            int planGraceDays,
            decimal minimumInvoice,
            CancellationToken cancellation
        ) =>
            AgedBalanceQuery.OverdueInvoicesAsync(
                (NpgsqlDataSource)database.Source,
                account,
                today,
                graceDays,
                planGraceDays,
                minimumInvoice,
                cancellation
            );

        /// <summary>
        /// Closed debits or credits of an account that are not allocated whole, oldest first: by transaction date, effective time and
        /// number. As they are stored; those that this unit of work has changed come as it has changed them.
        /// </summary>
        /// <param name="after">The last one of the page before; null for the first page.</param>
        public async Task<IReadOnlyList<FinancialTransaction>> NextUnallocatedAsync(
            Usn account,
            bool isDebit,
            FinancialTransaction? after,
            int limit,
            CancellationToken cancellation
        )
        {
            // One statement for each sign, so that each has its own index. The first page begins before everything.
            var (date, effective, number) = after is null
                ? (DateOnly.MinValue, DateTimeOffset.MinValue, "")
                : (after.TransactionDate, after.Effective.ToUniversalTime(), after.Number);
            return isDebit
                ? await database
                    .Transactions.FromSql(
                        $"""
                        SELECT * FROM financial_transaction
                        WHERE account_usn = {account.Value} AND state = 'Closed' AND unallocated_amount > 0
                            AND (transaction_date, effective, number) > ({date}, {effective}, {number})
                        ORDER BY transaction_date, effective, number LIMIT {limit}
                        """
                    )
                    .ToListAsync(cancellation)
                : await database
                    .Transactions.FromSql(
                        $"""
                        SELECT * FROM financial_transaction
                        WHERE account_usn = {account.Value} AND state = 'Closed' AND unallocated_amount < 0
                            AND (transaction_date, effective, number) > ({date}, {effective}, {number})
                        ORDER BY transaction_date, effective, number LIMIT {limit}
                        """
                    )
                    .ToListAsync(cancellation);
        }
    }
}
