-- By which per cent a line's tax was worked out: a charge that waits is taxed by the rate of its invoice's day. Unknown of what is there already.
ALTER TABLE transaction_item ADD COLUMN gst_percent numeric;
