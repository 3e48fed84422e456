-- Transactions are numbered in the order in which they are entered, one by one: each server took a block of a hundred before, so that numbers had
-- gaps and did not follow time. A server of the version before may still take its blocks while servers are restarted one by one, so the new
-- sequence begins behind a hundred of them.
CREATE SEQUENCE transaction_in_order START 2143000;
SELECT setval('transaction_in_order', last_value + 10100, false) FROM transaction_number WHERE is_called;

-- Companies that must number their invoices without gaps: the last number, taken in the transaction that closes the invoice.
CREATE TABLE invoice_number (
    company_id   integer PRIMARY KEY,
    last_number  bigint NOT NULL CHECK (last_number >= 0)
);
ALTER TABLE financial_transaction ADD COLUMN invoice_number text;
CREATE UNIQUE INDEX ux_financial_transaction_invoice_number ON financial_transaction (company_id, invoice_number) WHERE invoice_number IS NOT NULL;
