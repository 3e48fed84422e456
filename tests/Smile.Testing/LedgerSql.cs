namespace Smile.Testing;

/// <summary>SQL about accounts' money that several test projects use.</summary>
public static class LedgerSql
{
    /// <summary>
    /// What must hold of accounts' money whatever was done: each row of the answer's text names something that does not hold; empty where all does.
    /// The accounts' USNs are <c>$1</c>.
    /// </summary>
    public const string Broken =
        """
        SELECT coalesce(string_agg(problem, '; '), '') FROM (
            SELECT 'balance of ' || usn || ' is not the sum of its closed transactions' AS problem FROM account
            WHERE usn = ANY ($1) AND balance <> coalesce((SELECT sum(amount) FROM financial_transaction WHERE account_usn = usn AND state = 'Closed'), 0)
            UNION ALL
            SELECT 'unallocated amounts of ' || usn || ' do not add up to the balance' FROM account
            WHERE usn = ANY ($1) AND balance <> coalesce((SELECT sum(unallocated_amount) FROM financial_transaction WHERE account_usn = usn AND state = 'Closed'), 0)
            UNION ALL
            SELECT number || ' has ' || unallocated_amount || ' unallocated of ' || amount || ' and ' || allocated || ' allocated' FROM (
                SELECT number, amount, unallocated_amount, coalesce((SELECT sum(allocation.amount) FROM allocation WHERE number IN (debit_number, credit_number) AND deallocated IS NULL), 0) AS allocated
                FROM financial_transaction WHERE account_usn = ANY ($1) AND state = 'Closed') AS used
            WHERE abs(amount) - allocated <> abs(unallocated_amount)
            UNION ALL
            SELECT 'an allocation of ' || debit.number || ' and ' || credit.number || ' joins the wrong sides' FROM allocation
                JOIN financial_transaction debit ON debit.number = debit_number JOIN financial_transaction credit ON credit.number = credit_number
            WHERE allocation.account_usn = ANY ($1) AND (debit.amount <= 0 OR credit.amount >= 0 OR debit.account_usn <> credit.account_usn OR (deallocated IS NULL AND (debit.state <> 'Closed' OR credit.state <> 'Closed')))
            UNION ALL
            SELECT number || ' is not the sum of its lines' FROM financial_transaction
            WHERE account_usn = ANY ($1) AND EXISTS (SELECT 1 FROM transaction_item WHERE transaction_number = number)
              AND (amount, gst_amount) <> (SELECT sum(item.amount), coalesce(sum(item.amount) FILTER (WHERE is_gst), 0) FROM transaction_item item WHERE transaction_number = number AND rolled_up_into IS NULL)
            UNION ALL
            SELECT number || ' and what took it back do not cancel' FROM financial_transaction taken
            WHERE account_usn = ANY ($1) AND reversed_by IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM financial_transaction back WHERE back.number = taken.reversed_by AND back.amount = -taken.amount AND back.referenced_number = taken.number AND back.unallocated_amount = 0 AND taken.unallocated_amount = 0)
            UNION ALL
            SELECT 'posting ' || posting_id || ' does not balance on ' || posting_date FROM ledger_entry WHERE account_usn = ANY ($1) GROUP BY posting_id, posting_date HAVING sum(amount) <> 0
            UNION ALL
            SELECT 'debtors of ' || usn || ' are not its unallocated debits' FROM account
            WHERE usn = ANY ($1) AND coalesce((SELECT sum(amount) FROM ledger_entry WHERE account_usn = usn AND ledger_account = '1100'), 0)
                <> coalesce((SELECT sum(unallocated_amount) FROM financial_transaction WHERE account_usn = usn AND state = 'Closed' AND amount > 0), 0)
            UNION ALL
            SELECT 'unallocated credits of ' || usn || ' are not its own' FROM account
            WHERE usn = ANY ($1) AND coalesce((SELECT sum(amount) FROM ledger_entry WHERE account_usn = usn AND ledger_account = '2050'), 0)
                <> coalesce((SELECT sum(unallocated_amount) FROM financial_transaction WHERE account_usn = usn AND state = 'Closed' AND amount < 0), 0)
            UNION ALL
            SELECT 'transfers do not cancel' WHERE coalesce((SELECT sum(amount) FROM ledger_entry WHERE account_usn = ANY ($1) AND ledger_account = '2900'), 0) <> 0
            UNION ALL
            SELECT 'the trial balance is not zero' WHERE coalesce((SELECT sum(amount) FROM ledger_entry WHERE account_usn = ANY ($1)), 0) <> 0
            UNION ALL
            SELECT 'messages of ' || aggregate || ' have gaps' FROM outbox_message WHERE aggregate = ANY ($1) GROUP BY aggregate HAVING max(sequence) <> count(*)
        ) AS broken
        """;

    /// <summary>
    /// Repeats the transactions of an account (<c>$1</c>) so often (<c>$2</c>), with a description (<c>$3</c>) as long as the caller needs. For
    /// tests of reading only: neither the balance nor the journal follows.
    /// </summary>
    public const string Repeat =
        """
        INSERT INTO financial_transaction
            (number, account_usn, type, state, company_id, account_type_id, currency, amount, gst_amount, unallocated_amount, effective, logged, sales_report_category, gl_code,
             description, entered_by, transaction_date, due_date, open_date, close_date, source, discount, suppress_auto_payment, changed_by)
        SELECT number || 'R' || copy, account_usn, type, state, company_id, account_type_id, currency, amount, gst_amount, amount, effective, logged, sales_report_category, gl_code,
            $3, entered_by, transaction_date, due_date, open_date, close_date, source, discount, suppress_auto_payment, changed_by
        FROM financial_transaction, generate_series(1, $2) AS copy WHERE account_usn = $1
        """;
}
