-- The caller's own reference of a payment: sent again, it is the same payment.
ALTER TABLE payment ADD COLUMN client_reference text CHECK (length(client_reference) BETWEEN 1 AND 100);
CREATE UNIQUE INDEX ux_payment_client_reference ON payment (account_usn, client_reference) WHERE client_reference IS NOT NULL;
