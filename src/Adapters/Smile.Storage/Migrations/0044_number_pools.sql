-- Number pools: which numbers there are, which of them are free, which ranges are reserved and by what.

DO $$
DECLARE
    kinds text := (SELECT substring(pg_get_constraintdef(oid) FROM 'CHECK \((.*)\)$') FROM pg_constraint WHERE conname = 'catalogue_item_kind_check');
BEGIN
    ALTER TABLE catalogue_item DROP CONSTRAINT catalogue_item_kind_check;
    EXECUTE 'ALTER TABLE catalogue_item ADD CONSTRAINT catalogue_item_kind_check CHECK (kind = ''number_pool'' OR ' || kinds || ')';
END $$;

-- A pool that has numbers. What they look like is the catalogue's to say; the form is kept so that a new catalogue cannot make others of them. The row
-- is what changes of the pool lock, and its messages are numbered by.
CREATE TABLE number_pool (
    number           integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    id               uuid NOT NULL UNIQUE,
    form             text NOT NULL,
    message_sequence bigint NOT NULL,
    changed_by       text NOT NULL
);
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON number_pool FOR EACH ROW EXECUTE FUNCTION audit_change('id');

-- Where a range is among those of all pools: an address has 128 bits, and the pool's number is above them. So one range type keeps ranges of the same
-- pool apart, and no extension is needed.
CREATE FUNCTION pool_span(pool integer, first numeric, last numeric) RETURNS numrange LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT numrange(pool * 340282366920938463463374607431768211456 + first, pool * 340282366920938463463374607431768211456 + last, '[]')
$$;

-- Of the blocks that begin at a multiple of their size, and whose sizes are powers of a base, the exponent of the largest that fits within a range.
CREATE FUNCTION pool_block_class(base numeric, first numeric, last numeric) RETURNS smallint LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    class smallint := 0;
    size numeric := base;
BEGIN
    WHILE (div(first + size - 1, size) + 1) * size - 1 <= last LOOP
        class := class + 1;
        size := size * base;
    END LOOP;
    RETURN class;
END $$;

-- The numbers that a pool has, as they were imported.
CREATE TABLE pool_range (
    id         bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    pool       integer NOT NULL REFERENCES number_pool (number),
    first      numeric NOT NULL CHECK (first >= 0 AND first = trunc(first)),
    last       numeric NOT NULL CHECK (last < 340282366920938463463374607431768211456 AND last = trunc(last)),
    imported   timestamptz NOT NULL,
    changed_by text NOT NULL,
    CHECK (first <= last),
    CONSTRAINT ex_pool_range EXCLUDE USING gist (pool_span(pool, first, last) WITH &&)
);
CREATE INDEX ix_pool_range_pool ON pool_range (pool, first);
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON pool_range FOR EACH ROW EXECUTE FUNCTION audit_change('id');

-- What is free, in ranges as long as they can be. Bookkeeping, which follows from what was imported and reserved, so there is no trail of it. The classes
-- say which blocks a range holds, and for sizes that are no powers of ten or two how long it is: a search for 10,000 numbers does not walk past the
-- holes that are too small.
CREATE TABLE pool_free_range (
    pool          integer NOT NULL REFERENCES number_pool (number),
    first         numeric NOT NULL,
    last          numeric NOT NULL,
    decimal_class smallint NOT NULL GENERATED ALWAYS AS (pool_block_class(10, first, last)) STORED,
    binary_class  smallint NOT NULL GENERATED ALWAYS AS (pool_block_class(2, first, last)) STORED,
    length_class  smallint NOT NULL GENERATED ALWAYS AS (pool_block_class(2, 0, last - first)) STORED,
    PRIMARY KEY (pool, first),
    CHECK (first <= last)
);
CREATE INDEX ix_pool_free_range_decimal ON pool_free_range (pool, decimal_class, first);
CREATE INDEX ix_pool_free_range_binary ON pool_free_range (pool, binary_class, first);
CREATE INDEX ix_pool_free_range_length ON pool_free_range (pool, length_class, first);

-- A range that nobody else can have until it has ended. The constraint is the guarantee: whatever the server thinks is free, no number is given twice.
CREATE TABLE pool_reservation (
    id         uuid PRIMARY KEY,
    pool       integer NOT NULL REFERENCES number_pool (number),
    first      numeric NOT NULL,
    last       numeric NOT NULL,
    created    timestamptz NOT NULL,
    ended      timestamptz,
    changed_by text NOT NULL,
    CHECK (first <= last),
    CONSTRAINT ex_pool_reservation EXCLUDE USING gist (pool_span(pool, first, last) WITH &&) WHERE (ended IS NULL)
);
CREATE INDEX ix_pool_reservation_pool ON pool_reservation (pool, first);
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON pool_reservation FOR EACH ROW EXECUTE FUNCTION audit_change('id');

-- What a reservation is held by. Links that have ended are gone; the audit trail has them.
CREATE TABLE pool_link (
    id             uuid PRIMARY KEY,
    reservation_id uuid NOT NULL REFERENCES pool_reservation (id),
    type           text NOT NULL CHECK (type IN ('Temporary', 'PreAllocation', 'Allocation', 'Quarantine')),
    back_link_type text CHECK (length(back_link_type) BETWEEN 1 AND 100),
    back_link_key  text CHECK (length(back_link_key) BETWEEN 1 AND 200),
    created        timestamptz NOT NULL,
    expiry         timestamptz,
    changed_by     text NOT NULL,
    CHECK ((back_link_type IS NULL) = (back_link_key IS NULL)),
    CHECK ((expiry IS NOT NULL) = (type IN ('Temporary', 'Quarantine')))
);
CREATE INDEX ix_pool_link_reservation ON pool_link (reservation_id);
CREATE INDEX ix_pool_link_back_link ON pool_link (back_link_type, back_link_key) WHERE back_link_type IS NOT NULL;
CREATE INDEX ix_pool_link_expiry ON pool_link (expiry) WHERE expiry IS NOT NULL;
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON pool_link FOR EACH ROW EXECUTE FUNCTION audit_change('id');
