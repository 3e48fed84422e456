-- Money that went back through a payment's gateway. The number is our reference, under which the gateway gives it back once.
CREATE TABLE payment_refund (
    number          text PRIMARY KEY,
    payment_number  text NOT NULL REFERENCES payment (number),
    account_usn     text NOT NULL REFERENCES account (usn),
    amount          numeric NOT NULL CHECK (amount > 0),
    status          text NOT NULL CHECK (status IN ('Waiting', 'Accepted', 'Declined')),
    reason          text NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000),
    message         text CHECK (length(message) <= 1000),
    asked           timestamptz NOT NULL,
    settled         timestamptz,
    transaction_number text REFERENCES financial_transaction (number),
    changed_by      text NOT NULL,
    CHECK ((status = 'Accepted') = (transaction_number IS NOT NULL))
);
CREATE INDEX ix_payment_refund_payment ON payment_refund (payment_number);
CREATE INDEX ix_payment_refund_account ON payment_refund (account_usn);
CREATE INDEX ix_payment_refund_transaction ON payment_refund (transaction_number);
-- One refund of a payment is asked for at a time: what is left to refund is known.
CREATE UNIQUE INDEX ux_payment_refund_waiting ON payment_refund (payment_number) WHERE status = 'Waiting';
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON payment_refund FOR EACH ROW EXECUTE FUNCTION audit_change('number');
