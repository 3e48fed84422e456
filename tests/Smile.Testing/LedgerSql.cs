using System.Data.Common;

namespace Smile.Testing;

/// <summary>SQL about accounts' money that several test projects use.</summary>
public static class LedgerSql
{
    /// <summary>
    /// What must hold of accounts' money whatever was done: each row of the answer's text names something that does not hold; empty where
    /// all does. The accounts' USNs are <c>$1</c>.
    /// </summary>
    public const string Broken = """
        WITH line AS (
            -- A line may be charged to another USN than the one whose days it is for.
            SELECT item.*, (item.charge_source LIKE 'of/%') AS is_moved, coalesce(transaction.state, 'Deferred') AS state,
                transaction.reversed_by IS NOT NULL AS is_reversed
            FROM transaction_item item LEFT JOIN financial_transaction transaction ON transaction.number = item.transaction_number
            WHERE item.account_usn = ANY ($1) AND item.withdrawn IS NULL
        ), given_back AS (
            -- Of each charge, what bills credited of its days, what was retracted, and whether its transaction was reversed.
            SELECT charge.charge_id, charge.amount, charge.is_reversed, coalesce(sum(back.amount) FILTER (WHERE back.state <> 'Deleted'
                AND NOT back.is_reversed AND (back.takes_back IS NOT NULL OR back.state <> 'Open')), 0) AS given
            FROM line charge LEFT JOIN line back ON charge.charge_id IN (back.takes_back, back.retracts_charge_id)
            WHERE charge.charge_id IS NOT NULL AND charge.state <> 'Deleted'
            GROUP BY charge.charge_id, charge.amount, charge.is_reversed
        ), charged AS (
            -- How often each day of each subscription is charged by each source, whatever account it was on.
            SELECT usn, source, day::date, sum(CASE WHEN takes_back IS NULL THEN 1 ELSE -1 END) AS times,
                sum(CASE WHEN takes_back IS NOT NULL THEN -1 WHEN is_credited THEN 0 ELSE 1 END) AS kept,
                CASE WHEN source LIKE 'plan/%' THEN split_part(source, '/', 3) END AS schedule,
                CASE WHEN source LIKE 'plan/%' THEN split_part(split_part(source, '/', 4), ' ', 1) END AS plan
            FROM (
                SELECT CASE WHEN is_moved THEN split_part(charge_source, '/', 2) ELSE usn END AS usn, CASE WHEN is_moved
                THEN regexp_replace(charge_source, '^of/[^/]+/', '') ELSE charge_source END AS source,
                    takes_back, covers_from, covers_to,
                    is_reversed OR EXISTS (SELECT 1 FROM line back WHERE back.retracts_charge_id = line.charge_id
                        AND back.state IN ('Closed', 'Deferred') AND NOT back.is_reversed) AS is_credited
                FROM line WHERE charge_source IS NOT NULL) AS covering,
                generate_series(covers_from::timestamp, covers_to::timestamp, interval '1 day') AS day
            GROUP BY 1, 2, 3
        )
        SELECT coalesce(string_agg(problem, '; '), '') FROM (
            SELECT 'balance of ' || usn || ' is not the sum of its closed transactions' AS problem FROM account
            WHERE usn = ANY ($1) AND balance <> coalesce((SELECT sum(amount) FROM financial_transaction WHERE account_usn = usn
                AND state = 'Closed'), 0)
            UNION ALL
            SELECT 'unallocated amounts of ' || usn || ' do not add up to the balance' FROM account
            WHERE usn = ANY ($1) AND balance <> coalesce((SELECT sum(unallocated_amount) FROM financial_transaction WHERE account_usn = usn
                AND state = 'Closed'), 0)
            UNION ALL
            SELECT 'the open items of ' || coalesce(kept.account_usn, item.account_usn) || ' of ' || coalesce(kept.transaction_date,
                item.transaction_date) || ' are not what is kept of the day'
            FROM (SELECT * FROM open_day WHERE account_usn = ANY ($1)) AS kept
                FULL JOIN (
                    SELECT account_usn, transaction_date, coalesce(due_date, transaction_date) AS due, unallocated_amount < 0 AS is_credit,
                        source = 'CreditControl' AS is_late_fee,
                        sum(unallocated_amount) AS amount, count(*) AS items
                    FROM financial_transaction WHERE account_usn = ANY ($1) AND state = 'Closed' AND unallocated_amount <> 0
                        GROUP BY 1, 2, 3, 4, 5) AS item
                USING (account_usn, transaction_date, due, is_credit, is_late_fee)
            WHERE kept.amount IS DISTINCT FROM item.amount OR kept.items IS DISTINCT FROM item.items
            UNION ALL
            SELECT number || ' has ' || unallocated_amount || ' unallocated of ' || amount || ' and ' || allocated || ' allocated' FROM (
                SELECT number, amount, unallocated_amount, coalesce((SELECT sum(allocation.amount) FROM allocation
                WHERE number IN (debit_number, credit_number) AND deallocated IS NULL), 0) AS allocated
                FROM financial_transaction WHERE account_usn = ANY ($1) AND state = 'Closed') AS used
            WHERE abs(amount) - allocated <> abs(unallocated_amount)
            UNION ALL
            SELECT 'an allocation of ' || debit.number || ' and ' || credit.number || ' joins the wrong sides' FROM allocation
                JOIN financial_transaction debit ON debit.number = debit_number
                    JOIN financial_transaction credit ON credit.number = credit_number
            WHERE allocation.account_usn = ANY ($1)
                AND (debit.amount <= 0 OR credit.amount >= 0 OR debit.account_usn <> credit.account_usn
                    OR (deallocated IS NULL AND (debit.state <> 'Closed' OR credit.state <> 'Closed')))
            UNION ALL
            SELECT number || ' is not the sum of its lines' FROM financial_transaction
            WHERE account_usn = ANY ($1) AND EXISTS (SELECT 1 FROM transaction_item WHERE transaction_number = number)
              AND (amount, gst_amount) <> (SELECT sum(item.amount), coalesce(sum(item.amount) FILTER (WHERE is_gst), 0)
                  FROM transaction_item item WHERE transaction_number = number AND rolled_up_into IS NULL)
            UNION ALL
            SELECT number || ' and what took it back do not cancel' FROM financial_transaction taken
            WHERE account_usn = ANY ($1) AND reversed_by IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM financial_transaction back WHERE back.number = taken.reversed_by
                  AND back.amount = -taken.amount AND back.referenced_number = taken.number AND back.unallocated_amount = 0
                      AND taken.unallocated_amount = 0)
            UNION ALL
            SELECT 'posting ' || posting_id || ' does not balance on ' || posting_date FROM ledger_entry WHERE account_usn = ANY ($1)
            GROUP BY posting_id, posting_date HAVING sum(amount) <> 0
            UNION ALL
            SELECT 'debtors of ' || usn || ' are not its unallocated debits' FROM account
            WHERE usn = ANY ($1) AND coalesce((SELECT sum(amount) FROM ledger_entry WHERE account_usn = usn AND ledger_account = '1100'), 0)
                <> coalesce((SELECT sum(unallocated_amount) FROM financial_transaction WHERE account_usn = usn AND state = 'Closed'
                    AND amount > 0), 0)
            UNION ALL
            SELECT 'unallocated credits of ' || usn || ' are not its own' FROM account
            WHERE usn = ANY ($1) AND coalesce((SELECT sum(amount) FROM ledger_entry WHERE account_usn = usn AND ledger_account = '2050'), 0)
                <> coalesce((SELECT sum(unallocated_amount) FROM financial_transaction WHERE account_usn = usn AND state = 'Closed'
                    AND amount < 0), 0)
            UNION ALL
            SELECT 'the books of ' || account_usn || ' have ' || through || ' on ' || ledger_account || ' through ' || posting_date FROM (
                SELECT account_usn, ledger_account, posting_date, sum(amount) AS moved,
                    sum(sum(amount)) OVER (PARTITION BY account_usn, ledger_account
                        ORDER BY posting_date) AS through, max(max(entered)) OVER () AS now
                FROM ledger_entry WHERE account_usn = ANY ($1) AND ledger_account IN ('1100', '2050') GROUP BY 1, 2, 3) AS standing
            WHERE posting_date >= now::date AND (CASE ledger_account WHEN '1100' THEN through < 0 ELSE through > 0 END)
            UNION ALL
            SELECT 'transfers do not cancel'
            WHERE coalesce((SELECT sum(amount) FROM ledger_entry WHERE account_usn = ANY ($1) AND ledger_account = '2900'), 0) <> 0
            UNION ALL
            SELECT 'the trial balance is not zero'
            WHERE coalesce((SELECT sum(amount) FROM ledger_entry WHERE account_usn = ANY ($1)), 0) <> 0
            UNION ALL
            SELECT usn || ' ' || source || ' ' || day || ' is charged ' || times || ' times' FROM charged WHERE times NOT IN (0, 1)
            UNION ALL
            SELECT usn || ' is charged ' || string_agg(DISTINCT plan, ' and ') || ' on ' || day FROM charged
            WHERE plan IS NOT NULL AND kept = 1 GROUP BY usn, schedule, day HAVING count(DISTINCT plan) > 1
            UNION ALL
            SELECT 'of the charge ' || charge_id || ' of ' || amount || ', ' || given || ' was given back' FROM given_back
            WHERE sign(amount) * (amount + given) < 0 OR (is_reversed AND given <> 0)
            UNION ALL
            SELECT 'the tax of ' || number || ' is ' || gst_amount || ', that of its charges ' || tax FROM (
                SELECT number, transaction.gst_amount, coalesce((SELECT sum(charge.gst_amount) FROM transaction_item charge
                WHERE charge.transaction_number = number AND charge.rolled_up_into IS NULL), 0) AS tax
                FROM financial_transaction transaction
                WHERE account_usn = ANY ($1) AND type IN ('Invoice', 'Quote')
                    AND EXISTS (SELECT 1 FROM transaction_item WHERE transaction_number = number)) AS taxed
            WHERE gst_amount <> tax
            UNION ALL
            SELECT 'invoice ' || number || ' was due on ' || due_date || ', before it became one on ' || close_date
            FROM financial_transaction invoice
            WHERE account_usn = ANY ($1) AND type = 'Invoice' AND state = 'Closed' AND open_date < close_date
                AND transaction_date <= open_date AND due_date < close_date
              AND NOT EXISTS (SELECT 1 FROM ledger_entry WHERE transaction_number = number AND event = 'Reopened')
            UNION ALL
            SELECT 'payment ' || number || ' was given back whole, and its surcharge stands' FROM payment
            WHERE account_usn = ANY ($1) AND amount = (SELECT sum(refund.amount) FROM payment_refund refund
                WHERE payment_number = payment.number AND refund.status = 'Accepted')
              AND EXISTS (SELECT 1 FROM financial_transaction surcharge WHERE surcharge.number = surcharge_number
                  AND surcharge.reversed_by IS NULL)
            UNION ALL
            SELECT 'of payment ' || number || ' more than all was given back' FROM payment
            WHERE account_usn = ANY ($1) AND amount < (SELECT sum(refund.amount) FROM payment_refund refund
                WHERE payment_number = payment.number AND refund.status <> 'Declined')
            UNION ALL
            SELECT 'messages of ' || aggregate || ' have gaps' FROM outbox_message WHERE aggregate = ANY ($1) GROUP BY aggregate
            HAVING max(sequence) <> count(*)
        ) AS broken
        """;

    /// <summary>
    /// Repeats the transactions of an account so often, with a description as long as the caller needs. For tests of reading only: neither
    /// the balance nor the journal follows. Each piece is a transaction of its own: within one, every row of a day writes that day's sum
    /// anew, and finds it behind all its older versions.
    /// </summary>
    public static async Task RepeatAsync(DbDataSource source, string usn, int copies, string description)
    {
        const int piece = 1_000;
        for (var done = 0; done < copies; done += piece)
        {
            await using var command = source.CreateCommand(Repeat);
            foreach (var value in new object[] { usn, done + 1, Math.Min(done + piece, copies), description })
            {
                var parameter = command.CreateParameter();
                parameter.Value = value;
                command.Parameters.Add(parameter);
            }

            await command.ExecuteNonQueryAsync();
        }
    }

    private const string Repeat = """
        INSERT INTO financial_transaction
            (number, account_usn, type, state, company_id, account_type_id, currency, amount, gst_amount, unallocated_amount, effective,
             logged,
             sales_report_category, gl_code, description, entered_by, transaction_date, due_date, open_date, close_date, source, discount,
             suppress_auto_payment, changed_by)
        SELECT number || '-' || copy, account_usn, type, state, company_id, account_type_id, currency, amount, gst_amount, amount,
            effective, logged,
            sales_report_category, gl_code, $4, entered_by, transaction_date, due_date, open_date, close_date, source, discount,
            suppress_auto_payment, changed_by
        FROM financial_transaction, generate_series($2, $3) AS copy WHERE account_usn = $1 AND number NOT LIKE '%-%'
        """;
}
