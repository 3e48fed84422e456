-- Payments: details that are stored to pay with, payments and their attempts, payment plans, and how accounts pay by themselves.

-- What is secret of the details, a number or a gateway's token, is encrypted with keys outside the database, bound to the row's id. There
-- is no column for a verification code: none is ever stored.
CREATE TABLE stored_payment_details (
    id                 uuid PRIMARY KEY,
    account_usn        text NOT NULL REFERENCES account (usn),
    payment_type_code  text NOT NULL,
    account_name       text CHECK (length(account_name) <= 200),
    number_hint        text CHECK (length(number_hint) <= 20),
    expiry             date,
    secret_kind        text NOT NULL CHECK (secret_kind IN ('None', 'Number', 'Token')),
    payment_secret     bytea,
    stored             timestamptz NOT NULL,
    changed_by         text NOT NULL,
    CHECK ((secret_kind = 'None') = (payment_secret IS NULL))
);
-- One set for each account (guide, line 14126).
CREATE UNIQUE INDEX ux_stored_payment_details_account ON stored_payment_details (account_usn);

CREATE TABLE payment_plan (
    number       text PRIMARY KEY,
    account_usn  text NOT NULL REFERENCES account (usn),
    state        text NOT NULL CHECK (state IN ('Active', 'Cancelled')),
    created      timestamptz NOT NULL,
    changed_by   text NOT NULL
);
CREATE INDEX ix_payment_plan_account ON payment_plan (account_usn);

CREATE TABLE payment_plan_invoice (
    payment_plan_number  text NOT NULL REFERENCES payment_plan (number),
    transaction_number   text NOT NULL REFERENCES financial_transaction (number),
    position             integer NOT NULL CHECK (position >= 0),
    changed_by           text NOT NULL,
    PRIMARY KEY (payment_plan_number, transaction_number)
);
CREATE INDEX ix_payment_plan_invoice_transaction ON payment_plan_invoice (transaction_number);

CREATE TABLE payment_plan_instalment (
    payment_plan_number  text NOT NULL REFERENCES payment_plan (number),
    position             integer NOT NULL CHECK (position >= 0),
    due                  date NOT NULL,
    amount               numeric NOT NULL CHECK (amount > 0),
    payment_number       text,
    changed_by           text NOT NULL,
    PRIMARY KEY (payment_plan_number, position)
);

-- The number is its receipt's too. The amount includes the surcharge. Details may be replaced or deleted while a payment stays, so they
-- are no foreign key: the payment keeps what may be shown of them.
CREATE TABLE payment (
    number               text PRIMARY KEY,
    account_usn          text NOT NULL REFERENCES account (usn),
    payment_type_code    text NOT NULL,
    origin               text NOT NULL CHECK (origin IN ('Request', 'Recorded', 'Invoice', 'Balance', 'Plan')),
    status               text NOT NULL CHECK (status IN ('Waiting', 'Accepted', 'Declined', 'Attention', 'Cancelled')),
    currency             text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    amount               numeric NOT NULL CHECK (amount > 0),
    surcharge_amount     numeric NOT NULL CHECK (surcharge_amount >= 0 AND surcharge_amount < amount),
    surcharge_tax        numeric NOT NULL CHECK (surcharge_tax BETWEEN 0 AND surcharge_amount),
    stored_details_id    uuid,
    account_name         text CHECK (length(account_name) <= 200),
    number_hint          text CHECK (length(number_hint) <= 20),
    expiry               date,
    next_transfer        timestamptz,
    manually_entered     boolean NOT NULL,
    manually_declined    boolean NOT NULL,
    auto_allocate        boolean NOT NULL,
    invoice_number       text REFERENCES financial_transaction (number),
    payment_plan_number  text REFERENCES payment_plan (number),
    replaces             text REFERENCES payment (number),
    surcharge_number     text REFERENCES financial_transaction (number),
    decline_fee_number   text REFERENCES financial_transaction (number),
    gateway_reference    text,
    created              timestamptz NOT NULL,
    settled              timestamptz,
    changed_by           text NOT NULL,
    CHECK ((status = 'Waiting') = (next_transfer IS NOT NULL))
);
CREATE INDEX ix_payment_account ON payment (account_usn, number);
CREATE INDEX ix_payment_waiting ON payment (account_usn) WHERE status = 'Waiting';
CREATE INDEX ix_payment_invoice ON payment (invoice_number);
CREATE INDEX ix_payment_plan_number ON payment (payment_plan_number);
CREATE INDEX ix_payment_replaces ON payment (replaces);
CREATE INDEX ix_payment_surcharge ON payment (surcharge_number);
CREATE INDEX ix_payment_decline_fee ON payment (decline_fee_number);
-- An invoice has one scheduled payment at most.
CREATE UNIQUE INDEX ux_payment_invoice_scheduled ON payment (invoice_number) WHERE origin = 'Invoice' AND status = 'Waiting';

ALTER TABLE payment_plan_instalment ADD FOREIGN KEY (payment_number) REFERENCES payment (number);
CREATE INDEX ix_payment_plan_instalment_payment ON payment_plan_instalment (payment_number);

-- What a gateway was asked, under a reference that it never charges twice. Without an outcome, nobody knows yet what became of it.
CREATE TABLE payment_attempt (
    id              bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    payment_number  text NOT NULL REFERENCES payment (number),
    reference       text NOT NULL,
    started         timestamptz NOT NULL,
    inquiries       integer NOT NULL CHECK (inquiries >= 0),
    outcome         text CHECK (outcome IN ('Accepted', 'Declined', 'Attention')),
    message         text CHECK (length(message) <= 1000),
    finished        timestamptz CHECK (finished >= started),
    changed_by      text NOT NULL,
    CHECK ((outcome IS NULL) = (finished IS NULL))
);
CREATE INDEX ix_payment_attempt_payment ON payment_attempt (payment_number, id);
CREATE UNIQUE INDEX ux_payment_attempt_reference ON payment_attempt (reference);

-- Where a payment shall be allocated once it succeeds.
CREATE TABLE wanted_allocation (
    payment_number      text NOT NULL REFERENCES payment (number),
    position            integer NOT NULL CHECK (position >= 0),
    transaction_number  text NOT NULL REFERENCES financial_transaction (number),
    amount              numeric NOT NULL CHECK (amount > 0),
    changed_by          text NOT NULL,
    PRIMARY KEY (payment_number, position)
);
CREATE INDEX ix_wanted_allocation_transaction ON wanted_allocation (transaction_number);

-- An account's own automatic payment option; without a row its terms say.
CREATE TABLE auto_payment_choice (
    account_usn  text PRIMARY KEY REFERENCES account (usn),
    option       integer NOT NULL CHECK (option IN (0, 1, 2)),
    changed_by   text NOT NULL
);

CREATE OR REPLACE FUNCTION audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- Encrypted as they are, passwords and what is secret of payment details do not belong in the trail. The balance and what is
    -- unallocated follow from rows that are kept: they are bookkeeping, as the message number is.
    unaudited constant text[] := ARRAY['password', 'payment_secret', 'message_sequence', 'changed_by', 'balance', 'unallocated_amount'];
    old_row jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) - unaudited END;
    new_row jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}'::jsonb ELSE to_jsonb(NEW) - unaudited END;
    password_changed boolean := TG_OP = 'UPDATE' AND to_jsonb(OLD) -> 'password' IS DISTINCT FROM to_jsonb(NEW) -> 'password';
    secret_changed boolean := TG_OP = 'UPDATE' AND to_jsonb(OLD) -> 'payment_secret' IS DISTINCT FROM to_jsonb(NEW) -> 'payment_secret';
    row_key text := CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END ->> TG_ARGV[0];
    actor text := CASE WHEN TG_OP = 'DELETE' THEN OLD.changed_by ELSE NEW.changed_by END;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF old_row = new_row AND NOT password_changed AND NOT secret_changed THEN
            RETURN NULL;
        END IF;
        SELECT coalesce(jsonb_object_agg(o.key, o.value), '{}'), coalesce(jsonb_object_agg(o.key, new_row -> o.key), '{}')
            INTO old_row, new_row
            FROM jsonb_each(old_row) AS o
            WHERE new_row -> o.key IS DISTINCT FROM o.value;
        IF password_changed THEN
            new_row := new_row || '{"password": "changed"}';
        END IF;
        IF secret_changed THEN
            new_row := new_row || '{"payment_secret": "changed"}';
        END IF;
    END IF;
    INSERT INTO audit_change (changed_by, table_name, key, action, before, after)
        VALUES (actor, TG_TABLE_NAME, row_key, TG_OP, nullif(old_row, '{}'), nullif(new_row, '{}'));
    RETURN NULL;
END $$;

CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON stored_payment_details FOR EACH ROW EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON payment_plan FOR EACH ROW EXECUTE FUNCTION audit_change('number');
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON payment_plan_invoice FOR EACH ROW EXECUTE FUNCTION audit_change('payment_plan_number');
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON payment_plan_instalment FOR EACH ROW EXECUTE FUNCTION audit_change('payment_plan_number');
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON payment FOR EACH ROW EXECUTE FUNCTION audit_change('number');
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON payment_attempt FOR EACH ROW EXECUTE FUNCTION audit_change('payment_number');
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON wanted_allocation FOR EACH ROW EXECUTE FUNCTION audit_change('payment_number');
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON auto_payment_choice FOR EACH ROW EXECUTE FUNCTION audit_change('account_usn');
