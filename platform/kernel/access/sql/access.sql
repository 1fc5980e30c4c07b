CALL pg_temp.decided_once('access_preparation', 'decided_at', 'decided_by_id', 'decided_by_name', 'released', 'remark');
