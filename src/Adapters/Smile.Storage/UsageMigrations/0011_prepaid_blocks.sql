-- The prepaid block of the stage that has paid for the units; null for none.
ALTER TABLE usage_rating ADD COLUMN prepaid_block bigint;
