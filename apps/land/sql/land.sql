CALL pg_temp.append_only('land_part');
CALL pg_temp.decided_once('land_project', 'voided_at', 'voided_by_id', 'void_reason');


-- What the parts of a project make, by the formulas of 三(一)2.
CREATE OR REPLACE FUNCTION land_made(project bigint) RETURNS TABLE (farmland numeric, paddy numeric, capacity numeric)
LANGUAGE sql STABLE AS $$
    SELECT coalesce(sum(quantity) FILTER (WHERE kind = 'farmland_area'), 0),
           coalesce(sum(quantity) FILTER (WHERE kind IN ('farmland_area', 'paddy_area') AND land_class = 'paddy'), 0),
           round(coalesce(sum(quantity * greatest(0, grade_before - grade_after) * 100)
                          FILTER (WHERE kind IN ('farmland_area', 'grain_capacity')), 0))
    FROM land_part WHERE project_id = project
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
