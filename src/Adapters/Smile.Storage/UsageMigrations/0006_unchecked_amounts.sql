-- Rating periods that have come to another amount than credit limits were last looked at with. Where there are no credit limits nobody
-- looks, and the flag stays.
ALTER TABLE usage_state ADD COLUMN unchecked boolean NOT NULL DEFAULT false;
CREATE INDEX ix_usage_state_unchecked ON usage_state (subscription_usn) WHERE unchecked;
