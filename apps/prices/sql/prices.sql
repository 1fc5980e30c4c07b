CREATE OR REPLACE FUNCTION prices_computation_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.attached_at IS NULL AND NEW.attached_at IS NOT NULL
        AND to_jsonb(NEW) - 'attached_at' = to_jsonb(OLD) - 'attached_at' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'prices_computation: a computed guide price is kept as it is, and attached once'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER prices_computation_kept BEFORE UPDATE OR DELETE ON prices_computation
    FOR EACH ROW EXECUTE FUNCTION prices_computation_kept();
