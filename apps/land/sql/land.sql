CALL pg_temp.append_only('land_part');
CALL pg_temp.decided_once('land_project', 'voided_at', 'voided_by_id', 'void_reason');


-- What the parts of a project make of each kind that parts make, by the formulas of 三(一)2.
CREATE OR REPLACE FUNCTION land_made(project bigint) RETURNS TABLE (kind text, amount numeric)
LANGUAGE sql STABLE AS $$
    SELECT made.kind, coalesce(made.amount, 0)
    FROM (
        SELECT sum(quantity) FILTER (WHERE part.kind = 'farmland_area') AS farmland,
               sum(quantity) FILTER (WHERE part.kind IN ('farmland_area', 'paddy_area') AND land_class = 'paddy') AS paddy,
               round(sum(quantity * greatest(0, grade_before - grade_after) * 100)
                     FILTER (WHERE part.kind IN ('farmland_area', 'grain_capacity'))) AS capacity
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


-- Ground that cases claim: freed once, else as it was written.
CALL pg_temp.decided_once('land_caseground', 'freed_at');
ALTER TABLE land_caseground ADD COLUMN IF NOT EXISTS box box GENERATED ALWAYS AS (land_box(geometry)) STORED;
CREATE INDEX IF NOT EXISTS land_caseground_box ON land_caseground USING gist (box) WHERE freed_at IS NULL;
