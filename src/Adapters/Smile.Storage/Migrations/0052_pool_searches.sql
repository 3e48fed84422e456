-- Which blocks free ranges hold whose sizes are no powers of ten or two. The classes of a range say how long it is: from some class on it has a block
-- of a size wherever it begins. Whether a shorter one has, nothing but its place says, and a pool in pieces has millions of them. So the sizes for which
-- that is open are written down, for ranges below 512 numbers (class 8); longer ones are few, and a search works it out.
CREATE FUNCTION pool_block_sizes(class smallint, first numeric, last numeric) RETURNS SETOF smallint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT size::smallint
    FROM generate_series((2 ^ (least(class, 9) - 1))::integer + 1, least(last - first + 1, 511)::integer) AS size
    WHERE class BETWEEN 1 AND 8 AND size & (size - 1) <> 0 AND size NOT IN (10, 100) AND (div(first + size - 1, size) + 1) * size - 1 <= last
$$;

-- Bookkeeping of bookkeeping: it has the life of its range, so it has neither a trail nor a reference that would be checked row by row.
CREATE TABLE pool_free_block (
    pool  integer NOT NULL,
    size  smallint NOT NULL,
    first numeric NOT NULL,
    last  numeric NOT NULL,
    PRIMARY KEY (pool, size, first)
);

CREATE FUNCTION keep_pool_free_blocks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM pool_free_block
        WHERE pool = OLD.pool AND size IN (SELECT pool_block_sizes(OLD.length_class, OLD.first, OLD.last)) AND first = OLD.first;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO pool_free_block (pool, size, first, last)
        SELECT NEW.pool, size, NEW.first, NEW.last FROM pool_block_sizes(NEW.length_class, NEW.first, NEW.last) AS size;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER blocks AFTER INSERT OR UPDATE OR DELETE ON pool_free_range FOR EACH ROW EXECUTE FUNCTION keep_pool_free_blocks();
INSERT INTO pool_free_block (pool, size, first, last)
SELECT pool, size, first, last FROM pool_free_range CROSS JOIN LATERAL pool_block_sizes(length_class, first, last) AS size ORDER BY pool, size, first;

-- Reservations that have ended are deleted when they are old enough.
CREATE INDEX ix_pool_reservation_ended ON pool_reservation (ended) WHERE ended IS NOT NULL;

-- Names of subservices as they were typed, beside those in any case: a search for a name asks for both.
CREATE INDEX ix_subservice_username_as_typed ON subservice (service_id, username) WHERE removed IS NULL;
