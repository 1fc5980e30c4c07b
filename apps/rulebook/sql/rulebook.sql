CREATE OR REPLACE FUNCTION rulebook_rulebook_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.approved_at IS NOT NULL THEN
        RAISE EXCEPTION 'rulebook_rulebook: an approved version never changes'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER rulebook_rulebook_immutable BEFORE UPDATE OR DELETE ON rulebook_rulebook
    FOR EACH ROW EXECUTE FUNCTION rulebook_rulebook_immutable();
