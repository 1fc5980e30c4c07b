CALL pg_temp.append_only('confirmation_confirmation');
CALL pg_temp.follows_award('confirmation_confirmation');
