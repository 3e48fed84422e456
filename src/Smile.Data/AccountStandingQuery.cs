using Npgsql;
using Smile.Domain.Foundation;
using Smile.Domain.Receivables;

namespace Smile.Data;

/// <summary>Adds up an account's unallocated transactions in the database: a summary costs the server the same for ten as for a thousand.</summary>
internal static class AccountStandingQuery
{
    private const string Subscriptions = "SELECT count(*)::integer, EXISTS (SELECT 1 FROM account_dispute WHERE account_usn = $1 AND settled IS NULL) FROM subscription WHERE account_usn = $1 AND closed IS NULL";

    // Days since a date are counted; a level that begins after so many overdue days has been reached on that day.
    private const string Groups =
        """
        SELECT width_bucket($2 - CASE WHEN $4 THEN coalesce(due_date, transaction_date) ELSE transaction_date END, $3),
               width_bucket($2 - coalesce(due_date, transaction_date), $5),
               unallocated_amount < 0,
               (unallocated_amount > 0 AND unallocated_amount < $6) OR number IN (
                   SELECT wanted.transaction_number FROM payment JOIN wanted_allocation wanted ON wanted.payment_number = payment.number
                   WHERE payment.account_usn = $1 AND payment.status = 'Waiting'
                   UNION ALL
                   SELECT invoice.transaction_number FROM payment_plan plan JOIN payment_plan_invoice invoice ON invoice.payment_plan_number = plan.number
                   WHERE plan.account_usn = $1 AND plan.state = 'Active'),
               sum(unallocated_amount)
        FROM financial_transaction
        WHERE account_usn = $1 AND state = 'Closed' AND unallocated_amount <> 0
        GROUP BY 1, 2, 3, 4
        """;

    public static async Task<AccountStanding> ExecuteAsync(NpgsqlDataSource source, Usn account, DateOnly today, int[] ageDays, bool byDueDate, int[] overdueDays, decimal minimumInvoice, CancellationToken cancellation)
    {
        await using var batch = source.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Subscriptions) { Parameters = { new() { Value = account.Value } } });
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Groups)
        {
            Parameters = { new() { Value = account.Value }, new() { Value = today }, new() { Value = ageDays }, new() { Value = byDueDate }, new() { Value = overdueDays }, new() { Value = minimumInvoice } },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await reader.ReadAsync(cancellation).ConfigureAwait(false);
        var (active, inDispute) = (reader.GetInt32(0), reader.GetBoolean(1));
        await reader.NextResultAsync(cancellation).ConfigureAwait(false);
        var groups = new List<StandingGroup>();
        while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
        {
            groups.Add(new StandingGroup(reader.GetInt32(0), reader.GetInt32(1), reader.GetBoolean(2), reader.GetBoolean(3), reader.GetDecimal(4)));
        }

        return new AccountStanding(groups, active, inDispute);
    }
}
