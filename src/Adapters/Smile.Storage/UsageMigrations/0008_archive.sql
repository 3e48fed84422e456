-- Months that were brought to files and dropped (smile usage archive). A month that gets rows again later, of rating periods that began long
-- before their usage came, has further parts.
CREATE TABLE usage_archive (
    month        date NOT NULL CHECK (extract(day FROM month) = 1),
    part         integer NOT NULL,
    id           uuid NOT NULL,
    status       text NOT NULL CHECK (status IN ('Exporting', 'Exported', 'Dropped')),
    records      bigint NOT NULL DEFAULT 0,
    ratings      bigint NOT NULL DEFAULT 0,
    folder       text NOT NULL,
    begun        timestamptz NOT NULL,
    exported     timestamptz,
    dropped      timestamptz,
    archived_by  text NOT NULL,
    PRIMARY KEY (month, part)
);

-- Months before this one are archived, and no usage is taken any more that began before taken_from: the rating periods that it could be of
-- have begun in such months. Who writes records holds a lock that who moves this waits for. One row, or none.
CREATE TABLE usage_archive_limit (
    one         boolean PRIMARY KEY DEFAULT true CHECK (one),
    month       date NOT NULL CHECK (extract(day FROM month) = 1),
    taken_from  timestamptz NOT NULL
);

-- Records or ratings of the period are archived: it is never rated again, since that would take back all that its records were charged.
ALTER TABLE usage_state ADD COLUMN archived boolean NOT NULL DEFAULT false;
