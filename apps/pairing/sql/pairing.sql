-- What was recorded stays; it is ended once.
CALL pg_temp.decided_once('pairing_pairing', 'ended_at', 'ended_by_id');
