"""A project is booked once: what its parts make bounds all its batches together, and neither parts nor batches change."""

from django.db import migrations, models

from kernel.constraints import append_only

_MADE = """
CREATE FUNCTION quota_made(project bigint) RETURNS TABLE (farmland numeric, paddy numeric, capacity numeric)
LANGUAGE sql STABLE AS $$
    SELECT coalesce(sum(quantity) FILTER (WHERE kind = 'farmland_area'), 0),
           coalesce(sum(quantity) FILTER (WHERE kind IN ('farmland_area', 'paddy_area') AND land_class = 'paddy'), 0),
           round(coalesce(sum(quantity * greatest(0, grade_before - grade_after) * 100)
                          FILTER (WHERE kind IN ('farmland_area', 'grain_capacity')), 0))
    FROM quota_part WHERE project_id = project
$$;
CREATE FUNCTION quota_overbooked(project bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(sum(b.farmland_area), 0) > m.farmland OR coalesce(sum(b.paddy_area), 0) > m.paddy
        OR coalesce(sum(b.grain_capacity), 0) > m.capacity
    FROM quota_made(project) m LEFT JOIN quota_batch b ON b.project_id = project
    GROUP BY m.farmland, m.paddy, m.capacity
$$;
CREATE FUNCTION quota_batch_is_covered() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public AS $$
BEGIN
    PERFORM FROM quota_project WHERE id = NEW.project_id FOR UPDATE;
    IF quota_overbooked(NEW.project_id) THEN
        RAISE EXCEPTION 'quota_batch: project % is booked beyond what its parts make', NEW.project_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER quota_batch_covered AFTER INSERT ON quota_batch
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION quota_batch_is_covered();
"""


def _money(name, places=4):
    return migrations.AddField(
        model_name="project",
        name=name,
        field=models.DecimalField(decimal_places=places, default=0, max_digits=16),
    )


class Migration(migrations.Migration):
    dependencies = [
        ("quota", "0004_parcels"),
    ]

    operations = [
        _money("farmland_area"),
        _money("paddy_area"),
        _money("grain_capacity", 0),
        _money("farmland_before"),
        _money("farmland_after"),
        migrations.RunSQL(
            sql=_MADE,
            reverse_sql="DROP TRIGGER quota_batch_covered ON quota_batch; DROP FUNCTION quota_batch_is_covered();"
            "DROP FUNCTION quota_overbooked(bigint); DROP FUNCTION quota_made(bigint);",
        ),
        migrations.RunSQL(
            sql="""UPDATE quota_project p SET farmland_area = m.farmland, paddy_area = m.paddy,
                   grain_capacity = m.capacity, farmland_after = m.farmland
                   FROM quota_project q, quota_made(q.id) m WHERE p.id = q.id""",
            reverse_sql=migrations.RunSQL.noop,
        ),
        append_only("quota_part"),
        append_only("quota_batch"),
    ]
