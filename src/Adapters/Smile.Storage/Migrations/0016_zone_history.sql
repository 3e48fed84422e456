-- The time zone of the account that a subscription left: days of before are that account's days.
ALTER TABLE subscription_event ADD COLUMN time_zone_id integer;
