-- Mails that tell customers of thresholds of their usage, with what the places of their templates stand for.
ALTER TABLE dispatch_item ADD COLUMN template_values jsonb;
ALTER TABLE dispatch_item DROP CONSTRAINT dispatch_item_kind_check;
ALTER TABLE dispatch_item ADD CONSTRAINT dispatch_item_kind_check
    CHECK (kind IN ('Invoice', 'Receipt', 'Note', 'Statement', 'Notice', 'Letter', 'UsageNotice'));
ALTER TABLE dispatch_item DROP CONSTRAINT dispatch_item_letter_check;
ALTER TABLE dispatch_item ADD CONSTRAINT dispatch_item_letter_check
    CHECK ((kind = 'Letter') = (subject IS NOT NULL) AND (subject IS NULL) = (body IS NULL) AND (kind = 'Letter' OR address IS NULL)
        AND (kind IN ('Letter', 'UsageNotice') OR subscription_usn IS NULL) AND (kind = 'UsageNotice') = (template_values IS NOT NULL));
