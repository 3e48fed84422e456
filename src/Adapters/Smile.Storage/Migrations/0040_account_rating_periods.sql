-- An account has rating periods of its own, as its subscriptions have, with numbers from the same sequence (guide, line 10418).
ALTER TABLE rating_period
    ALTER COLUMN subscription_usn DROP NOT NULL,
    ADD COLUMN account_usn text REFERENCES account (usn),
    ADD CONSTRAINT ck_rating_period_of_one CHECK (num_nonnulls(subscription_usn, account_usn) = 1),
    ADD CONSTRAINT ux_rating_period_account UNIQUE (account_usn, rating_period_end);
