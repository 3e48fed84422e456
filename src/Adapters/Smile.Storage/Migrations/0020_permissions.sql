-- The classes of operations that a login may call; null for those of its kind: a customer's, or all with access to all accounts.
ALTER TABLE api_permission ADD COLUMN classes text[]
    CHECK (classes <@ ARRAY['read', 'self-service', 'ordering', 'money', 'provisioning', 'staff']);

-- An address that was changed just now is not sent a password.
ALTER TABLE subscription ADD COLUMN email_changed timestamptz;
ALTER TABLE account ADD COLUMN email_changed timestamptz;

-- Who has reserved USNs, so that nobody reserves without end.
ALTER TABLE reserved_usn ADD COLUMN reserved_by text NOT NULL DEFAULT '';
CREATE INDEX ix_reserved_usn_by ON reserved_usn (reserved_by, reserved_at);
