-- What was measured stays as it was reported, and so do opinions.
CALL pg_temp.append_only('surplus_measurement');
CALL pg_temp.append_only('surplus_part');
CALL pg_temp.append_only('surplus_opinion');


-- From its submission on, a verification changes only as it moves on, its figures not at all; a number once given stays.
CALL pg_temp.runtime_role_may_not('DELETE, TRUNCATE', 'surplus_verification');
CALL pg_temp.frozen_when('surplus_verification', 'OLD.status NOT IN (''draft'', ''commissioned'', ''measured'', ''returned'')',
    'status', 'record_no', 'record_key', 'recorded_on', 'certificate_no', 'certified_at', 'end_reason');
CREATE OR REPLACE FUNCTION surplus_verification_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'surplus_verification: DELETE refused' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.status = NEW.status THEN
        IF OLD.status NOT IN ('draft', 'commissioned', 'measured', 'returned') AND NEW IS DISTINCT FROM OLD THEN
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
    IF (OLD.record_no IS NOT NULL AND (NEW.record_no, NEW.recorded_on) IS DISTINCT FROM (OLD.record_no, OLD.recorded_on))
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
