CALL pg_temp.append_only('quota_movement');
CALL pg_temp.append_only('quota_entry');
CALL pg_temp.sums_to_zero('quota_entry', 'movement_id', 'batch_id', 'kind');
CALL pg_temp.keeps_balance('quota_entry', 'quota_account', 'account_id');
CALL pg_temp.append_only('quota_batch');
CALL pg_temp.append_only('quota_batchline');
CALL pg_temp.append_only('quota_yearstatement');


-- What a claim has had written off stands in the ledger under its case and finding; nothing else of it changes.
CREATE OR REPLACE FUNCTION quota_claim_met(claim bigint) RETURNS numeric LANGUAGE sql STABLE AS $$
    SELECT coalesce(sum(entry.amount), 0)
    FROM quota_claim wanted
    JOIN quota_movement movement ON movement.case_id = wanted.case_id AND movement.reference = wanted.finding_no
     AND movement.reason = 'write_off'
    JOIN quota_entry entry ON entry.movement_id = movement.id
    JOIN quota_account account ON account.id = entry.account_id AND account.bucket = 'written_off'
     AND account.holder_id = wanted.holder_id AND account.kind = wanted.kind
    WHERE wanted.id = claim
$$;
CREATE OR REPLACE FUNCTION quota_claim_only_shrinks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.left > OLD.left
       OR to_jsonb(NEW) - ARRAY['left', 'settled_at'] IS DISTINCT FROM to_jsonb(OLD) - ARRAY['left', 'settled_at'] THEN
        RAISE EXCEPTION 'quota_claim: claim % is only met, never changed', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER quota_claim_only_shrinks BEFORE UPDATE OR DELETE ON quota_claim
    FOR EACH ROW EXECUTE FUNCTION quota_claim_only_shrinks();
CALL pg_temp.runtime_role_may_not('DELETE, TRUNCATE', 'quota_claim');
CREATE OR REPLACE FUNCTION quota_claim_is_met() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public AS $$
BEGIN
    IF EXISTS (SELECT FROM quota_claim claim WHERE id = NEW.id AND amount - claim.left <> quota_claim_met(id)) THEN
        RAISE EXCEPTION 'quota_claim: claim % is not what was written off for it', NEW.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER quota_claim_is_met AFTER INSERT OR UPDATE ON quota_claim
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION quota_claim_is_met();


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
        SELECT FROM quota_batchline line JOIN quota_batch batch ON batch.id = line.batch_id
        WHERE batch.project_id = project
        GROUP BY line.kind
        HAVING sum(line.amount) > coalesce((SELECT made.amount FROM land_made(project) made WHERE made.kind = line.kind), 0))
$$;
CREATE OR REPLACE FUNCTION quota_left_to_book(project bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM land_made(project) made
        WHERE made.amount > coalesce((
            SELECT sum(line.amount) FROM quota_batchline line JOIN quota_batch batch ON batch.id = line.batch_id
            WHERE batch.project_id = project AND line.kind = made.kind), 0))
$$;
CREATE OR REPLACE FUNCTION quota_batch_is_covered() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public AS $$
DECLARE project bigint := (SELECT project_id FROM quota_batch WHERE id = NEW.batch_id);
BEGIN
    PERFORM FROM land_project WHERE id = project FOR UPDATE;
    IF quota_overbooked(project) THEN
        RAISE EXCEPTION 'quota_batch: project % is booked beyond what its parts make', project
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER quota_batch_covered AFTER INSERT ON quota_batchline
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION quota_batch_is_covered();


-- A batch has its lines when it is written, and no more of them once the ledger knows it.
CREATE OR REPLACE FUNCTION quota_batch_not_empty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM quota_batchline WHERE batch_id = NEW.id) THEN
        RAISE EXCEPTION 'quota_batch: batch % holds nothing', NEW.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER quota_batch_not_empty AFTER INSERT ON quota_batch
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION quota_batch_not_empty();

CREATE OR REPLACE FUNCTION quota_line_of_booked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM quota_account WHERE batch_id = NEW.batch_id) THEN
        RAISE EXCEPTION 'quota_batchline: batch % is booked', NEW.batch_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER quota_line_of_booked BEFORE INSERT ON quota_batchline
    FOR EACH ROW EXECUTE FUNCTION quota_line_of_booked();


-- A batch holds kinds of its own class only.
CREATE OR REPLACE FUNCTION quota_line_of_its_class() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF kinds_class(NEW.kind) IS DISTINCT FROM (SELECT quota_class FROM quota_batch WHERE id = NEW.batch_id) THEN
        RAISE EXCEPTION 'quota_batchline: % is no kind of the class of batch %', NEW.kind, NEW.batch_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER quota_line_of_its_class BEFORE INSERT ON quota_batchline
    FOR EACH ROW EXECUTE FUNCTION quota_line_of_its_class();


-- What was used stays used for what was said.
CALL pg_temp.append_only('quota_retirement');


-- A term of use never ends earlier than it was given, and is extended once.
CALL pg_temp.runtime_role_may_not('DELETE, TRUNCATE', 'quota_useterm');
CREATE OR REPLACE FUNCTION quota_term_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'quota_useterm: DELETE refused' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (NEW.batch_id, NEW.holder_id) IS DISTINCT FROM (OLD.batch_id, OLD.holder_id) OR NEW.ends_at < OLD.ends_at
       OR (OLD.extended_days IS NOT NULL AND NEW.extended_days IS NOT NULL) THEN
        RAISE EXCEPTION 'quota_useterm: term % is shortened or extended again', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER quota_term_only_grows BEFORE UPDATE OR DELETE ON quota_useterm
    FOR EACH ROW EXECUTE FUNCTION quota_term_only_grows();


-- What a burden lies on never changes, and it is lifted once. It lies on all, or on amounts of kinds of its batch.
CALL pg_temp.decided_once('quota_encumbrance', 'lifted_at', 'lift_reason');
CALL pg_temp.append_only('quota_encumbranceline');
CREATE OR REPLACE FUNCTION quota_burden_is_whole_or_named(burden bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT encumbrance.whole = NOT EXISTS (SELECT FROM quota_encumbranceline WHERE encumbrance_id = burden)
       AND NOT EXISTS (
           SELECT FROM quota_encumbranceline line WHERE line.encumbrance_id = burden AND NOT EXISTS (
               SELECT FROM quota_batchline booked
               WHERE booked.batch_id = encumbrance.batch_id AND booked.kind = line.kind))
    FROM quota_encumbrance encumbrance WHERE encumbrance.id = burden
$$;
CREATE OR REPLACE FUNCTION quota_burden_must_say_on_what() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    burden bigint := CASE TG_TABLE_NAME WHEN 'quota_encumbrance' THEN to_jsonb(NEW) ->> 'id'
                                        ELSE to_jsonb(NEW) ->> 'encumbrance_id' END;
BEGIN
    IF NOT quota_burden_is_whole_or_named(burden) THEN
        RAISE EXCEPTION 'quota_encumbrance: burden % lies neither on all nor on amounts of its batch', burden
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER quota_burden_says_on_what AFTER INSERT ON quota_encumbrance
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION quota_burden_must_say_on_what();
CREATE CONSTRAINT TRIGGER quota_burden_line_of_its_batch AFTER INSERT ON quota_encumbranceline
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION quota_burden_must_say_on_what();


-- What burdens lie on is neither frozen nor used, and does not leave its holder: the rest covers it. Written off it may
-- be, for what was never there. Fires after the balance has moved (by its name).
CREATE OR REPLACE FUNCTION quota_burdened(of_batch bigint, of_holder bigint, of_kind text, there numeric)
    RETURNS numeric LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN bool_or(burden.whole) THEN there + 1 ELSE coalesce(sum(line.amount), 0) END
    FROM quota_encumbrance burden
    LEFT JOIN quota_encumbranceline line ON line.encumbrance_id = burden.id AND line.kind = of_kind
    WHERE burden.batch_id = of_batch AND burden.lifted_at IS NULL
      AND (burden.holder_id IS NULL OR burden.holder_id = of_holder)
$$;
CREATE OR REPLACE FUNCTION quota_entry_spares_burdens() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    source quota_account;
    there numeric;
BEGIN
    SELECT * INTO source FROM quota_account WHERE id = NEW.account_id;
    IF source.bucket NOT IN ('available', 'frozen') OR NOT EXISTS (
        SELECT FROM quota_movement WHERE id = NEW.movement_id AND reason IN ('freeze', 'transfer', 'use')) THEN
        RETURN NULL;
    END IF;
    SELECT coalesce(sum(balance), 0) INTO there FROM quota_account
    WHERE holder_id = source.holder_id AND batch_id = source.batch_id AND kind = source.kind
      AND (bucket = 'available' OR source.bucket = 'frozen' AND bucket = 'frozen');
    IF there < quota_burdened(source.batch_id, source.holder_id, source.kind, there) THEN
        RAISE EXCEPTION 'quota_entry: a burden lies on what would leave account %', source.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER quota_entry_spares_burdens AFTER INSERT ON quota_entry
    FOR EACH ROW WHEN (NEW.amount < 0) EXECUTE FUNCTION quota_entry_spares_burdens();
