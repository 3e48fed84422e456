-- The choice of a managed plan group by which a plan was taken: the subscription is in the group of the one that it uses.

DO $$
DECLARE
    kinds text := (SELECT substring(pg_get_constraintdef(oid) FROM 'CHECK \((.*)\)$') FROM pg_constraint WHERE conname = 'catalogue_item_kind_check');
BEGIN
    ALTER TABLE catalogue_item DROP CONSTRAINT catalogue_item_kind_check;
    EXECUTE 'ALTER TABLE catalogue_item ADD CONSTRAINT catalogue_item_kind_check CHECK (kind = ''managed_plan_choice'' OR ' || kinds || ')';
END $$;

ALTER TABLE plan_schedule_item ADD COLUMN managed_plan_choice_id integer;

-- For the check that a new catalogue still has what is in use.
CREATE INDEX ix_plan_schedule_item_managed_plan_choice ON plan_schedule_item (managed_plan_choice_id) WHERE managed_plan_choice_id IS NOT NULL;
