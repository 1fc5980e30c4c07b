CALL pg_temp.append_only('land_part');
CALL pg_temp.decided_once('land_project', 'voided_at', 'voided_by_id', 'void_reason');


CALL pg_temp.append_only('land_regrade');


-- So much of a part has a grade now.
CREATE OR REPLACE FUNCTION land_area_at(wanted bigint, grade integer) RETURNS numeric LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT quantity FROM land_part WHERE id = wanted AND grade_after = grade), 0)
         + coalesce((SELECT sum(CASE grade WHEN grade_to THEN area WHEN grade_from THEN -area END)
                     FROM land_regrade WHERE part_id = wanted), 0)
$$;


-- Only ground that makes capacity has its grade raised, and none that is not there.
CREATE OR REPLACE FUNCTION land_regrade_is_there() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM land_part WHERE id = NEW.part_id AND kind IN ('farmland_area', 'grain_capacity')
                   AND grade_before >= NEW.grade_from) OR land_area_at(NEW.part_id, NEW.grade_from) < NEW.area THEN
        RAISE EXCEPTION 'land_regrade: part % has not % of grade %', NEW.part_id, NEW.area, NEW.grade_from
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'regraded_ground_is_there';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER land_regrade_is_there BEFORE INSERT ON land_regrade
    FOR EACH ROW EXECUTE FUNCTION land_regrade_is_there();


-- What the parts of a project make of each kind that parts make, by the formulas of 三(一)2. A regraded area had some
-- capacity at the grade that it came from, so that what it gained is all more.
CREATE OR REPLACE FUNCTION land_made(project bigint) RETURNS TABLE (kind text, amount numeric)
LANGUAGE sql STABLE AS $$
    SELECT made.kind, coalesce(made.amount, 0)
    FROM (
        SELECT sum(quantity) FILTER (WHERE part.kind = 'farmland_area') AS farmland,
               sum(quantity) FILTER (WHERE part.kind IN ('farmland_area', 'paddy_area') AND land_class = 'paddy') AS paddy,
               round(sum(quantity * greatest(0, grade_before - grade_after) * 100)
                     FILTER (WHERE part.kind IN ('farmland_area', 'grain_capacity'))
                     + coalesce((SELECT sum(better.area * (grade_from - grade_to) * 100) FROM land_regrade better
                                 JOIN land_part of_it ON of_it.id = better.part_id
                                 WHERE of_it.project_id = project), 0)) AS capacity
        FROM land_part part WHERE project_id = project
    ) AS sums, LATERAL (
        VALUES ('farmland_area', farmland), ('paddy_area', paddy), ('grain_capacity', capacity)
    ) AS made (kind, amount)
$$;


-- The box around a parcel, so that an index finds those nearby.
CREATE OR REPLACE FUNCTION land_box(geometry jsonb) RETURNS box LANGUAGE sql IMMUTABLE AS $$
    SELECT box(point(max((p->>0)::float8), max((p->>1)::float8)), point(min((p->>0)::float8), min((p->>1)::float8)))
    FROM jsonb_path_query(
        geometry, 'strict $.coordinates.** ? (@.type() == "array" && @[0].type() == "number")'
    ) p
$$;
ALTER TABLE land_part ADD COLUMN IF NOT EXISTS box box GENERATED ALWAYS AS (land_box(geometry)) STORED;
CREATE INDEX IF NOT EXISTS land_part_box ON land_part USING gist (box);


-- A project has the parts that it was recorded with: what it makes, and its acceptance report states, never grows.
CREATE OR REPLACE FUNCTION land_require_parts(project bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM land_project one WHERE one.id = project
               AND one.part_count <> (SELECT count(*) FROM land_part part WHERE part.project_id = one.id)) THEN
        RAISE EXCEPTION 'land_project: project % has not the parts that it was recorded with', project
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
END $$;
CREATE OR REPLACE FUNCTION land_project_has_its_parts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM land_require_parts(NEW.id);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER land_project_has_its_parts AFTER INSERT ON land_project
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION land_project_has_its_parts();
CREATE OR REPLACE FUNCTION land_part_of_its_project() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM land_require_parts(NEW.project_id);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER land_part_of_its_project AFTER INSERT ON land_part
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION land_part_of_its_project();


-- Ground that cases claim: freed once, else as it was written.
CALL pg_temp.decided_once('land_caseground', 'freed_at', 'box'); -- box is generated, and made after this looks
ALTER TABLE land_caseground ADD COLUMN IF NOT EXISTS box box GENERATED ALWAYS AS (land_box(geometry)) STORED;
CREATE INDEX IF NOT EXISTS land_caseground_box ON land_caseground USING gist (box) WHERE freed_at IS NULL;
