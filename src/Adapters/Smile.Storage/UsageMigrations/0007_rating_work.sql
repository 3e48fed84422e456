-- What rating has to look at, apart from the batches that brought records: a subscription always has the same bucket, and one server at a time
-- works on a bucket, so that two never rate the same subscription. Buckets are ranges of hashtext(), as the shards of distributed tables are.
CREATE FUNCTION usage_bucket(usn text) RETURNS smallint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT ((hashtext(usn)::bigint + 2147483648) >> 28)::smallint $$;

-- Rows are deleted when they are done.
CREATE TABLE usage_work (
    bucket         smallint NOT NULL,
    batch_id       bigint NOT NULL,
    priority       smallint NOT NULL,
    arrived        timestamptz NOT NULL,
    subscriptions  text[] NOT NULL,
    first_start    timestamptz NOT NULL,
    last_start     timestamptz,
    claimed_until  timestamptz,
    not_before     timestamptz,
    attempts       integer NOT NULL DEFAULT 0,
    PRIMARY KEY (bucket, batch_id)
);

INSERT INTO usage_work (bucket, batch_id, priority, arrived, subscriptions, first_start, last_start)
SELECT usage_bucket(usn), batch.id, batch.priority, batch.arrived, array_agg(DISTINCT usn), batch.first_start, batch.last_start
FROM usage_batch AS batch CROSS JOIN unnest(batch.subscriptions) AS usn
WHERE batch.rated IS NULL
GROUP BY usage_bucket(usn), batch.id;

DELETE FROM usage_batch WHERE last_start IS NULL;
DROP INDEX ix_usage_batch_waiting;
ALTER TABLE usage_batch
    DROP COLUMN priority,
    DROP COLUMN subscriptions,
    DROP COLUMN claimed_until,
    DROP COLUMN attempts,
    DROP COLUMN rated,
    ALTER COLUMN last_start SET NOT NULL;
DROP INDEX ix_usage_batch_arrival;
CREATE INDEX ix_usage_batch_arrival ON usage_batch (arrival);
