-- Who tried to log in with wrong credentials, and from where. Kept for 90 days.
CREATE TABLE failed_login (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at        timestamptz NOT NULL DEFAULT now(),
    username  text NOT NULL,
    address   text NOT NULL
);
CREATE INDEX ix_failed_login_at ON failed_login (at);
