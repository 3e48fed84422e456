-- Usage is given out in files (guide, lines 10115 to 10660), of which no copy is kept: what is in one is fixed by what had come when it was
-- made, and read when it is downloaded.

-- Transactions do not commit in the order of their numbers. So batches of records are counted when they are first seen to be there, one
-- count after the other: all that a later look finds has a higher one. Null until then. A batch stays for as long as its records.
ALTER TABLE usage_batch ADD COLUMN arrival bigint;
UPDATE usage_batch SET arrival = 1 WHERE last_start IS NOT NULL;
CREATE INDEX ix_usage_batch_arrival ON usage_batch (arrival) WHERE last_start IS NOT NULL;

CREATE TABLE usage_activity_batch (
    id           bigint PRIMARY KEY,
    kind         text NOT NULL CHECK (kind IN ('Range', 'Batch', 'Period', 'Invoice')),
    -- The subscription or account that it was asked for.
    usn          text NOT NULL,
    -- The login that alone may download it.
    caller_usn   text NOT NULL,
    made         timestamptz NOT NULL,
    expires      timestamptz NOT NULL,
    -- SHA-256 of the token in its address, which is kept nowhere.
    token_hash   bytea NOT NULL CHECK (octet_length(token_hash) = 32),
    -- Records that begin from the first to the last of these; null for no bound.
    first_start  timestamptz,
    last_start   timestamptz,
    -- Which usage of which subscriptions.
    spans        jsonb NOT NULL
);
CREATE UNIQUE INDEX ux_usage_activity_batch_token ON usage_activity_batch (token_hash);
CREATE INDEX ix_usage_activity_batch_expires ON usage_activity_batch (expires);

-- Ratings that came too late for the bill of their own period are few; the bill that they are on has to find them.
CREATE INDEX ix_usage_rating_late ON usage_rating (subscription_usn, billed_in) WHERE billed_in <> period_start;
