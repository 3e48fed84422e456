-- Custom fields that clients give with payments and with details to keep.
ALTER TABLE payment ADD COLUMN properties jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(properties) = 'array');
ALTER TABLE stored_payment_details ADD COLUMN properties jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(properties) = 'array');
