-- The instants that a rating period was rated from and to, and the zone that said so. What is on a bill keeps them when its subscription goes
-- to an account in another zone, and the period behind it begins when it ended: no hour is in two periods or in none. They are unknown of
-- periods that were rated before this was noted: those go by the zone of today.
ALTER TABLE usage_state ADD COLUMN begins timestamptz, ADD COLUMN ends timestamptz, ADD COLUMN zone text;

-- The few records that last longer than two days: they may belong to rating periods long after they began.
CREATE INDEX ix_usage_record_long ON usage_record (subscription_usn, start) WHERE seconds > 172800;

-- A state is written with each rating: where its page has room, no index has to be.
ALTER TABLE usage_state SET (fillfactor = 50);
