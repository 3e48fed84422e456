-- Credit and debit notes are sent as invoices are: a customer learns of every debt and credit.
ALTER TABLE dispatch_item DROP CONSTRAINT dispatch_item_transaction_check;
ALTER TABLE dispatch_item ADD CONSTRAINT dispatch_item_transaction_check CHECK (kind = 'Notice' OR (kind IN ('Invoice', 'Receipt', 'Note')) = (transaction_number IS NOT NULL));
ALTER TABLE dispatch_item DROP CONSTRAINT dispatch_item_kind_check;
ALTER TABLE dispatch_item ADD CONSTRAINT dispatch_item_kind_check CHECK (kind IN ('Invoice', 'Receipt', 'Note', 'Statement', 'Notice'));
