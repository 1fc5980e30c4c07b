-- What was measured stays as it was reported, and so do opinions.
CALL pg_temp.append_only('surplus_measurement');
CALL pg_temp.append_only('surplus_part');
CALL pg_temp.append_only('surplus_opinion');


-- From its submission on, a verification changes only as it moves on, its figures not at all; a number once given stays.
CALL pg_temp.runtime_role_may_not('DELETE, TRUNCATE', 'surplus_verification');
CALL pg_temp.frozen_when('surplus_verification', 'OLD.status NOT IN (''draft'', ''commissioned'', ''measured'', ''returned'')',
    'status', 'record_no', 'record_key', 'recorded_on', 'certificate_no', 'certified_at', 'end_reason');
-- The record number follows the ministry's document, and that changes by a correction alone (documents.sql).
CREATE OR REPLACE FUNCTION surplus_record_is_corrected(stood surplus_verification, stands surplus_verification)
    RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM documents_incomingdocument came JOIN documents_incomingcorrection mended ON mended.incoming_id = came.id
        WHERE came.case_id = stands.id AND came.act = 'verification.record'
        AND (came.register_no, came.document_date) = (stands.record_no, stands.recorded_on)
        AND mended.before ->> 'register_no' = stood.record_no)
$$;
CREATE OR REPLACE FUNCTION surplus_verification_moves() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    record text[] := ARRAY['record_no', 'record_key', 'recorded_on'];
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'surplus_verification: DELETE refused' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.status = NEW.status THEN
        IF OLD.status NOT IN ('draft', 'commissioned', 'measured', 'returned') AND NEW IS DISTINCT FROM OLD
           AND NOT (surplus_record_is_corrected(OLD, NEW) AND to_jsonb(NEW) - record = to_jsonb(OLD) - record) THEN
            RAISE EXCEPTION 'surplus_verification: row % is fixed while %', OLD.id, OLD.status
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    ELSIF (OLD.status, NEW.status) NOT IN (VALUES
        ('draft', 'commissioned'), ('draft', 'withdrawn'),
        ('commissioned', 'measured'), ('commissioned', 'withdrawn'),
        ('measured', 'commissioned'), ('measured', 'city_review'), ('measured', 'province_review'), ('measured', 'withdrawn'),
        ('city_review', 'province_review'), ('city_review', 'returned'), ('city_review', 'withdrawn'),
        ('province_review', 'verified'), ('province_review', 'returned'), ('province_review', 'withdrawn'),
        ('returned', 'commissioned'), ('returned', 'measured'), ('returned', 'city_review'), ('returned', 'province_review'), ('returned', 'withdrawn'),
        ('verified', 'recorded'), ('verified', 'returned'), ('verified', 'revoked'),
        ('recorded', 'certified'), ('recorded', 'revoked'),
        ('certified', 'revoked')
    ) THEN
        RAISE EXCEPTION 'surplus_verification: % to % is no move of the process', OLD.status, NEW.status
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (OLD.status, NEW.status) IN (VALUES ('city_review', 'province_review'), ('province_review', 'verified'))
       AND NOT EXISTS (SELECT FROM surplus_opinion said WHERE said.verification_id = NEW.id AND said.outcome = 'pass'
           AND said.review_round = NEW.review_round
           AND said.level = CASE OLD.status WHEN 'city_review' THEN 'city' ELSE 'province' END) THEN
        RAISE EXCEPTION 'surplus_verification: row % was not passed', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (OLD.status, NEW.status) = ('verified', 'returned')
       AND NOT EXISTS (SELECT FROM documents_incomingdocument came WHERE came.case_id = NEW.id AND came.act = 'verification.reopen'
           AND came.entered_at >= (SELECT max(decided_at) FROM surplus_opinion WHERE verification_id = NEW.id)) THEN
        RAISE EXCEPTION 'surplus_verification: row % was not sent back by any document', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.status IN ('recorded', 'certified') AND (NEW.record_no IS NULL OR NEW.recorded_on IS NULL)
       OR NEW.status = 'certified' AND (NEW.certificate_no IS NULL OR NEW.certified_at IS NULL) THEN
        RAISE EXCEPTION 'surplus_verification: row % has not the numbers that it needs to be %', OLD.id, NEW.status
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (OLD.record_no IS NOT NULL AND (NEW.record_no, NEW.recorded_on) IS DISTINCT FROM (OLD.record_no, OLD.recorded_on)
        AND NOT surplus_record_is_corrected(OLD, NEW))
       OR (OLD.certificate_no IS NOT NULL
           AND (NEW.certificate_no, NEW.certified_at) IS DISTINCT FROM (OLD.certificate_no, OLD.certified_at)) THEN
        RAISE EXCEPTION 'surplus_verification: row % keeps its numbers', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER surplus_verification_moves BEFORE UPDATE OR DELETE ON surplus_verification
    FOR EACH ROW EXECUTE FUNCTION surplus_verification_moves();


-- A set of parts has those that it was handed in with: what is booked of it never grows.
CREATE OR REPLACE FUNCTION surplus_measurement_has_its_parts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.part_count <> (SELECT count(*) FROM surplus_part part WHERE part.measurement_id = NEW.id) THEN
        RAISE EXCEPTION 'surplus_measurement: set % has not the parts that it was handed in with', NEW.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER surplus_measurement_has_its_parts AFTER INSERT ON surplus_measurement
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION surplus_measurement_has_its_parts();
CREATE OR REPLACE FUNCTION surplus_parts_no_more() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM surplus_measurement one WHERE one.id IN (SELECT measurement_id FROM added)
               AND one.part_count < (SELECT count(*) FROM surplus_part part WHERE part.measurement_id = one.id)) THEN
        RAISE EXCEPTION 'surplus_part: more parts than the set was handed in with'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER surplus_parts_no_more AFTER INSERT ON surplus_part REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION surplus_parts_no_more();


-- Nothing is drawn or measured once it is handed in, and by nobody but the county and its measurer.
CREATE OR REPLACE FUNCTION surplus_measured_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE found surplus_verification%ROWTYPE;
BEGIN
    SELECT * INTO found FROM surplus_verification WHERE id = NEW.verification_id FOR UPDATE;
    IF NEW.origin = 'report' AND (found.status NOT IN ('commissioned', 'measured', 'returned')
                                  OR NEW.by_id IS DISTINCT FROM found.measurer_id)
       OR NEW.origin = 'draft' AND (found.status NOT IN ('draft', 'measured', 'returned')
                                    OR NEW.by_id NOT IN (found.holder_id, found.filed_by_id)) THEN
        RAISE EXCEPTION 'surplus_measurement: no % of organisation % is taken while verification % is %',
            NEW.origin, NEW.by_id, NEW.verification_id, found.status USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER surplus_measured_in_time BEFORE INSERT ON surplus_measurement
    FOR EACH ROW EXECUTE FUNCTION surplus_measured_in_time();


-- What the newest report of a verification makes: T = R - S - B - V, what it carries, H rounded down.
CREATE OR REPLACE FUNCTION surplus_made(verification bigint) RETURNS TABLE (
    tradeable numeric, carried_farmland numeric, carried_paddy numeric, carried_capacity numeric, high_standard numeric)
LANGUAGE sql STABLE AS $$
    SELECT made.tradeable, sums.farmland, sums.paddy, sums.capacity,
           div(sums.high * made.tradeable * 10000, sums.reclaimed) / 10000
    FROM surplus_verification found
    CROSS JOIN LATERAL (
        SELECT * FROM surplus_measurement WHERE verification_id = found.id AND origin = 'report'
        ORDER BY version DESC LIMIT 1) AS newest
    CROSS JOIN LATERAL (
        SELECT sum(area) AS reclaimed,
               coalesce(sum(area) FILTER (WHERE grade_after IS NOT NULL), 0) AS farmland,
               coalesce(sum(area) FILTER (WHERE class_after = 'paddy'), 0) AS paddy,
               coalesce(sum(round(area * (16 - grade_after) * 100)), 0) AS capacity,
               coalesce(sum(area) FILTER (WHERE high_standard_no <> ''), 0) AS high
        FROM surplus_part WHERE measurement_id = newest.id) AS sums
    CROSS JOIN LATERAL (
        SELECT sums.reclaimed - newest.resettlement - found.returned - found.reserved AS tradeable) AS made
    WHERE found.id = verification
$$;


-- A batch of surplus quota is what a certified verification made, no more, for its county, under its number.
CREATE OR REPLACE FUNCTION surplus_wrongly_booked(batch bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT NOT EXISTS (
        SELECT FROM quota_batch booked
        JOIN surplus_verification found ON found.id = booked.source_id AND found.certified_at IS NOT NULL
         AND found.holder_id = booked.owner_id AND found.region_id = booked.region_id
         AND found.certificate_no = booked.certificate_no
         AND found.rules -> 'parameters' ->> 'circulation_right' = booked.circulation
        CROSS JOIN LATERAL surplus_made(found.id) made
        WHERE booked.id = batch
          AND (booked.carried_farmland, booked.carried_paddy, booked.carried_capacity, booked.high_standard)
            = (made.carried_farmland, made.carried_paddy, made.carried_capacity, made.high_standard)
          AND made.tradeable = (SELECT sum(amount) FROM quota_batchline WHERE batch_id = booked.id))
$$;
CREATE OR REPLACE FUNCTION surplus_batch_is_verified() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public AS $$
BEGIN
    IF surplus_wrongly_booked(NEW.id) THEN
        RAISE EXCEPTION 'quota_batch: batch % is not what a certified verification made', NEW.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER surplus_batch_is_verified AFTER INSERT ON quota_batch
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.source = 'verification')
    EXECUTE FUNCTION surplus_batch_is_verified();
