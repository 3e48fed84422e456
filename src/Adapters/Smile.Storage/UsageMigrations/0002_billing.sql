-- What a bill has to know of rating periods. Those of earlier periods whose later ratings are billed with this one, and since when a bill is
-- being made of it: bills that broke off are looked for.
ALTER TABLE usage_state ADD COLUMN late date[] NOT NULL DEFAULT '{}';
ALTER TABLE usage_state ADD COLUMN closing timestamptz;
CREATE INDEX ix_usage_state_unbilled ON usage_state (subscription_usn) WHERE status <> 'Closed';
CREATE INDEX ix_usage_state_closing ON usage_state (closing) WHERE status = 'Closing';

-- Whether a threshold is reached or a feature applied in the period that goes on: when it is over, both are told to be gone.
ALTER TABLE usage_state ADD COLUMN alert boolean NOT NULL DEFAULT false;
CREATE INDEX ix_usage_state_alert ON usage_state (period_end) WHERE alert;
