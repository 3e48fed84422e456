-- What tells this database from another one whose stage has the same name, on a broker that they share.
CREATE TABLE installation (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid()
);
INSERT INTO installation DEFAULT VALUES;
