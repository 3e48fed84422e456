-- The account whose subscriptions shared value pools with this one when the period was rated; null where it shares none. What is billed keeps
-- it when its subscription goes to another account, so that the others are charged as they were.
ALTER TABLE usage_state ADD COLUMN sharing text;

-- Who shares with a subscription in a period: few rows have it.
CREATE INDEX ix_usage_state_sharing ON usage_state (sharing, period_start) WHERE sharing IS NOT NULL;
