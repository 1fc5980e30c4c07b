CALL pg_temp.append_only('quota_movement');
CALL pg_temp.append_only('quota_entry');
CALL pg_temp.sums_to_zero('quota_entry', 'movement_id', 'batch_id', 'kind');
CALL pg_temp.keeps_balance('quota_entry', 'quota_account', 'account_id');
CALL pg_temp.append_only('quota_batch');
CALL pg_temp.append_only('quota_yearstatement');


CREATE OR REPLACE FUNCTION quota_entry_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM quota_account
                   WHERE id = NEW.account_id AND batch_id = NEW.batch_id AND kind = NEW.kind) THEN
        RAISE EXCEPTION 'quota_entry: not of the batch and kind of its account'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER quota_entry_fits BEFORE INSERT ON quota_entry
    FOR EACH ROW EXECUTE FUNCTION quota_entry_fits();


CREATE OR REPLACE FUNCTION quota_overbooked(project bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM land_made(project) made
        WHERE made.amount < (
            SELECT sum((to_jsonb(batch) ->> made.kind)::numeric) FROM quota_batch batch
            WHERE batch.project_id = project))
$$;
CREATE OR REPLACE FUNCTION quota_batch_is_covered() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public AS $$
BEGIN
    PERFORM FROM land_project WHERE id = NEW.project_id FOR UPDATE;
    IF quota_overbooked(NEW.project_id) THEN
        RAISE EXCEPTION 'quota_batch: project % is booked beyond what its parts make', NEW.project_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER quota_batch_covered AFTER INSERT ON quota_batch
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION quota_batch_is_covered();
