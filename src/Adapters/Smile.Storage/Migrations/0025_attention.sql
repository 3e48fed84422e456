-- Payments that wait for an operator are few among all, and are counted often.
CREATE INDEX ix_payment_attention ON payment (number) WHERE status = 'Attention';
