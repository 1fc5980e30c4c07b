-- Plans, opinions, the ministry's rows and receipts stay as they were entered.
CALL pg_temp.append_only('crossprovince_plan');
CALL pg_temp.append_only('crossprovince_planline');
CALL pg_temp.append_only('crossprovince_planacceptance');
CALL pg_temp.append_only('crossprovince_quarterreport');
CALL pg_temp.append_only('crossprovince_auditdraw');
CALL pg_temp.append_only('crossprovince_adjustmentopinion');
CALL pg_temp.append_only('crossprovince_demandopinion');
CALL pg_temp.decided_once('crossprovince_schemerow', 'taken_back_at');
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
        ('unmatched', 'with_ministry'), ('unmatched', 'returned'), ('unmatched', 'withdrawn'),
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
    IF (OLD.status, NEW.status) = ('transferred', 'closed') AND (
           NOT EXISTS (SELECT FROM crossprovince_auditround final WHERE final.adjustment_id = NEW.id AND final.year = 0
                       AND final.outcome IN ('in_order', 'none') AND final.voided_at IS NULL)
           OR EXISTS (SELECT FROM funds_account held WHERE held.source_id = NEW.id AND held.balance > 0
                      AND (held.bucket = 'pool' OR held.bucket LIKE 'share:%'))) THEN
        RAISE EXCEPTION 'crossprovince_adjustment: row % is not spent and audited', OLD.id
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


-- The plan of use in force: the newest version, one that was proposed only once it was accepted.
CREATE OR REPLACE FUNCTION crossprovince_plan_in_force(adjustment bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT plan.id FROM crossprovince_plan plan WHERE plan.adjustment_id = adjustment
        AND (NOT plan.proposed OR EXISTS (SELECT FROM crossprovince_planacceptance said WHERE said.plan_id = plan.id))
    ORDER BY plan.version DESC LIMIT 1
$$;


-- Of a line of the plan in force no more is spent than it says, and only on its own category; nothing is spent without.
CREATE OR REPLACE FUNCTION crossprovince_overspent(adjustment bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM funds_spending spent JOIN funds_movement moved ON moved.id = spent.movement_id
        LEFT JOIN crossprovince_planline line
            ON line.plan_id = crossprovince_plan_in_force(adjustment) AND line.no = spent.plan_line
            AND line.category = spent.category
        WHERE moved.source_id = adjustment AND NOT EXISTS (SELECT FROM funds_reversal back WHERE back.of_id = moved.id)
        GROUP BY spent.plan_line
        HAVING bool_or(line.id IS NULL) OR sum(spent.amount) > max(line.amount))
$$;
CREATE OR REPLACE FUNCTION crossprovince_spending_is_planned() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public AS $$
DECLARE
    adjustment bigint := CASE TG_TABLE_NAME
        WHEN 'funds_spending' THEN (SELECT source_id FROM funds_movement
                                    WHERE id = (to_jsonb(NEW) ->> 'movement_id')::bigint)
        WHEN 'crossprovince_planacceptance' THEN (SELECT adjustment_id FROM crossprovince_plan
                                                  WHERE id = (to_jsonb(NEW) ->> 'plan_id')::bigint)
        ELSE (to_jsonb(NEW) ->> 'adjustment_id')::bigint END;
BEGIN
    IF EXISTS (SELECT FROM crossprovince_adjustment WHERE id = adjustment) AND crossprovince_overspent(adjustment) THEN
        RAISE EXCEPTION 'funds_spending: more is spent of adjustment % than its plan of use says', adjustment
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER crossprovince_spending_is_planned AFTER INSERT ON funds_spending
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION crossprovince_spending_is_planned();
CREATE CONSTRAINT TRIGGER crossprovince_plan_bears_spending AFTER INSERT ON crossprovince_plan
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION crossprovince_spending_is_planned();
CREATE CONSTRAINT TRIGGER crossprovince_accepted_plan_bears_spending AFTER INSERT ON crossprovince_planacceptance
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION crossprovince_spending_is_planned();


-- Of a closed adjustment nothing is distributed or spent.
CREATE OR REPLACE FUNCTION crossprovince_closed_spends_nothing() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public AS $$
BEGIN
    IF EXISTS (SELECT FROM funds_movement moved JOIN crossprovince_adjustment it ON it.id = moved.source_id
               WHERE moved.id = NEW.movement_id AND it.status = 'closed') THEN
        RAISE EXCEPTION '%: the adjustment is closed', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER crossprovince_closed_spends_nothing BEFORE INSERT ON funds_spending
    FOR EACH ROW EXECUTE FUNCTION crossprovince_closed_spends_nothing();
CREATE TRIGGER crossprovince_closed_distributes_nothing BEFORE INSERT ON funds_distribution
    FOR EACH ROW EXECUTE FUNCTION crossprovince_closed_spends_nothing();


-- What an audit committed to is what it reveals; what was drawn, concluded or void stays so.
CALL pg_temp.runtime_role_may_not('DELETE, TRUNCATE', 'crossprovince_auditround');
CREATE OR REPLACE FUNCTION crossprovince_audit_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE'
       OR (NEW.adjustment_id, NEW.year, NEW.commitment, NEW.sealed_secret, NEW.begun_at)
          IS DISTINCT FROM (OLD.adjustment_id, OLD.year, OLD.commitment, OLD.sealed_secret, OLD.begun_at)
       OR OLD.drawn_at IS NOT NULL AND (NEW.drawn_at, NEW.secret, NEW.spent, NEW.sampled)
          IS DISTINCT FROM (OLD.drawn_at, OLD.secret, OLD.spent, OLD.sampled)
       OR OLD.concluded_at IS NOT NULL AND (NEW.concluded_at, NEW.outcome)
          IS DISTINCT FROM (OLD.concluded_at, OLD.outcome)
       OR OLD.voided_at IS NOT NULL AND NEW.voided_at IS DISTINCT FROM OLD.voided_at THEN
        RAISE EXCEPTION 'crossprovince_auditround: row % is fixed', OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.secret <> '' AND encode(sha256(decode(NEW.secret, 'hex')), 'hex') <> NEW.commitment THEN
        RAISE EXCEPTION 'crossprovince_auditround: the secret of row % is not what it committed to', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER crossprovince_audit_goes_on BEFORE UPDATE OR DELETE ON crossprovince_auditround
    FOR EACH ROW EXECUTE FUNCTION crossprovince_audit_goes_on();
