CALL pg_temp.append_only('confirmation_confirmation');
