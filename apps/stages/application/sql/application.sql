CALL pg_temp.append_only('application_submission');
