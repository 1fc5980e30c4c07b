-- Whose case it is and of which process never changes; its number is given once, its end comes once.
CALL pg_temp.frozen_when('cases_case', 'true', 'number', 'holds', 'ended_at');

CREATE OR REPLACE FUNCTION cases_case_given_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'cases_case: number and end of case % are given once', OLD.id
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER cases_case_given_once BEFORE UPDATE ON cases_case FOR EACH ROW
    WHEN (OLD.number IS NOT NULL AND OLD.number IS DISTINCT FROM NEW.number
       OR OLD.ended_at IS NOT NULL AND OLD.ended_at IS DISTINCT FROM NEW.ended_at)
    EXECUTE FUNCTION cases_case_given_once();
