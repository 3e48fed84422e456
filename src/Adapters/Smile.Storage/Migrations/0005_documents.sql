-- Documents that callers may download for a day, each by the caller who asked for it.
CREATE TABLE document_download (
    id                  uuid PRIMARY KEY,
    caller_usn          text NOT NULL REFERENCES subscription (usn),
    transaction_number  text REFERENCES financial_transaction (number),
    statement_usn       text REFERENCES account (usn),
    statement_from      date,
    statement_to        date,
    created             timestamptz NOT NULL,
    expires             timestamptz NOT NULL CHECK (expires > created),
    changed_by          text NOT NULL,
    CHECK ((transaction_number IS NULL) = (statement_usn IS NOT NULL)),
    CHECK ((statement_usn IS NULL) = (statement_from IS NULL) AND (statement_usn IS NULL) = (statement_to IS NULL) AND statement_from <= statement_to)
);
CREATE INDEX ix_document_download_caller ON document_download (caller_usn);
CREATE INDEX ix_document_download_transaction ON document_download (transaction_number);
CREATE INDEX ix_document_download_statement ON document_download (statement_usn);

CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON document_download FOR EACH ROW EXECUTE FUNCTION audit_change('id');
