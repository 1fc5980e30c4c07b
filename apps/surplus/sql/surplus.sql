-- What was measured stays as it was reported, and so do opinions.
CALL pg_temp.append_only('surplus_measurement');
CALL pg_temp.append_only('surplus_part');
CALL pg_temp.append_only('surplus_opinion');
-- Certified, a verification changes no more, but that it may be revoked; ended, it never changes.
CALL pg_temp.frozen_when('surplus_verification', 'OLD.status IN (''withdrawn'', ''revoked'')');
