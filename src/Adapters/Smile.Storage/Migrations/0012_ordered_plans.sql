-- The plans that came with an order: what they charge once is charged for them, not for the plans that a subscription changes to.
ALTER TABLE plan_schedule_item ADD COLUMN is_ordered boolean NOT NULL DEFAULT false;
UPDATE plan_schedule_item SET is_ordered = true
WHERE plan_code IS NOT NULL AND id IN (SELECT DISTINCT ON (subscription_usn, plan_schedule_type) id FROM plan_schedule_item ORDER BY subscription_usn, plan_schedule_type, start, id);
