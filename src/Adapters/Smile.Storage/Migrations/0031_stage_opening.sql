-- A database that was restored from another's dump must not do the other's work: mail its customers, bill them, suspend them, announce it all again.
-- Where it is, by the server and the database, is known to it alone; where it was opened travels with the dump. A stage works where both are the same.
CREATE FUNCTION database_home() RETURNS text LANGUAGE sql STABLE AS
    $$ SELECT system_identifier || '/' || (SELECT oid FROM pg_database WHERE datname = current_database()) FROM pg_control_system() $$;
ALTER TABLE installation
    ADD COLUMN opened_in  text,
    ADD COLUMN opened_at  timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN changed_by text NOT NULL DEFAULT 'migration';
UPDATE installation SET opened_in = database_home();
