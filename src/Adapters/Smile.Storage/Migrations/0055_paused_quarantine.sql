-- Quarantine that a temporary link of its own holder has put off: it holds again, to the end that it had, where nothing else becomes of the reservation.
CREATE TABLE pool_paused_quarantine (
    id             bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    reservation_id uuid NOT NULL REFERENCES pool_reservation (id),
    first          numeric NOT NULL,
    last           numeric NOT NULL,
    back_link_type text NOT NULL CHECK (length(back_link_type) BETWEEN 1 AND 100),
    back_link_key  text NOT NULL CHECK (length(back_link_key) BETWEEN 1 AND 200),
    expiry         timestamptz NOT NULL,
    changed_by     text NOT NULL,
    CHECK (first <= last)
);
CREATE INDEX ix_pool_paused_quarantine_reservation ON pool_paused_quarantine (reservation_id);
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON pool_paused_quarantine FOR EACH ROW EXECUTE FUNCTION audit_change('id');
