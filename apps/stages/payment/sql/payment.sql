CALL pg_temp.append_only('payment_settlement');
CALL pg_temp.follows_award('payment_settlement');
