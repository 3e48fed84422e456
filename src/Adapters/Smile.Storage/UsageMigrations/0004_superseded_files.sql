-- A later version of a file takes the place of an earlier one. The same content is taken once, but a version may bring back what an earlier
-- one had.
DROP INDEX ux_usage_file_content;
CREATE UNIQUE INDEX ux_usage_file_content ON usage_file (source, hash) WHERE status NOT IN ('Refused', 'Superseded');

ALTER TABLE usage_file ADD COLUMN superseded_by bigint;
-- Records of earlier versions that this one does not have, or has otherwise.
ALTER TABLE usage_file ADD COLUMN taken_back integer NOT NULL DEFAULT 0;

-- What the files that have versions brought, and where it is now: nowhere else does a record say of which file it is. A record is of the
-- file that had it last.
CREATE TABLE usage_versioned (
    key_hash          uuid PRIMARY KEY,
    content_hash      bigint NOT NULL,
    file_id           bigint NOT NULL,
    subscription_usn  text,
    start             timestamptz
);
CREATE INDEX ix_usage_versioned_file ON usage_versioned (file_id, key_hash);
