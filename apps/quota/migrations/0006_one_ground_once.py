"""Bounding boxes of parts under an index, and projects that can be given up."""

from django.db import migrations, models

from kernel.constraints import decided_once

_BOX = """
CREATE FUNCTION quota_box(geometry jsonb) RETURNS box LANGUAGE sql IMMUTABLE AS $$
    SELECT box(point(max((p->>0)::float8), max((p->>1)::float8)), point(min((p->>0)::float8), min((p->>1)::float8)))
    FROM jsonb_path_query(
        geometry, 'strict $.coordinates.** ? (@.type() == "array" && @[0].type() == "number")'
    ) p
$$;
ALTER TABLE quota_part ADD COLUMN box box GENERATED ALWAYS AS (quota_box(geometry)) STORED;
CREATE INDEX quota_part_box ON quota_part USING gist (box);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("quota", "0005_booked_once"),
    ]

    operations = [
        migrations.AddField("project", "voided_at", models.DateTimeField(null=True)),
        migrations.AddField("project", "voided_by_id", models.BigIntegerField(null=True)),
        migrations.AddField(
            "project", "void_reason", models.CharField(blank=True, default="", max_length=500)
        ),
        migrations.RemoveConstraint(model_name="project", name="acceptance_report_once"),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.UniqueConstraint(
                condition=models.Q(("voided_at__isnull", True)),
                fields=("region", "acceptance_key"),
                name="acceptance_report_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("void_reason", ""), ("voided_at__isnull", True), ("voided_by_id__isnull", True)
                    ),
                    models.Q(
                        ("void_reason__gt", ""), ("voided_at__isnull", False), ("voided_by_id__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="project_voided_with_reason",
            ),
        ),
        decided_once(
            "quota_project", decision=("voided_at", "voided_by_id", "void_reason"), decided="voided_at"
        ),
        migrations.RunSQL(
            sql=_BOX,
            reverse_sql="ALTER TABLE quota_part DROP COLUMN box; DROP FUNCTION quota_box(jsonb);",
        ),
    ]
