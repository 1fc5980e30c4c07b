-- A computed guide price is kept as it is, and attached once.
CALL pg_temp.decided_once('prices_computation', 'attached_at');
