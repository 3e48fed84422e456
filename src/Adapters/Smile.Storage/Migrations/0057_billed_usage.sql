-- Which invoice the usage of a rating period is on, and by which version of its rating. What is here is closed: usage that comes later is
-- billed with a later period. There is no row of a period whose bill was rejected or deleted.
CREATE TABLE billed_usage (
    subscription_usn    text NOT NULL REFERENCES subscription (usn),
    period_from         date NOT NULL,
    period_to           date NOT NULL,
    version             integer NOT NULL,
    transaction_number  text REFERENCES financial_transaction (number),
    billed              timestamptz NOT NULL,
    PRIMARY KEY (subscription_usn, period_from)
);
CREATE INDEX ix_billed_usage_transaction ON billed_usage (transaction_number) WHERE transaction_number IS NOT NULL;
