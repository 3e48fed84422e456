-- A period that was rated by an earlier cycle: nothing is charged in it any more, and its days are in others.
ALTER TABLE usage_state DROP CONSTRAINT usage_state_status_check;
ALTER TABLE usage_state ADD CONSTRAINT usage_state_status_check CHECK (status IN ('Open', 'Closing', 'Closed', 'Replaced'));

-- What was told long ago is deleted.
CREATE INDEX ix_usage_notice_told ON usage_notice (told) WHERE told IS NOT NULL;
