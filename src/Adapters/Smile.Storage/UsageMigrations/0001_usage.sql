-- Usage has a database of its own, which may be the stage's (docs/decisions/0012). Nothing here refers to anything else; there is no identity
-- column, no trigger and no foreign key, so that the tables can be distributed: those of keys by key_hash, those of subscriptions by
-- subscription_usn.

CREATE SEQUENCE usage_number;

-- Files that have come. What became of each of their lines is counted: read = bound + suspended + duplicates + conflicts + ignored + headers + trailers.
CREATE TABLE usage_file (
    id              bigint PRIMARY KEY,
    source          text NOT NULL CHECK (length(source) BETWEEN 1 AND 40),
    name            text NOT NULL CHECK (length(name) BETWEEN 1 AND 400),
    hash            bytea NOT NULL,
    bytes           bigint NOT NULL,
    status          text NOT NULL CHECK (status IN ('Reading', 'Done', 'Refused', 'Superseded')),
    arrived         timestamptz NOT NULL,
    finished        timestamptz,
    brought_by      text NOT NULL,
    read            integer NOT NULL DEFAULT 0,
    bound           integer NOT NULL DEFAULT 0,
    suspended       integer NOT NULL DEFAULT 0,
    duplicates      integer NOT NULL DEFAULT 0,
    conflicts       integer NOT NULL DEFAULT 0,
    ignored         integer NOT NULL DEFAULT 0,
    headers         integer NOT NULL DEFAULT 0,
    trailers        integer NOT NULL DEFAULT 0,
    seconds         numeric NOT NULL DEFAULT 0,
    charge          numeric NOT NULL DEFAULT 0,
    sequence        bigint,
    file_key        text,
    file_version    integer,
    message         text,
    CHECK (read = bound + suspended + duplicates + conflicts + ignored + headers + trailers)
);
-- The same content is taken once.
CREATE UNIQUE INDEX ux_usage_file_content ON usage_file (source, hash) WHERE status <> 'Refused';
CREATE INDEX ix_usage_file_arrived ON usage_file (arrived);
CREATE INDEX ix_usage_file_sequence ON usage_file (source, sequence) WHERE sequence IS NOT NULL;
CREATE INDEX ix_usage_file_key ON usage_file (source, file_key) WHERE file_key IS NOT NULL;

-- How many lines of a file were passed over, and why.
CREATE TABLE usage_ignored (
    file_id  bigint NOT NULL,
    reason   text NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000),
    lines    integer NOT NULL,
    PRIMARY KEY (file_id, reason)
);

-- What rating has to look at: the subscriptions of a batch of lines, or of a change of what they are charged by.
CREATE TABLE usage_batch (
    id             bigint PRIMARY KEY,
    file_id        bigint,
    priority       smallint NOT NULL,
    arrived        timestamptz NOT NULL,
    subscriptions  text[] NOT NULL,
    first_start    timestamptz NOT NULL,
    last_start     timestamptz,
    claimed_until  timestamptz,
    attempts       integer NOT NULL DEFAULT 0,
    rated          timestamptz
);
CREATE INDEX ix_usage_batch_waiting ON usage_batch (priority DESC, id) WHERE rated IS NULL;

-- What was taken, for as long as usage is kept: nothing is taken twice.
CREATE TABLE usage_key (
    key_hash      uuid PRIMARY KEY,
    content_hash  bigint NOT NULL,
    batch_id      bigint NOT NULL
);

-- What could not be bound to a subscription, and what came under the key of something else.
CREATE TABLE usage_suspense (
    key_hash      uuid NOT NULL,
    content_hash  bigint NOT NULL,
    batch_id      bigint NOT NULL,
    file_id       bigint NOT NULL,
    line          integer NOT NULL,
    source        text NOT NULL,
    status        text NOT NULL CHECK (status IN ('Waiting', 'WrittenOff')),
    reason        text NOT NULL,
    detail        text NOT NULL,
    identifier    text,
    start         timestamptz,
    seconds       numeric,
    entry         jsonb,
    raw           text NOT NULL,
    first_seen    timestamptz NOT NULL,
    last_tried    timestamptz NOT NULL,
    attempts      integer NOT NULL,
    comment       text,
    changed_by    text,
    PRIMARY KEY (key_hash, content_hash)
);
CREATE INDEX ix_usage_suspense_identifier ON usage_suspense (lower(identifier)) WHERE status = 'Waiting';
CREATE INDEX ix_usage_suspense_seen ON usage_suspense (first_seen);

-- What is bound. The primary key is the order in which it is rated.
CREATE TABLE usage_record (
    subscription_usn  text NOT NULL,
    start             timestamptz NOT NULL,
    id                bigint NOT NULL,
    batch_id          bigint NOT NULL,
    key_hash          uuid NOT NULL,
    call_type         smallint NOT NULL,
    role              smallint NOT NULL,
    on_net            smallint NOT NULL,
    caller            text NOT NULL,
    called            text NOT NULL,
    seconds           numeric NOT NULL,
    bytes_received    bigint NOT NULL,
    bytes_sent        bigint NOT NULL,
    pages             integer NOT NULL,
    events            integer NOT NULL,
    session           text,
    starts_session    boolean NOT NULL,
    wholesale_charge  numeric,
    description       text,
    PRIMARY KEY (subscription_usn, start, id)
) PARTITION BY RANGE (start);

-- What records are charged. Rows are only added: the price of a record is the sum of its rows (docs/decisions/0011).
CREATE TABLE usage_rating (
    subscription_usn    text NOT NULL,
    period_start        date NOT NULL,
    record_id           bigint NOT NULL,
    version             integer NOT NULL,
    component           integer NOT NULL,
    billed_in           date NOT NULL,
    start               timestamptz NOT NULL,
    plan_schedule_item  bigint NOT NULL,
    rule                integer NOT NULL,
    destination         integer,
    tariff              bigint,
    tariff_type         integer,
    units               numeric NOT NULL,
    price               numeric NOT NULL,
    amount              numeric NOT NULL,
    value_pool          integer,
    PRIMARY KEY (subscription_usn, period_start, record_id, version, component)
) PARTITION BY RANGE (period_start);

-- What a rating period of a subscription comes to so far.
CREATE TABLE usage_state (
    subscription_usn  text NOT NULL,
    period_start      date NOT NULL,
    period_end        date NOT NULL,
    status            text NOT NULL CHECK (status IN ('Open', 'Closing', 'Closed')),
    version           integer NOT NULL,
    records           integer NOT NULL,
    problems          integer NOT NULL,
    amount            numeric NOT NULL,
    last_start        timestamptz,
    last_id           bigint,
    stamp             text NOT NULL,
    meters            jsonb NOT NULL,
    state             jsonb NOT NULL,
    rated             timestamptz NOT NULL,
    PRIMARY KEY (subscription_usn, period_start)
);

-- Records that could not be charged, and why.
CREATE TABLE usage_problem (
    subscription_usn  text NOT NULL,
    period_start      date NOT NULL,
    record_id         bigint NOT NULL,
    start             timestamptz NOT NULL,
    problem           text NOT NULL,
    since             timestamptz NOT NULL,
    written_off_by    text,
    PRIMARY KEY (subscription_usn, period_start, record_id)
);

-- What the core must hear of.
CREATE TABLE usage_notice (
    subscription_usn  text NOT NULL,
    period_start      date NOT NULL,
    version           integer NOT NULL,
    kind              text NOT NULL,
    body              jsonb NOT NULL,
    told              timestamptz,
    PRIMARY KEY (subscription_usn, period_start, version, kind)
);
CREATE INDEX ix_usage_notice_waiting ON usage_notice (subscription_usn) WHERE told IS NULL;

-- Makes the partitions of the months from one day to another, where there are none. EXECUTE also works on distributed tables.
CREATE FUNCTION ensure_usage_partitions(first date, last date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    month date := date_trunc('month', first)::date;
    parent text;
BEGIN
    -- Two that make one at once would fail, the later one.
    PERFORM pg_advisory_xact_lock(hashtext('ensure_usage_partitions'));
    WHILE month <= last LOOP
        FOREACH parent IN ARRAY ARRAY['usage_record', 'usage_rating'] LOOP
            IF to_regclass(format('%I', parent || to_char(month, '_YYYY_MM'))) IS NULL THEN
                EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                    parent || to_char(month, '_YYYY_MM'), parent,
                    CASE WHEN parent = 'usage_record' THEN month || ' 00:00:00+00' ELSE month::text END,
                    CASE WHEN parent = 'usage_record' THEN (month + interval '1 month')::date || ' 00:00:00+00' ELSE (month + interval '1 month')::date::text END);
            END IF;
        END LOOP;
        month := (month + interval '1 month')::date;
    END LOOP;
END
$$;
