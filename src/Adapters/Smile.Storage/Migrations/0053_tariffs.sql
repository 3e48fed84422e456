-- Tariffs: which destinations usage goes to, by which numbers and zones they are found, and what they cost from when on.

-- Counts up with each change of what is below: who keeps tariffs in memory asks for it. Its lock puts changes one after the other.
CREATE TABLE tariff_state (
    id      boolean PRIMARY KEY DEFAULT true CHECK (id),
    version bigint NOT NULL
);
INSERT INTO tariff_state (version) VALUES (0);

-- A file that was imported: who, when and why, for all that came with it. Prefixes, zones and tariffs have no other trail.
CREATE TABLE rate_card (
    id           integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    service      integer NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('Tariffs', 'Zones', 'ZonePairs')),
    file_name    text NOT NULL CHECK (length(file_name) BETWEEN 1 AND 255),
    file_hash    text NOT NULL CHECK (file_hash ~ '^[0-9a-f]{64}$'),
    comment      text CHECK (length(comment) BETWEEN 1 AND 1000),
    imported     timestamptz NOT NULL,
    lines        integer NOT NULL CHECK (lines >= 0),
    destinations integer NOT NULL CHECK (destinations >= 0),
    prefixes     integer NOT NULL CHECK (prefixes >= 0),
    moved        integer NOT NULL CHECK (moved >= 0),
    tariffs      integer NOT NULL CHECK (tariffs >= 0),
    changed_by   text NOT NULL
);
CREATE INDEX ix_rate_card_service ON rate_card (service, id);
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON rate_card FOR EACH ROW EXECUTE FUNCTION audit_change('id');

CREATE TABLE destination (
    id              integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    service         integer NOT NULL,
    company         integer,
    name            text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    class           text NOT NULL CHECK (class IN ('Domestic', 'International', 'Data', 'Premium Service', 'Service')),
    is_overrideable boolean NOT NULL,
    on_net          text NOT NULL CHECK (on_net IN ('None', 'Company', 'Account')),
    changed_by      text NOT NULL
);
CREATE UNIQUE INDEX ux_destination_name ON destination (service, lower(name));
CREATE UNIQUE INDEX ux_destination_on_net ON destination (service, on_net) WHERE on_net <> 'None';
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON destination FOR EACH ROW EXECUTE FUNCTION audit_change('id');

-- The destinations of numbers, by prefixes of their E.164 form without +; the empty one is that of all numbers. That the rate card is there is not checked
-- for each of a hundred thousand rows: rate cards are never deleted, and are entered before them in the same transaction.
CREATE TABLE destination_prefix (
    service     integer NOT NULL,
    prefix      text NOT NULL CHECK (prefix ~ '^[0-9]{0,20}$'),
    destination integer NOT NULL REFERENCES destination (id),
    rate_card   integer NOT NULL,
    PRIMARY KEY (service, prefix)
);
CREATE INDEX ix_destination_prefix_destination ON destination_prefix (destination);

-- Standard zone units, for destinations that caller and called decide together.
CREATE TABLE charging_zone (
    id         integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    service    integer NOT NULL,
    code       text NOT NULL CHECK (length(code) BETWEEN 1 AND 100),
    changed_by text NOT NULL
);
CREATE UNIQUE INDEX ux_charging_zone_code ON charging_zone (service, lower(code));
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON charging_zone FOR EACH ROW EXECUTE FUNCTION audit_change('id');

CREATE TABLE charging_zone_prefix (
    service   integer NOT NULL,
    prefix    text NOT NULL CHECK (prefix ~ '^[0-9]{0,20}$'),
    zone      integer NOT NULL REFERENCES charging_zone (id),
    rate_card integer NOT NULL,
    PRIMARY KEY (service, prefix)
);
CREATE INDEX ix_charging_zone_prefix_zone ON charging_zone_prefix (zone);

CREATE TABLE charging_zone_pair (
    caller      integer NOT NULL REFERENCES charging_zone (id),
    called      integer NOT NULL REFERENCES charging_zone (id),
    destination integer NOT NULL REFERENCES destination (id),
    rate_card   integer NOT NULL,
    PRIMARY KEY (caller, called)
);
CREATE INDEX ix_charging_zone_pair_called ON charging_zone_pair (called);
CREATE INDEX ix_charging_zone_pair_destination ON charging_zone_pair (destination);

-- What usage to a destination costs from a day on. A tariff is never changed: one with a higher id takes the place of one that is like it but for its
-- prices, from its first day on, and of one of the same day altogether.
CREATE TABLE tariff (
    id              bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    destination     integer NOT NULL REFERENCES destination (id),
    tariff_type     integer NOT NULL,
    call_type       text CHECK (length(call_type) BETWEEN 1 AND 30),
    plan            text CHECK (length(plan) BETWEEN 1 AND 100),
    company         integer,
    calendar        text CHECK (length(calendar) BETWEEN 1 AND 100),
    band            text CHECK (length(band) BETWEEN 1 AND 100),
    first_day       date NOT NULL CHECK (first_day BETWEEN '2000-01-01' AND '2999-12-31'),
    flagfall        numeric NOT NULL CHECK (flagfall BETWEEN 0 AND 1000000000),
    rate            numeric NOT NULL CHECK (rate BETWEEN 0 AND 1000000000),
    units           numeric NOT NULL CHECK (units > 0 AND units <= 1000000000000000),
    first_increment numeric NOT NULL CHECK (first_increment BETWEEN 0 AND 1000000000000000),
    next_increment  numeric NOT NULL CHECK (next_increment BETWEEN 0 AND 1000000000000000),
    minimum_charge  numeric CHECK (minimum_charge BETWEEN 0 AND 1000000000),
    maximum_charge  numeric CHECK (maximum_charge BETWEEN 0 AND 1000000000),
    decimals        integer NOT NULL CHECK (decimals BETWEEN 0 AND 8),
    rounding        text NOT NULL CHECK (rounding IN ('None', 'Up', 'Down', 'HalfUp', 'HalfEven')),
    rate_card       integer NOT NULL REFERENCES rate_card (id),
    CHECK ((calendar IS NULL) = (band IS NULL)),
    CHECK (maximum_charge IS NULL OR minimum_charge IS NULL OR minimum_charge <= maximum_charge)
);
CREATE INDEX ix_tariff_destination ON tariff (destination, first_day);
CREATE INDEX ix_tariff_rate_card ON tariff (rate_card);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Rows of % are never changed or deleted: enter others.', TG_TABLE_NAME;
END $$;
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON rate_card FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON tariff FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
