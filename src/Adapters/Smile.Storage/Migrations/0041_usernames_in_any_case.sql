-- Usernames are looked up without regard to case, but for services that tell names by it.
CREATE INDEX ix_subscription_username_in_any_case ON subscription (service_id, lower(username)) WHERE closed IS NULL;
