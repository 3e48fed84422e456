-- Mail from customers that was added to tickets.

-- The address that mail of an account or a login comes from, for comparing: capitals do not count. What is longer is no address.
CREATE FUNCTION email_address_of(properties jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT lower(left(jsonb_path_query_first(properties, '$[*] ? (@.n == "emailAddress").v') #>> '{}', 254))
$$;
CREATE INDEX ix_account_email_address ON account (email_address_of(properties));
CREATE INDEX ix_subscription_email_address ON subscription (email_address_of(properties)) WHERE closed IS NULL;

-- Written in the transaction that adds the mail: the key is the guarantee that it is added once, whatever becomes of it in its mailbox.
CREATE TABLE ticket_mail (
    fingerprint   text PRIMARY KEY CHECK (fingerprint ~ '^[0-9a-f]{64}$'),
    ticket_number bigint NOT NULL REFERENCES ticket (number),
    sender        text NOT NULL CHECK (length(sender) BETWEEN 1 AND 254),
    message_id    text CHECK (length(message_id) BETWEEN 1 AND 250),
    at            timestamptz NOT NULL,
    changed_by    text NOT NULL
);
CREATE INDEX ix_ticket_mail_ticket ON ticket_mail (ticket_number, at);
CREATE INDEX ix_ticket_mail_sender ON ticket_mail (sender, at);
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON ticket_mail FOR EACH ROW EXECUTE FUNCTION audit_change('fingerprint');

-- Which server reads the mailbox, and until when it may do so without saying again that it does. What is added once is the fingerprint's
-- matter: this keeps servers from moving the same mails at the same time, of which mail servers make two.
CREATE TABLE ticket_mail_reader (
    one    boolean PRIMARY KEY DEFAULT true CHECK (one),
    server uuid NOT NULL,
    until  timestamptz NOT NULL
);

-- What mails a letter belongs with, as Message-IDs: mail programs show them together.
ALTER TABLE dispatch_item ADD COLUMN mail_references text;
ALTER TABLE dispatch_item DROP CONSTRAINT dispatch_item_letter_check;
ALTER TABLE dispatch_item ADD CONSTRAINT dispatch_item_letter_check
    CHECK ((kind = 'Letter') = (subject IS NOT NULL) AND (subject IS NULL) = (body IS NULL)
        AND (kind = 'Letter' OR num_nonnulls(subscription_usn, address, mail_references) = 0));
