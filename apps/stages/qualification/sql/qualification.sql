CALL pg_temp.append_only('qualification_termsconfirmation');
