-- Items that accounts and subscriptions may be using, also those that were added to the list since.
DO $$
DECLARE
    kinds text := (SELECT substring(pg_get_constraintdef(oid) FROM 'CHECK \((.*)\)$') FROM pg_constraint WHERE conname = 'catalogue_item_kind_check');
BEGIN
    ALTER TABLE catalogue_item DROP CONSTRAINT catalogue_item_kind_check;
    EXECUTE 'ALTER TABLE catalogue_item ADD CONSTRAINT catalogue_item_kind_check CHECK (kind = ''billing_cycle'' OR ' || kinds || ')';
END $$;

-- Cycles whose periods stand in a table of the catalogue have its name in place of a day of the month.
ALTER TABLE account
    ALTER COLUMN invoicing_cycle_day DROP NOT NULL,
    ALTER COLUMN rating_cycle_day DROP NOT NULL,
    ADD COLUMN invoicing_cycle_table text,
    ADD COLUMN rating_cycle_table    text,
    ADD CONSTRAINT ck_account_cycles CHECK (
        num_nulls(invoicing_cycle_day, invoicing_cycle_table) = 1 AND (invoicing_cycle_type = 'Custom') = (invoicing_cycle_table IS NOT NULL)
        AND num_nulls(rating_cycle_day, rating_cycle_table) = 1 AND (rating_cycle_type = 'Custom') = (rating_cycle_table IS NOT NULL));

ALTER TABLE subscription
    DROP CONSTRAINT ck_subscription_cycles,
    ADD COLUMN invoicing_cycle_table text,
    ADD COLUMN rating_cycle_table    text,
    ADD CONSTRAINT ck_subscription_cycles CHECK (
        num_nulls(invoicing_cycle_type, invoicing_cycle_day, invoicing_cycle_table, rating_cycle_type, rating_cycle_day, rating_cycle_table) = 6
        OR (num_nulls(invoicing_cycle_type, rating_cycle_type) = 0
            AND num_nulls(invoicing_cycle_day, invoicing_cycle_table) = 1 AND (invoicing_cycle_type = 'Custom') = (invoicing_cycle_table IS NOT NULL)
            AND num_nulls(rating_cycle_day, rating_cycle_table) = 1 AND (rating_cycle_type = 'Custom') = (rating_cycle_table IS NOT NULL)));
