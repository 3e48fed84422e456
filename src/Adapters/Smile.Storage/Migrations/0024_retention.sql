-- What is deleted when it is old enough is found by its age.
CREATE INDEX ix_document_download_expires ON document_download (expires);
CREATE INDEX ix_due_work_done ON due_work (done) WHERE done IS NOT NULL;
CREATE INDEX ix_provision_request_log_logged ON provision_request_log USING brin (logged);
CREATE INDEX ix_stored_payment_details_expiry ON stored_payment_details (expiry) WHERE expiry IS NOT NULL;

-- That a download was given is kept in the audit trail; that it was cleared away is not worth a row.
DROP TRIGGER audit ON document_download;
CREATE TRIGGER audit AFTER INSERT OR UPDATE ON document_download FOR EACH ROW EXECUTE FUNCTION audit_change('id');

-- The days, in UTC, on which the operator was told of what failed: once, whichever server does it.
CREATE TABLE operator_notice (
    day   date PRIMARY KEY,
    sent  timestamptz NOT NULL
);

-- Who had a stored card number or token decrypted, and what for: also where nothing came of it.
CREATE TABLE payment_secret_access (
    id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at                 timestamptz NOT NULL DEFAULT now(),
    accessed_by        text NOT NULL,
    account_usn        text NOT NULL,
    payment_details_id uuid NOT NULL,
    secret_kind        text NOT NULL,
    purpose            text NOT NULL
);
CREATE INDEX ix_payment_secret_access_at ON payment_secret_access (at);
CREATE INDEX ix_payment_secret_access_account ON payment_secret_access (account_usn, at);
