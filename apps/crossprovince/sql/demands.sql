-- A demand moves only as the process allows, is never deleted, and once matched keeps its scheme and its price until the
-- scheme is taken back, which no payment has come of. It is passed by an opinion, is to be paid once no objection holds it,
-- paid in when its payments come to its price, received when every row of its scheme has its receipt and
-- just what they say is booked.
CALL pg_temp.runtime_role_may_not('DELETE, TRUNCATE', 'crossprovince_demand');
CREATE OR REPLACE FUNCTION crossprovince_paid_for(demand bigint) RETURNS numeric LANGUAGE plpgsql STABLE
    SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN coalesce((SELECT sum(paid.amount) FROM funds_payin paid JOIN funds_movement moved ON moved.id = paid.movement_id
        WHERE moved.source_id = demand), 0);
END $$;
CREATE OR REPLACE FUNCTION crossprovince_booked_of(demand bigint) RETURNS numeric LANGUAGE plpgsql STABLE
    SECURITY DEFINER SET search_path = public AS $$
BEGIN
    RETURN coalesce((SELECT sum(line.amount) FROM quota_batchline line JOIN quota_batch batch ON batch.id = line.batch_id
        WHERE batch.source = 'scheme' AND batch.source_id = demand), 0);
END $$;
CREATE OR REPLACE FUNCTION crossprovince_receipted_of(demand bigint) RETURNS numeric LANGUAGE sql STABLE AS $$
    SELECT coalesce(sum(r.area_mu), 0) FROM crossprovince_schemerow r
    JOIN crossprovince_nationalreceipt n ON n.row_id = r.id WHERE r.demand_id = demand AND r.taken_back_at IS NULL
$$;
CREATE OR REPLACE FUNCTION crossprovince_demand_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'crossprovince_demand: DELETE refused' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.status <> NEW.status AND (OLD.status, NEW.status) NOT IN (VALUES
        ('draft', 'province_review'), ('draft', 'withdrawn'),
        ('province_review', 'passed'), ('province_review', 'returned'), ('province_review', 'withdrawn'),
        ('returned', 'province_review'), ('returned', 'withdrawn'),
        ('passed', 'with_ministry'), ('passed', 'returned'), ('passed', 'withdrawn'),
        ('with_ministry', 'matched'), ('with_ministry', 'unmatched'), ('with_ministry', 'returned'), ('with_ministry', 'withdrawn'),
        ('unmatched', 'with_ministry'), ('unmatched', 'withdrawn'),
        ('matched', 'publicised'), ('publicised', 'paying'), ('publicised', 'disputed'), ('disputed', 'publicised'),
        ('matched', 'with_ministry'), ('publicised', 'with_ministry'), ('disputed', 'with_ministry'), ('paying', 'with_ministry'),
        ('paying', 'paid_in'), ('paid_in', 'received'),
        ('received', 'closed')
    ) THEN
        RAISE EXCEPTION 'crossprovince_demand: % to % is no move of the process', OLD.status, NEW.status
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (OLD.status, NEW.status) = ('province_review', 'passed')
       AND NOT EXISTS (SELECT FROM crossprovince_demandopinion said WHERE said.demand_id = NEW.id
           AND said.review_round = NEW.review_round AND said.outcome = 'pass') THEN
        RAISE EXCEPTION 'crossprovince_demand: row % was not passed', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.status NOT IN ('draft', 'returned')
       AND ((NEW.holder_id, NEW.region_id, NEW.title, NEW.planning_scale, NEW.remainder, NEW.rules)
           IS DISTINCT FROM (OLD.holder_id, OLD.region_id, OLD.title, OLD.planning_scale, OLD.remainder, OLD.rules)
           OR NEW.amount <> OLD.amount AND (OLD.status, NEW.status) <> ('with_ministry', 'matched')) THEN
        RAISE EXCEPTION 'crossprovince_demand: row % is fixed while %', OLD.id, OLD.status
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.status = 'with_ministry' AND OLD.status IN ('matched', 'publicised', 'disputed', 'paying') THEN
        IF NEW.scheme_id IS NOT NULL OR crossprovince_paid_for(NEW.id) > 0 THEN
            RAISE EXCEPTION 'crossprovince_demand: the scheme of row % is not taken back', OLD.id
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (OLD.status, NEW.status) = ('publicised', 'paying') AND (NEW.upheld_at IS NOT NULL OR NEW.unanswered_objections > 0
           OR EXISTS (SELECT FROM cases_case held WHERE held.id = NEW.id AND held.holds > 0)) THEN
        RAISE EXCEPTION 'crossprovince_demand: objections hold the scheme of row %', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.scheme_id IS NOT NULL AND (NEW.scheme_id, NEW.price) IS DISTINCT FROM (OLD.scheme_id, OLD.price) THEN
        RAISE EXCEPTION 'crossprovince_demand: row % keeps its scheme and its price', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (OLD.status, NEW.status) = ('with_ministry', 'matched') AND NEW.amount IS DISTINCT FROM (
           SELECT sum(area_mu) FROM crossprovince_schemerow WHERE demand_id = NEW.id AND scheme_id = NEW.scheme_id
           AND taken_back_at IS NULL)
       OR NEW.status = 'matched' AND NEW.amount > OLD.amount THEN
        RAISE EXCEPTION 'crossprovince_demand: row % is not what its scheme says', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.status <> NEW.status AND NEW.status = 'paid_in' AND crossprovince_paid_for(NEW.id) <> NEW.price THEN
        RAISE EXCEPTION 'crossprovince_demand: row % is not paid in full', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.status <> NEW.status AND NEW.status IN ('received', 'closed')
       AND (crossprovince_receipted_of(NEW.id), crossprovince_booked_of(NEW.id)) IS DISTINCT FROM (NEW.amount, NEW.amount) THEN
        RAISE EXCEPTION 'crossprovince_demand: row % was not received whole', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER crossprovince_demand_moves BEFORE UPDATE OR DELETE ON crossprovince_demand
    FOR EACH ROW EXECUTE FUNCTION crossprovince_demand_moves();


-- Of a demand no more is paid in than its scheme asks, whatever the payments.
CREATE OR REPLACE FUNCTION crossprovince_payment_within_price() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public AS $$
DECLARE
    demand bigint := (SELECT source_id FROM funds_movement WHERE id = NEW.movement_id);
BEGIN
    IF crossprovince_paid_for(demand) > coalesce((SELECT price FROM crossprovince_demand WHERE id = demand), 0) THEN
        RAISE EXCEPTION 'funds_payin: more is paid for % than its scheme asks', demand
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER crossprovince_payment_within_price AFTER INSERT ON funds_payin
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION crossprovince_payment_within_price();


-- What a scheme brings is never more than its rows with receipts say, and its demand's holder's.
CREATE OR REPLACE FUNCTION crossprovince_batch_is_received() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public AS $$
DECLARE
    batch quota_batch;
BEGIN
    SELECT * INTO batch FROM quota_batch WHERE id = NEW.batch_id;
    IF batch.source = 'scheme'
       AND (crossprovince_booked_of(batch.source_id) > crossprovince_receipted_of(batch.source_id)
            OR NOT EXISTS (SELECT FROM crossprovince_demand WHERE id = batch.source_id AND holder_id = batch.owner_id)) THEN
        RAISE EXCEPTION 'quota_batch: batch % is more than its scheme brings', batch.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER crossprovince_batch_is_received AFTER INSERT ON quota_batchline
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION crossprovince_batch_is_received();


-- A number of the national system is one row's: the side that gives and the one that takes each enter it once.
CREATE OR REPLACE FUNCTION crossprovince_receipt_of_one_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.comes_in IS DISTINCT FROM (SELECT demand_id IS NOT NULL FROM crossprovince_schemerow WHERE id = NEW.row_id)
       OR EXISTS (
           SELECT FROM crossprovince_nationalreceipt other
           JOIN crossprovince_schemerow theirs ON theirs.id = other.row_id
           JOIN crossprovince_scheme their_scheme ON their_scheme.id = theirs.scheme_id
           JOIN crossprovince_schemerow mine ON mine.id = NEW.row_id
           JOIN crossprovince_scheme my_scheme ON my_scheme.id = mine.scheme_id
           WHERE other.national_key = NEW.national_key
             AND (their_scheme.scheme_key, theirs.row_key) <> (my_scheme.scheme_key, mine.row_key)) THEN
        RAISE EXCEPTION 'crossprovince_nationalreceipt: % is another row''s', NEW.national_no
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER crossprovince_receipt_of_one_row BEFORE INSERT ON crossprovince_nationalreceipt
    FOR EACH ROW EXECUTE FUNCTION crossprovince_receipt_of_one_row();
