-- A retraction counts while the transaction that it is in is closed and not reversed: several open quotes may retract one charge, and the first
-- that is closed does. So the account's lock keeps charges from being retracted twice, and not an index over rows that may not count.
DROP INDEX ux_transaction_item_retracts;
CREATE INDEX ix_transaction_item_retracts ON transaction_item (retracts_charge_id) WHERE retracts_charge_id IS NOT NULL;

-- The deferred charge that goes once the line's transaction is closed, and comes back with it.
ALTER TABLE transaction_item ADD COLUMN withdraws_charge_id uuid;
CREATE INDEX ix_transaction_item_withdraws ON transaction_item (withdraws_charge_id) WHERE withdraws_charge_id IS NOT NULL;

-- Whether the line waited for its invoice: where that is deleted, it waits again.
ALTER TABLE transaction_item ADD COLUMN was_deferred boolean NOT NULL DEFAULT false;
UPDATE transaction_item SET was_deferred = true WHERE transaction_number IS NULL;

-- What takes back days of a charge is looked for when the charge's transaction is reversed or deleted.
CREATE INDEX ix_transaction_item_takes_back ON transaction_item (takes_back) WHERE takes_back IS NOT NULL;
