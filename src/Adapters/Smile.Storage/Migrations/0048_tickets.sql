-- Tickets of the support desk: where each stands, what was noted and changed, and what is attached.

DO $$
DECLARE
    kinds text := (SELECT substring(pg_get_constraintdef(oid) FROM 'CHECK \((.*)\)$') FROM pg_constraint WHERE conname = 'catalogue_item_kind_check');
BEGIN
    ALTER TABLE catalogue_item DROP CONSTRAINT catalogue_item_kind_check;
    EXECUTE 'ALTER TABLE catalogue_item ADD CONSTRAINT catalogue_item_kind_check CHECK (kind IN (''ticket_status'', ''ticket_group'', ''ticket_type'') OR '
        || kinds || ')';
END $$;

-- The numbers below are those of templates, which share them (guide, line 17084).
CREATE SEQUENCE ticket_number START 100000;

CREATE TABLE ticket (
    number           bigint PRIMARY KEY CHECK (number >= 100000),
    template_number  integer NOT NULL,
    type_id          integer NOT NULL,
    status_id        integer NOT NULL,
    group_id         integer,
    operator_usn     text REFERENCES subscription (usn),
    account_usn      text REFERENCES account (usn),
    subscription_usn text REFERENCES subscription (usn),
    subject          text NOT NULL CHECK (length(subject) BETWEEN 1 AND 200),
    body             text CHECK (length(body) <= 20000),
    properties       jsonb NOT NULL,
    escalations      integer NOT NULL CHECK (escalations >= 0),
    created          timestamptz NOT NULL,
    opened           timestamptz NOT NULL,
    closed           timestamptz,
    changed_by       text NOT NULL,
    CHECK (account_usn IS NOT NULL OR subscription_usn IS NULL)
);
CREATE INDEX ix_ticket_account ON ticket (account_usn, number);
CREATE INDEX ix_ticket_subscription ON ticket (subscription_usn);
CREATE INDEX ix_ticket_operator ON ticket (operator_usn);
CREATE INDEX ix_ticket_properties ON ticket USING gin (properties jsonb_path_ops);
CREATE INDEX ix_ticket_open ON ticket (number) WHERE closed IS NULL;
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON ticket FOR EACH ROW EXECUTE FUNCTION audit_change('number');

-- What was said about a ticket, and what was changed of it. Rows stay as they are.
CREATE TABLE ticket_note (
    id               bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    ticket_number    bigint NOT NULL REFERENCES ticket (number),
    kind             text NOT NULL CHECK (kind IN ('Note', 'Change')),
    customer_visible boolean NOT NULL,
    text             text NOT NULL CHECK (length(text) BETWEEN 1 AND 20000),
    at               timestamptz NOT NULL,
    changed_by       text NOT NULL
);
CREATE INDEX ix_ticket_note_ticket ON ticket_note (ticket_number, id);
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON ticket_note FOR EACH ROW EXECUTE FUNCTION audit_change('id');

-- A link, or a file. It stays with its ticket.
CREATE TABLE ticket_attachment (
    id            uuid PRIMARY KEY,
    ticket_number bigint NOT NULL REFERENCES ticket (number),
    name          text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    description   text CHECK (length(description) <= 4000),
    url           text CHECK (length(url) BETWEEN 1 AND 2000),
    mime_type     text,
    file_name     text CHECK (length(file_name) BETWEEN 1 AND 200),
    size          integer CHECK (size > 0),
    sha256        text CHECK (length(sha256) = 64),
    added         timestamptz NOT NULL,
    changed_by    text NOT NULL,
    CHECK (num_nonnulls(url, file_name) = 1 AND num_nonnulls(mime_type, file_name, size, sha256) IN (0, 4))
);
CREATE INDEX ix_ticket_attachment_ticket ON ticket_attachment (ticket_number);
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON ticket_attachment FOR EACH ROW EXECUTE FUNCTION audit_change('id');

-- Beside the row: lists do not read it, and the audit trail has its hash alone.
CREATE TABLE ticket_file (
    attachment_id uuid PRIMARY KEY REFERENCES ticket_attachment (id),
    content       bytea NOT NULL
);
