-- What goes with a notice, and which levels it is about: those of the terms that the account had.
ALTER TABLE dispatch_item ADD COLUMN account_terms_id integer;
ALTER TABLE dispatch_item ADD COLUMN attach text NOT NULL DEFAULT 'None' CHECK (attach IN ('None', 'Invoices', 'Statement'));
