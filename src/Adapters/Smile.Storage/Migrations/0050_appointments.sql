-- Appointments of operators.

-- The row that bookings of an operator lock. Its number keeps operators apart within one range type, so that no extension is needed.
CREATE TABLE appointment_calendar (
    number       integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    operator_usn text NOT NULL UNIQUE REFERENCES subscription (usn)
);

-- A time of an operator, in seconds, among those of all operators.
CREATE FUNCTION appointment_span(calendar integer, begins timestamptz, ends timestamptz) RETURNS numrange LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT numrange(calendar * 1000000000000 + extract(epoch FROM begins), calendar * 1000000000000 + extract(epoch FROM ends), '[)')
$$;

-- The operator is taken from the departure on. The constraint is the guarantee: whatever the server thinks is free, no hour is given twice.
CREATE TABLE appointment (
    id            uuid PRIMARY KEY,
    calendar      integer NOT NULL REFERENCES appointment_calendar (number),
    ticket_number bigint NOT NULL REFERENCES ticket (number),
    departs       timestamptz NOT NULL,
    starts        timestamptz NOT NULL CHECK (starts >= departs),
    ends          timestamptz NOT NULL CHECK (ends > starts),
    created       timestamptz NOT NULL,
    cancelled     timestamptz,
    changed_by    text NOT NULL,
    CONSTRAINT ex_appointment EXCLUDE USING gist (appointment_span(calendar, departs, ends) WITH &&) WHERE (cancelled IS NULL)
);
CREATE INDEX ix_appointment_calendar ON appointment (calendar, ends);
CREATE INDEX ix_appointment_ticket ON appointment (ticket_number);
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON appointment FOR EACH ROW EXECUTE FUNCTION audit_change('id');
