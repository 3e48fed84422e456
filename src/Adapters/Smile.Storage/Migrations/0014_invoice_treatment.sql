-- What goes with a notice, and which levels it is about: those of the terms that the account had.
ALTER TABLE dispatch_item ADD COLUMN account_terms_id integer;
ALTER TABLE dispatch_item ADD COLUMN attach text NOT NULL DEFAULT 'None' CHECK (attach IN ('None', 'Invoices', 'Statement'));

-- A notice may be about one invoice.
ALTER TABLE dispatch_item DROP CONSTRAINT dispatch_item_check1;
ALTER TABLE dispatch_item ADD CONSTRAINT dispatch_item_transaction_check CHECK (kind = 'Notice' OR (kind IN ('Invoice', 'Receipt')) = (transaction_number IS NOT NULL));

-- The levels that an invoice has reached and whose actions were carried out: each once, whatever becomes of the invoice.
CREATE TABLE invoice_treatment (
    transaction_number  text NOT NULL REFERENCES financial_transaction (number),
    level_name          text NOT NULL,
    account_usn         text NOT NULL REFERENCES account (usn),
    account_terms_id    integer NOT NULL,
    level               integer NOT NULL CHECK (level >= 1),
    treated             timestamptz NOT NULL,
    late_fee_number     text REFERENCES financial_transaction (number),
    changed_by          text NOT NULL,
    PRIMARY KEY (transaction_number, level_name)
);
CREATE INDEX ix_invoice_treatment_account ON invoice_treatment (account_usn);
CREATE INDEX ix_invoice_treatment_late_fee ON invoice_treatment (late_fee_number);
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON invoice_treatment FOR EACH ROW EXECUTE FUNCTION audit_change('transaction_number');

-- The responsive terms that an account is on by itself: null for those of its type, 0 for none.
ALTER TABLE account ADD COLUMN responsive_terms_id integer CHECK (responsive_terms_id >= 0);

DO $$
DECLARE
    kinds text := (SELECT substring(pg_get_constraintdef(oid) FROM 'CHECK \((.*)\)$') FROM pg_constraint WHERE conname = 'catalogue_item_kind_check');
BEGIN
    ALTER TABLE catalogue_item DROP CONSTRAINT catalogue_item_kind_check;
    EXECUTE 'ALTER TABLE catalogue_item ADD CONSTRAINT catalogue_item_kind_check CHECK (kind = ''responsive_terms'' OR ' || kinds || ')';
END $$;

-- An instalment names the payment that takes the place of the one it was scheduled with: only so is it known whether it is still tried.
WITH RECURSIVE successor AS (
    SELECT replaces AS original, number FROM payment WHERE replaces IS NOT NULL AND payment_plan_number IS NOT NULL
    UNION ALL
    SELECT successor.original, payment.number FROM successor JOIN payment ON payment.replaces = successor.number
)
UPDATE payment_plan_instalment instalment SET payment_number = successor.number
FROM successor
WHERE instalment.payment_number = successor.original AND NOT EXISTS (SELECT 1 FROM payment later WHERE later.replaces = successor.number);
