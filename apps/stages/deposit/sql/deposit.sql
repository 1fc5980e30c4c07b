CALL pg_temp.append_only('deposit_certificate');
