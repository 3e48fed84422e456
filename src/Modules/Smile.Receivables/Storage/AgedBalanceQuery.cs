using System.Data.Common;
using Npgsql;
using Smile.Kernel;

namespace Smile.Receivables.Storage;

/// <summary>
/// Adds up an account's unallocated transactions in the database: a summary costs the server the same for ten as for a thousand.
/// </summary>
internal static class AgedBalanceQuery
{
    private const string Subscriptions = """
        SELECT count(*)::integer, EXISTS (SELECT 1 FROM account_dispute WHERE account_usn = $1 AND settled IS NULL)
        FROM subscription WHERE account_usn = $1 AND closed IS NULL
        """;

    /// <summary>
    /// What credit control leaves alone of the account ($1) on a day ($2): what a payment that waits will pay, and what is in a payment
    /// plan that is kept to. A plan is kept to while what is owed of its invoices is no more than the instalments to come: those whose day
    /// is not over, with the days of grace ($3), and those whose payment is still tried. A payment that names no debit will pay the oldest;
    /// one of the balance takes all that is owed when it is sent.
    /// </summary>
    private const string LeftAlone = """
        WITH named AS (
            SELECT wanted.transaction_number AS number, sum(wanted.amount) AS amount
            FROM payment JOIN wanted_allocation wanted ON wanted.payment_number = payment.number
            WHERE payment.account_usn = $1 AND payment.status = 'Waiting'
            GROUP BY wanted.transaction_number
        ), planned AS (
            SELECT invoice.transaction_number AS number
            FROM payment_plan plan JOIN payment_plan_invoice invoice ON invoice.payment_plan_number = plan.number
            WHERE plan.account_usn = $1 AND plan.state = 'Active'
                AND (SELECT coalesce(sum(instalment.amount), 0)
                     FROM payment_plan_instalment instalment LEFT JOIN payment ON payment.number = instalment.payment_number
                     WHERE instalment.payment_plan_number = plan.number AND (instalment.due + $3 >= $2 OR payment.status = 'Waiting'))
                    + (SELECT coalesce(sum(payment.amount - payment.surcharge_amount), 0)
                       FROM payment
                       WHERE payment.payment_plan_number = plan.number AND payment.status = 'Waiting' AND payment.origin <> 'Plan')
                    >= (SELECT coalesce(sum(debit.unallocated_amount), 0)
                        FROM payment_plan_invoice other JOIN financial_transaction debit ON debit.number = other.transaction_number
                        WHERE other.payment_plan_number = plan.number AND debit.state = 'Closed')
        ), unnamed AS (
            SELECT coalesce(sum(amount - surcharge_amount), 0) AS amount
            FROM payment
            WHERE account_usn = $1 AND status = 'Waiting' AND origin NOT IN ('Balance', 'Plan') AND payment_plan_number IS NULL
                AND invoice_number IS NULL
                AND NOT EXISTS (SELECT 1 FROM wanted_allocation WHERE payment_number = payment.number)
        ), balance AS (
            SELECT EXISTS (SELECT 1 FROM payment WHERE account_usn = $1 AND status = 'Waiting' AND origin = 'Balance') AS is_paid
        )
        """;

    /// <summary>Debits of the account with what is left alone of each.</summary>
    private const string Debits = """
            SELECT debit.number, debit.type, debit.source, debit.invoice_number, debit.transaction_date, debit.effective,
                   coalesce(debit.due_date, debit.transaction_date) AS due,
                   debit.unallocated_amount AS unallocated,
                   CASE WHEN debit.number IN (SELECT number FROM planned)
                            OR (SELECT is_paid FROM balance) THEN debit.unallocated_amount
                        ELSE least(debit.unallocated_amount, coalesce(named.amount, 0)) END AS left_alone
            FROM financial_transaction debit LEFT JOIN named ON named.number = debit.number
            WHERE debit.account_usn = $1 AND debit.state = 'Closed' AND debit.unallocated_amount > 0
        """;

    // Days since a date are counted; a level that begins after so many overdue days has been reached on that day.
    // Sums are kept by day. Taken out of them and looked at one by one are the few debits that wait for a payment, and those that are too
    // small ($7): an account may have thousands of open transactions.
    private const string Groups =
        LeftAlone
        + """
            , one AS (
            """
        + Debits
        + """
                    AND debit.number IN (
                        SELECT number FROM named
                        UNION SELECT number FROM planned
                        UNION SELECT number FROM financial_transaction
                              WHERE account_usn = $1 AND state = 'Closed' AND unallocated_amount > 0 AND unallocated_amount < $7)
            ), part AS (
                SELECT transaction_date, due, is_credit, is_late_fee, amount,
                       NOT is_credit AND (SELECT is_paid FROM balance) AS left_alone
                FROM open_day WHERE account_usn = $1
                UNION ALL
                SELECT transaction_date, due, false, source = 'CreditControl', split.amount, split.left_alone
                FROM one CROSS JOIN LATERAL (VALUES
                    (-unallocated, (SELECT is_paid FROM balance)),
                    (one.left_alone, true),
                    (unallocated - one.left_alone, unallocated - one.left_alone < $7)) AS split (amount, left_alone)
            ), netted AS (
                SELECT transaction_date, due, is_credit, is_late_fee, left_alone, sum(amount) AS amount
                FROM part GROUP BY 1, 2, 3, 4, 5 HAVING sum(amount) <> 0
            ), covered AS (
                SELECT netted.*,
                       CASE WHEN is_credit OR left_alone THEN 0
                            ELSE greatest(0, least(amount, (SELECT unnamed.amount FROM unnamed)
                                - (sum(amount) FILTER (WHERE NOT is_credit
                                    AND NOT left_alone) OVER (ORDER BY transaction_date, due, is_late_fee) - amount))) END AS paid
                FROM netted
            )
            SELECT width_bucket($2 - CASE WHEN $5 THEN due ELSE transaction_date END, $4) AS age, width_bucket($2 - due, $6) AS overdue,
                   is_credit, split.left_alone, is_late_fee, sum(split.amount)
            FROM covered CROSS JOIN LATERAL (VALUES (amount - paid, covered.left_alone), (paid, true)) AS split (amount, left_alone)
            WHERE split.amount <> 0
            GROUP BY 1, 2, 3, 4, 5
            """;

    /// <summary>
    /// Of what is overdue, credits that nobody has allocated, and payments that wait and name no debit, will settle the oldest.
    /// </summary>
    private const string Overdue =
        LeftAlone
        + """
            , item AS (
            """
        + Debits
        + """
                OFFSET 0 -- what is left alone is worked out once a row, and looked at several times
            ), owed AS (
                SELECT item.*,
                       unallocated - left_alone
                           - greatest(0, least(unallocated - left_alone,
                               (SELECT coalesce(-sum(amount), 0) FROM open_day WHERE account_usn = $1 AND is_credit)
                               + (SELECT unnamed.amount FROM unnamed)
                               - sum(unallocated - left_alone) OVER oldest + unallocated - left_alone)) AS amount
                FROM item
                WINDOW oldest AS (ORDER BY transaction_date, effective, number)
            )
            SELECT number, $2 - due - $5, amount, source = 'CreditControl', coalesce(invoice_number, number), due
            FROM owed
            WHERE type = 'Invoice' AND due + $5 < $2 AND amount > 0 AND amount >= $4
            ORDER BY due, transaction_date, number
            """;

    public static async Task<IReadOnlyList<OverdueInvoice>> OverdueInvoicesAsync(
        NpgsqlDataSource source,
        Usn account,
        DateOnly today,
        int graceDays,
        int planGraceDays,
        decimal minimumInvoice,
        CancellationToken cancellation
    )
    {
        await using var batch = source.CreateBatch();
        batch.BatchCommands.Add(
            new NpgsqlBatchCommand(Overdue)
            {
                Parameters =
                {
                    new() { Value = account.Value },
                    new() { Value = today },
                    new() { Value = planGraceDays },
                    new() { Value = minimumInvoice },
                    new() { Value = graceDays },
                },
            }
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        return await ReadAsync(
            reader,
            row => new OverdueInvoice(
                row.GetString(0),
                row.GetInt32(1),
                row.GetDecimal(2),
                row.GetBoolean(3),
                row.GetString(4),
                row.GetFieldValue<DateOnly>(5)
            ),
            cancellation
        );
    }

    public static async Task<AccountAgedBalance> ExecuteAsync(
        NpgsqlDataSource source,
        Usn account,
        DateOnly today,
        int graceDays,
        int[] ageDays,
        bool byDueDate,
        int[] overdueDays,
        decimal minimumInvoice,
        CancellationToken cancellation
    )
    {
        await using var batch = source.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Subscriptions) { Parameters = { new() { Value = account.Value } } });
        batch.BatchCommands.Add(
            new NpgsqlBatchCommand(Groups)
            {
                Parameters =
                {
                    new() { Value = account.Value },
                    new() { Value = today },
                    new() { Value = graceDays },
                    new() { Value = ageDays },
                    new() { Value = byDueDate },
                    new() { Value = overdueDays },
                    new() { Value = minimumInvoice },
                },
            }
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var (active, inDispute) = (reader.GetInt32(0), reader.GetBoolean(1));
        await reader.NextResultAsync(cancellation);
        var groups = await ReadAsync(
            reader,
            row => new AgedBalanceGroup(
                row.GetInt32(0),
                row.GetInt32(1),
                row.GetBoolean(2),
                row.GetBoolean(3),
                row.GetBoolean(4),
                row.GetDecimal(5)
            ),
            cancellation
        );
        return new AccountAgedBalance(groups, active, inDispute);
    }

    private static async Task<IReadOnlyList<TRow>> ReadAsync<TRow>(
        DbDataReader reader,
        Func<DbDataReader, TRow> read,
        CancellationToken cancellation
    )
    {
        var rows = new List<TRow>();
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
