using System.Data.Common;
using Npgsql;
using Smile.Domain.Foundation;
using Smile.Domain.Receivables;

namespace Smile.Data;

/// <summary>Adds up an account's unallocated transactions in the database: a summary costs the server the same for ten as for a thousand.</summary>
internal static class AccountStandingQuery
{
    private const string Subscriptions = "SELECT count(*)::integer, EXISTS (SELECT 1 FROM account_dispute WHERE account_usn = $1 AND settled IS NULL) FROM subscription WHERE account_usn = $1 AND closed IS NULL";

    /// <summary>
    /// What is unallocated of the account ($1) on a day ($2), and how much of it credit control leaves alone: what a payment that waits will
    /// pay, and what is in a payment plan that is kept to. A payment of the balance takes all that is owed when it is sent. A plan is kept to
    /// while what is owed of its invoices is no more than the instalments to come: those whose day is not over, with the days of grace ($3),
    /// and those whose payment is still tried. OFFSET 0 has what is left alone worked out once a row, without
    /// keeping the rows: the queries look at it several times.
    /// </summary>
    private const string Items =
        """
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
        ), item AS (
            SELECT debit.number, debit.type, debit.source, debit.transaction_date, debit.effective, coalesce(debit.due_date, debit.transaction_date) AS due, debit.unallocated_amount AS unallocated,
                   CASE WHEN debit.unallocated_amount < 0 THEN 0
                        WHEN debit.number IN (SELECT number FROM planned) OR EXISTS (SELECT 1 FROM payment WHERE account_usn = $1 AND status = 'Waiting' AND origin = 'Balance') THEN debit.unallocated_amount
                        ELSE least(debit.unallocated_amount, coalesce(named.amount, 0)) END AS left_alone
            FROM financial_transaction debit LEFT JOIN named ON named.number = debit.number
            WHERE debit.account_usn = $1 AND debit.state = 'Closed' AND debit.unallocated_amount <> 0
            OFFSET 0
        )

        """;

    // Days since a date are counted; a level that begins after so many overdue days has been reached on that day.
    // Items are added up before they are parted into what is left alone and what is not: an account may have thousands of them, and has few groups.
    private const string Groups = Items +
        """
        , grouped AS (
            SELECT width_bucket($2 - CASE WHEN $5 THEN due ELSE transaction_date END, $4) AS age,
                   width_bucket($2 - due, $6) AS overdue,
                   unallocated < 0 AS is_credit,
                   unallocated > 0 AND unallocated - left_alone < $7 AS is_small,
                   source = 'CreditControl' AS is_late_fee,
                   sum(left_alone) AS left_alone,
                   sum(unallocated) - sum(left_alone) AS counted
            FROM item
            GROUP BY 1, 2, 3, 4, 5
        )
        SELECT age, overdue, is_credit, part.left_alone OR is_small, is_late_fee, sum(part.amount)
        FROM grouped CROSS JOIN LATERAL (VALUES (grouped.left_alone, true), (counted, false)) AS part (amount, left_alone)
        WHERE part.amount <> 0
        GROUP BY 1, 2, 3, 4, 5
        """;

    /// <summary>Of what is overdue, credits that nobody has allocated will settle the oldest.</summary>
    private const string Overdue = Items +
        """
        , owed AS (
            SELECT item.*,
                   unallocated - left_alone
                       - greatest(0, least(unallocated - left_alone, (SELECT coalesce(-sum(unallocated), 0) FROM item WHERE unallocated < 0) - sum(unallocated - left_alone) OVER oldest + unallocated - left_alone)) AS amount
            FROM item
            WHERE unallocated > 0
            WINDOW oldest AS (ORDER BY transaction_date, effective, number)
        )
        SELECT number, $2 - due - $5, amount, source = 'CreditControl'
        FROM owed
        WHERE type = 'Invoice' AND due + $5 < $2 AND amount > 0 AND amount >= $4
        ORDER BY due, transaction_date, number
        """;

    public static async Task<IReadOnlyList<OverdueInvoice>> OverdueInvoicesAsync(NpgsqlDataSource source, Usn account, DateOnly today, int graceDays, int planGraceDays, decimal minimumInvoice, CancellationToken cancellation)
    {
        await using var batch = source.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Overdue)
        {
            Parameters = { new() { Value = account.Value }, new() { Value = today }, new() { Value = planGraceDays }, new() { Value = minimumInvoice }, new() { Value = graceDays } },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        return await ReadAsync(reader, row => new OverdueInvoice(row.GetString(0), row.GetInt32(1), row.GetDecimal(2), row.GetBoolean(3)), cancellation).ConfigureAwait(false);
    }

    public static async Task<AccountStanding> ExecuteAsync(
        NpgsqlDataSource source, Usn account, DateOnly today, int graceDays, int[] ageDays, bool byDueDate, int[] overdueDays, decimal minimumInvoice, CancellationToken cancellation)
    {
        await using var batch = source.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Subscriptions) { Parameters = { new() { Value = account.Value } } });
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Groups)
        {
            Parameters =
            {
                new() { Value = account.Value }, new() { Value = today }, new() { Value = graceDays }, new() { Value = ageDays }, new() { Value = byDueDate }, new() { Value = overdueDays }, new() { Value = minimumInvoice },
            },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await reader.ReadAsync(cancellation).ConfigureAwait(false);
        var (active, inDispute) = (reader.GetInt32(0), reader.GetBoolean(1));
        await reader.NextResultAsync(cancellation).ConfigureAwait(false);
        var groups = await ReadAsync(reader, row => new StandingGroup(row.GetInt32(0), row.GetInt32(1), row.GetBoolean(2), row.GetBoolean(3), row.GetBoolean(4), row.GetDecimal(5)), cancellation).ConfigureAwait(false);
        return new AccountStanding(groups, active, inDispute);
    }

    private static async Task<IReadOnlyList<TRow>> ReadAsync<TRow>(DbDataReader reader, Func<DbDataReader, TRow> read, CancellationToken cancellation)
    {
        var rows = new List<TRow>();
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
