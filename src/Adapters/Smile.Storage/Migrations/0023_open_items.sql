-- What is unallocated of an account's closed transactions, by day: a summary reads days, and not each of thousands of transactions.
-- Kept by the database, under the account's lock, whoever changes a transaction. The sums are the balance's parts.
CREATE TABLE open_day (
    account_usn       text NOT NULL REFERENCES account (usn),
    transaction_date  date NOT NULL,
    due               date NOT NULL,
    is_credit         boolean NOT NULL,
    is_late_fee       boolean NOT NULL,
    amount            numeric NOT NULL,
    items             integer NOT NULL CHECK (items > 0),
    PRIMARY KEY (account_usn, transaction_date, due, is_credit, is_late_fee)
);
CREATE INDEX ix_open_day_due ON open_day (due, account_usn) WHERE NOT is_credit;

CREATE FUNCTION keep_open_days() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.state = 'Closed' AND OLD.unallocated_amount <> 0 THEN
        DELETE FROM open_day
        WHERE account_usn = OLD.account_usn AND transaction_date = OLD.transaction_date AND due = coalesce(OLD.due_date, OLD.transaction_date)
            AND is_credit = (OLD.unallocated_amount < 0) AND is_late_fee = (OLD.source = 'CreditControl') AND items = 1;
        IF NOT FOUND THEN
            UPDATE open_day SET amount = amount - OLD.unallocated_amount, items = items - 1
            WHERE account_usn = OLD.account_usn AND transaction_date = OLD.transaction_date AND due = coalesce(OLD.due_date, OLD.transaction_date)
                AND is_credit = (OLD.unallocated_amount < 0) AND is_late_fee = (OLD.source = 'CreditControl');
        END IF;
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.state = 'Closed' AND NEW.unallocated_amount <> 0 THEN
        INSERT INTO open_day AS kept (account_usn, transaction_date, due, is_credit, is_late_fee, amount, items)
        VALUES (NEW.account_usn, NEW.transaction_date, coalesce(NEW.due_date, NEW.transaction_date), NEW.unallocated_amount < 0, NEW.source = 'CreditControl',
            NEW.unallocated_amount, 1)
        ON CONFLICT (account_usn, transaction_date, due, is_credit, is_late_fee) DO UPDATE SET amount = kept.amount + excluded.amount, items = kept.items + 1;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER keep_open_days AFTER INSERT OR DELETE OR UPDATE OF account_usn, state, unallocated_amount, transaction_date, due_date, source
    ON financial_transaction FOR EACH ROW EXECUTE FUNCTION keep_open_days();

INSERT INTO open_day (account_usn, transaction_date, due, is_credit, is_late_fee, amount, items)
SELECT account_usn, transaction_date, coalesce(due_date, transaction_date), unallocated_amount < 0, source = 'CreditControl', sum(unallocated_amount), count(*)
FROM financial_transaction WHERE state = 'Closed' AND unallocated_amount <> 0
GROUP BY 1, 2, 3, 4, 5;

-- Allocation goes through debits, and credits, from the oldest on. It stops where the money does.
DROP INDEX ix_financial_transaction_unallocated;
CREATE INDEX ix_financial_transaction_debit ON financial_transaction (account_usn, transaction_date, effective, number)
    WHERE state = 'Closed' AND unallocated_amount > 0;
CREATE INDEX ix_financial_transaction_credit ON financial_transaction (account_usn, transaction_date, effective, number)
    WHERE state = 'Closed' AND unallocated_amount < 0;
-- Debts that are too small for credit control are looked at one by one.
CREATE INDEX ix_financial_transaction_small ON financial_transaction (account_usn, unallocated_amount)
    WHERE state = 'Closed' AND unallocated_amount > 0;

-- Where a credit control run begins: at overdue debts (above), and at accounts in treatment.
CREATE INDEX ix_account_suspended_by_credit_control ON account (usn) WHERE suspended_by_credit_control;
CREATE INDEX ix_account_responsive_terms ON account (responsive_terms_id, account_terms_id) WHERE responsive_terms_id IS NOT NULL AND closed IS NULL;
CREATE INDEX ix_account_terms_of_type ON account (account_type_id, account_terms_id) WHERE responsive_terms_id IS NULL AND closed IS NULL;

-- Work that failed too often is left for an operator, and is not read again at each look for what is due.
DROP INDEX ix_due_work_due;
CREATE INDEX ix_due_work_due ON due_work (due, id) WHERE done IS NULL AND failures < 10;
CREATE INDEX ix_due_work_failed ON due_work (id) WHERE done IS NULL AND failures >= 10;
