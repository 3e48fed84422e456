-- The same trail at less than half of the work: a row is turned into JSON once, not for each question that is asked of it. A row that goes cannot say
-- who removes it: the transaction does, where the server removes it.
CREATE OR REPLACE FUNCTION audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- Encrypted as they are, passwords and what is secret of payment details do not belong in the trail, nor do hashes of tokens. The balance and what
    -- is unallocated follow from rows that are kept: they are bookkeeping, as the message number and the version of a password are.
    unaudited constant text[] := ARRAY['password', 'password_version', 'token_hash', 'payment_secret', 'message_sequence', 'changed_by', 'balance', 'unallocated_amount'];
    old_row jsonb;
    new_row jsonb;
    before_change jsonb;
    after_change jsonb;
BEGIN
    IF TG_OP = 'INSERT' THEN
        new_row := to_jsonb(NEW);
        INSERT INTO audit_change (changed_by, table_name, key, action, before, after)
            VALUES (NEW.changed_by, TG_TABLE_NAME, new_row ->> TG_ARGV[0], TG_OP, NULL, nullif(new_row - unaudited, '{}'));
        RETURN NULL;
    END IF;
    old_row := to_jsonb(OLD);
    before_change := old_row - unaudited;
    IF TG_OP = 'DELETE' THEN
        INSERT INTO audit_change (changed_by, table_name, key, action, before, after)
            VALUES (coalesce(nullif(current_setting('smile.changed_by', true), ''), OLD.changed_by), TG_TABLE_NAME, old_row ->> TG_ARGV[0], TG_OP, nullif(before_change, '{}'), NULL);
        RETURN NULL;
    END IF;
    new_row := to_jsonb(NEW);
    after_change := new_row - unaudited;
    IF before_change = after_change THEN
        IF old_row -> 'password' IS NOT DISTINCT FROM new_row -> 'password'
            AND old_row -> 'payment_secret' IS NOT DISTINCT FROM new_row -> 'payment_secret' THEN
            RETURN NULL;
        END IF;
        before_change := '{}';
        after_change := '{}';
    ELSE
        SELECT coalesce(jsonb_object_agg(o.key, o.value), '{}'), coalesce(jsonb_object_agg(o.key, after_change -> o.key), '{}')
            INTO before_change, after_change
            FROM jsonb_each(before_change) AS o
            WHERE after_change -> o.key IS DISTINCT FROM o.value;
    END IF;
    IF old_row -> 'password' IS DISTINCT FROM new_row -> 'password' THEN
        after_change := after_change || '{"password": "changed"}';
    END IF;
    IF old_row -> 'payment_secret' IS DISTINCT FROM new_row -> 'payment_secret' THEN
        after_change := after_change || '{"payment_secret": "changed"}';
    END IF;
    INSERT INTO audit_change (changed_by, table_name, key, action, before, after)
        VALUES (NEW.changed_by, TG_TABLE_NAME, new_row ->> TG_ARGV[0], TG_OP, nullif(before_change, '{}'), nullif(after_change, '{}'));
    RETURN NULL;
END $$;
