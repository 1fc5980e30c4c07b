CALL pg_temp.append_only('money_bankentry');
CALL pg_temp.append_only('money_statement');
CALL pg_temp.append_only('money_movement');
CALL pg_temp.append_only('money_entry');
CALL pg_temp.sums_to_zero('money_entry', 'movement_id');
CALL pg_temp.keeps_balance('money_entry', 'money_account', 'account_id');
CALL pg_temp.append_only('money_counted');
CALL pg_temp.append_only('money_outgoingline');
CALL pg_temp.append_only('money_balancereport');
CALL pg_temp.decided_once('money_fiscalaccount', 'closed_at', 'closed_by_id');
CALL pg_temp.append_only('money_countedanswer');


CREATE OR REPLACE FUNCTION money_remittance_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        RAISE EXCEPTION 'money_remittance: % refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (NEW.case_id, NEW.province, NEW.purse, NEW.attempt, NEW.amount, NEW.request_id, NEW.due_since)
        IS DISTINCT FROM
        (OLD.case_id, OLD.province, OLD.purse, OLD.attempt, OLD.amount, OLD.request_id, OLD.due_since)
        OR (OLD.account_id IS NOT NULL AND NEW.account_id IS DISTINCT FROM OLD.account_id)
        OR (OLD.released_at IS NOT NULL AND (NEW.released_at, NEW.released_by_id)
            IS DISTINCT FROM (OLD.released_at, OLD.released_by_id)) THEN
        RAISE EXCEPTION 'money_remittance: row % is fixed', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER money_remittance_fixed BEFORE UPDATE OR DELETE ON money_remittance
    FOR EACH ROW EXECUTE FUNCTION money_remittance_is_fixed();
