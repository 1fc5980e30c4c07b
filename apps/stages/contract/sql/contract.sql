CALL pg_temp.decided_once('contract_signature', 'voided_at');
CALL pg_temp.frozen_when('contract_contract', 'OLD.effective_at IS NOT NULL');
CALL pg_temp.follows_award('contract_contract');


-- Its text changes with a new revision, and only while nobody has signed the present one.
CREATE OR REPLACE FUNCTION contract_text_is_signed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['terms', 'text_sha256', 'revision', 'effective_at', 'fiscal_account_id'];
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'contract_contract: row % is fixed', OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF to_jsonb(NEW) - free IS DISTINCT FROM to_jsonb(OLD) - free
       OR ((NEW.terms, NEW.text_sha256, NEW.fiscal_account_id)
               IS DISTINCT FROM (OLD.terms, OLD.text_sha256, OLD.fiscal_account_id)
           AND (NEW.revision <> OLD.revision + 1 OR EXISTS (
               SELECT FROM contract_signature one WHERE one.contract_id = OLD.id AND one.voided_at IS NULL))) THEN
        RAISE EXCEPTION 'contract_contract: row % is fixed', OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER contract_text_is_signed BEFORE UPDATE OR DELETE ON contract_contract
    FOR EACH ROW EXECUTE FUNCTION contract_text_is_signed();
