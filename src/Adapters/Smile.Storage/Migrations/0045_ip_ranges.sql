-- Addresses of subscriptions. What was taken away stays: usage and authorities ask whose an address was.
CREATE TABLE subscription_ip_range (
    id                uuid PRIMARY KEY,
    subscription_usn  text NOT NULL REFERENCES subscription (usn),
    from_address      text NOT NULL CHECK (length(from_address) BETWEEN 1 AND 45),
    to_address        text NOT NULL CHECK (length(to_address) BETWEEN 1 AND 45),
    version           integer NOT NULL CHECK (version IN (4, 6)),
    first             numeric NOT NULL CHECK (first >= 0 AND first = trunc(first)),
    last              numeric NOT NULL CHECK (last < 340282366920938463463374607431768211456 AND last = trunc(last)),
    link_id           uuid,
    start             timestamptz NOT NULL,
    "end"             timestamptz CHECK ("end" >= start),
    changed_by        text NOT NULL,
    CHECK (first <= last)
);
CREATE INDEX ix_subscription_ip_range_subscription ON subscription_ip_range (subscription_usn);
CREATE INDEX ix_subscription_ip_range_link ON subscription_ip_range (link_id) WHERE link_id IS NOT NULL;
-- As a pool's number does, the version keeps ranges apart.
CREATE INDEX ix_subscription_ip_range_addresses ON subscription_ip_range USING gist (pool_span(version, first, last));
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON subscription_ip_range FOR EACH ROW EXECUTE FUNCTION audit_change('id');
