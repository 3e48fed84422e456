-- Customers' purchase orders, and which charges are rolled up into one invoice line.
ALTER TABLE catalogue_item DROP CONSTRAINT catalogue_item_kind_check;
ALTER TABLE catalogue_item ADD CONSTRAINT catalogue_item_kind_check CHECK (kind IN (
    'company', 'currency', 'time_zone', 'account_type', 'account_terms', 'service', 'package', 'package_plan', 'plan', 'feature', 'invoice_grouping', 'charge_type'));

CREATE TABLE purchase_order (
    id                 uuid PRIMARY KEY,
    account_usn        text NOT NULL REFERENCES account (usn),
    number             text NOT NULL CHECK (length(number) BETWEEN 1 AND 100),
    expires            date,
    properties         jsonb NOT NULL CHECK (jsonb_typeof(properties) = 'array'),
    exclusive_invoice  boolean NOT NULL,
    deprecated         boolean NOT NULL,
    created            timestamptz NOT NULL,
    changed_by         text NOT NULL
);
CREATE UNIQUE INDEX ux_purchase_order_number ON purchase_order (account_usn, number);

CREATE TABLE purchase_order_subscription (
    purchase_order_id  uuid NOT NULL REFERENCES purchase_order (id),
    subscription_usn   text NOT NULL REFERENCES subscription (usn),
    changed_by         text NOT NULL,
    PRIMARY KEY (purchase_order_id, subscription_usn)
);
CREATE INDEX ix_purchase_order_subscription_subscription ON purchase_order_subscription (subscription_usn);

-- rollup_to_usn may name the account itself: no foreign key to subscription. Null charge types are those of the configuration.
CREATE TABLE invoice_grouping (
    id                  uuid PRIMARY KEY,
    account_usn         text NOT NULL REFERENCES account (usn),
    configuration_id    uuid NOT NULL,
    rollup_to_usn       text,
    active_from         date,
    active_to           date,
    rollup_description  text CHECK (length(rollup_description) BETWEEN 1 AND 500),
    charge_types        integer[],
    created             timestamptz NOT NULL,
    deleted             timestamptz,
    changed_by          text NOT NULL,
    CHECK (active_from < active_to)
);
CREATE INDEX ix_invoice_grouping_account ON invoice_grouping (account_usn);

CREATE TABLE grouped_subscription (
    invoice_grouping_id  uuid NOT NULL REFERENCES invoice_grouping (id),
    subscription_usn     text NOT NULL REFERENCES subscription (usn),
    changed_by           text NOT NULL,
    PRIMARY KEY (invoice_grouping_id, subscription_usn)
);
CREATE INDEX ix_grouped_subscription_subscription ON grouped_subscription (subscription_usn);

CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON purchase_order FOR EACH ROW EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON purchase_order_subscription FOR EACH ROW EXECUTE FUNCTION audit_change('purchase_order_id');
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON invoice_grouping FOR EACH ROW EXECUTE FUNCTION audit_change('id');
CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON grouped_subscription FOR EACH ROW EXECUTE FUNCTION audit_change('invoice_grouping_id');
