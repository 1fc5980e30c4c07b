-- A draft is kept as its author wrote it: it is approved, once, or another version is drafted.
CALL pg_temp.decided_once('rulebook_rulebook', 'approved_at', 'approved_by_id');
