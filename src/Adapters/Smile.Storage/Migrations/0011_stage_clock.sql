-- How far the stage's time is ahead of the system's, on stages whose clock may be moved.
CREATE TABLE stage_clock (
    only_row    boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    ahead       interval NOT NULL,
    changed_by  text NOT NULL
);
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON stage_clock FOR EACH ROW EXECUTE FUNCTION audit_change('only_row');

CREATE FUNCTION notify_clock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('smile_clock', '');
    RETURN NULL;
END $$;
CREATE TRIGGER notify AFTER INSERT OR UPDATE OR DELETE ON stage_clock FOR EACH STATEMENT EXECUTE FUNCTION notify_clock();
