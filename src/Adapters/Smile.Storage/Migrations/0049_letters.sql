-- Letters with a text of their own, as tickets send them, to a customer or to people of the company.
ALTER TABLE dispatch_item ADD COLUMN subscription_usn text REFERENCES subscription (usn);
ALTER TABLE dispatch_item ADD COLUMN address text;
ALTER TABLE dispatch_item ADD COLUMN subject text;
ALTER TABLE dispatch_item ADD COLUMN body text;
ALTER TABLE dispatch_item DROP CONSTRAINT dispatch_item_kind_check;
ALTER TABLE dispatch_item ADD CONSTRAINT dispatch_item_kind_check CHECK (kind IN ('Invoice', 'Receipt', 'Note', 'Statement', 'Notice', 'Letter'));
ALTER TABLE dispatch_item ADD CONSTRAINT dispatch_item_letter_check
    CHECK ((kind = 'Letter') = (subject IS NOT NULL) AND (subject IS NULL) = (body IS NULL) AND (kind = 'Letter' OR num_nonnulls(subscription_usn, address) = 0));
CREATE INDEX ix_dispatch_item_subscription ON dispatch_item (subscription_usn) WHERE subscription_usn IS NOT NULL;
