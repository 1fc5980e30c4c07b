CALL pg_temp.append_only('announcement_announcement');
CALL pg_temp.append_only('announcement_supplement');
CALL pg_temp.append_only('announcement_portalnote');
