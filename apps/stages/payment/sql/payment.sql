CALL pg_temp.append_only('payment_settlement');
