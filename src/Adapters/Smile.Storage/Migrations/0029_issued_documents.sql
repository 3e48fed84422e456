-- What a closed transaction's document is made with for ever: the version of the catalogue, the language and the addressee of when it was
-- closed. Without a foreign key, since all that is closed would lock the one row of the version that holds, or of an addressee; versions are never deleted.
-- Empty for what was closed before: its document is made with what holds now.
ALTER TABLE financial_transaction
    ADD COLUMN issued_catalogue integer CHECK (issued_catalogue > 0),
    ADD COLUMN issued_language  text,
    ADD COLUMN issued_to        text[],
    ADD COLUMN issued_account   text,
    ADD CHECK ((issued_catalogue IS NULL) = (issued_language IS NULL) AND (issued_catalogue IS NULL) = (issued_to IS NULL)
        AND (issued_catalogue IS NULL) = (issued_account IS NULL));
