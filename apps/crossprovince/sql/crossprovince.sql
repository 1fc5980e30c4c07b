-- Plans, opinions, the ministry's rows and receipts stay as they were entered.
CALL pg_temp.append_only('crossprovince_plan');
CALL pg_temp.append_only('crossprovince_planline');
CALL pg_temp.append_only('crossprovince_adjustmentopinion');
CALL pg_temp.append_only('crossprovince_schemerow');
CALL pg_temp.append_only('crossprovince_nationalreceipt');
CALL pg_temp.decided_once('crossprovince_scheme', 'published_at', 'ends_at');


-- An adjustment moves only as the process allows, is never deleted, and once matched keeps its scheme and its amounts.
CALL pg_temp.runtime_role_may_not('DELETE, TRUNCATE', 'crossprovince_adjustment');
CREATE OR REPLACE FUNCTION crossprovince_adjustment_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'crossprovince_adjustment: DELETE refused' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.status <> NEW.status AND (OLD.status, NEW.status) NOT IN (VALUES
        ('draft', 'province_review'), ('draft', 'withdrawn'),
        ('province_review', 'passed'), ('province_review', 'returned'), ('province_review', 'withdrawn'),
        ('returned', 'province_review'), ('returned', 'withdrawn'),
        ('passed', 'consented'), ('passed', 'returned'), ('passed', 'withdrawn'),
        ('consented', 'with_ministry'), ('consented', 'returned'), ('consented', 'withdrawn'),
        ('with_ministry', 'matched'), ('with_ministry', 'unmatched'), ('with_ministry', 'returned'), ('with_ministry', 'withdrawn'),
        ('unmatched', 'with_ministry'), ('unmatched', 'withdrawn'),
        ('matched', 'publicised'), ('publicised', 'implementing'), ('publicised', 'disputed'),
        ('disputed', 'publicised'), ('matched', 'with_ministry'), ('publicised', 'with_ministry'),
        ('disputed', 'with_ministry'), ('implementing', 'with_ministry'), ('implementing', 'transferred'),
        ('transferred', 'closed')
    ) THEN
        RAISE EXCEPTION 'crossprovince_adjustment: % to % is no move of the process', OLD.status, NEW.status
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (OLD.status, NEW.status) = ('province_review', 'passed')
       AND NOT EXISTS (SELECT FROM crossprovince_adjustmentopinion said WHERE said.adjustment_id = NEW.id
           AND said.review_round = NEW.review_round AND said.outcome = 'pass') THEN
        RAISE EXCEPTION 'crossprovince_adjustment: row % was not passed', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.status NOT IN ('draft', 'returned')
       AND (NEW.holder_id, NEW.region_id, NEW.title, NEW.remainder, NEW.rules, NEW.loan_source, NEW.income_tied)
           IS DISTINCT FROM (OLD.holder_id, OLD.region_id, OLD.title, OLD.remainder, OLD.rules, OLD.loan_source, OLD.income_tied) THEN
        RAISE EXCEPTION 'crossprovince_adjustment: row % is fixed while %', OLD.id, OLD.status
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.status = 'with_ministry' AND OLD.status IN ('matched', 'publicised', 'disputed', 'implementing') THEN
        IF NEW.scheme_id IS NOT NULL OR EXISTS (SELECT FROM funds_allocation n JOIN funds_movement m ON m.id = n.movement_id
                   WHERE m.source_id = NEW.id) THEN
            RAISE EXCEPTION 'crossprovince_adjustment: the scheme of row % is not taken back', OLD.id
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (OLD.status, NEW.status) = ('publicised', 'implementing') AND (NEW.upheld_at IS NOT NULL OR NEW.unanswered_objections > 0
           OR EXISTS (SELECT FROM cases_case held WHERE held.id = NEW.id AND held.holds > 0)) THEN
        RAISE EXCEPTION 'crossprovince_adjustment: objections hold the scheme of row %', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.scheme_id IS NOT NULL AND (NEW.scheme_id, NEW.price, NEW.gross, NEW.retained, NEW.margin)
           IS DISTINCT FROM (OLD.scheme_id, OLD.price, OLD.gross, OLD.retained, OLD.margin) THEN
        RAISE EXCEPTION 'crossprovince_adjustment: row % keeps its scheme and its amounts', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER crossprovince_adjustment_moves BEFORE UPDATE OR DELETE ON crossprovince_adjustment
    FOR EACH ROW EXECUTE FUNCTION crossprovince_adjustment_moves();


-- Of a batch no more is frozen for adjustments than the ledger has frozen, and of high-standard farmland no more leaves
-- than it brings, in all adjustments together.
CREATE OR REPLACE FUNCTION crossprovince_overdrawn(batch bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM crossprovince_adjustmentline line JOIN quota_batch booked ON booked.id = line.batch_id
        WHERE line.batch_id = batch
        GROUP BY booked.id, booked.high_standard
        HAVING coalesce(sum(line.frozen + line.handed) FILTER (WHERE line.high_standard), 0) > booked.high_standard
            OR sum(line.frozen) > coalesce((SELECT sum(balance) FROM quota_account a WHERE a.batch_id = booked.id
                AND a.bucket = 'frozen' AND a.holder_id = booked.owner_id), 0))
$$;
CREATE OR REPLACE FUNCTION crossprovince_line_is_covered() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public AS $$
BEGIN
    IF crossprovince_overdrawn(NEW.batch_id) THEN
        RAISE EXCEPTION 'crossprovince_adjustmentline: batch % does not bear what adjustments take of it', NEW.batch_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER crossprovince_line_is_covered AFTER INSERT OR UPDATE ON crossprovince_adjustmentline
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION crossprovince_line_is_covered();
