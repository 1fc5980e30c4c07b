import django.db.models.deletion
from django.db import migrations, models

from kernel.constraints import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("parties", "0001_initial"),
        ("quota", "0006_one_ground_once"),
    ]

    operations = [
        migrations.CreateModel(
            name="YearStatement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("province", models.CharField(max_length=6)),
                ("year", models.PositiveSmallIntegerField()),
                ("statement", models.JSONField()),
                ("sha256", models.CharField(max_length=64)),
                ("closed_by_id", models.BigIntegerField()),
                ("closed_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["province", "-year"],
                "constraints": [
                    models.UniqueConstraint(fields=("province", "year"), name="year_closed_once")
                ],
            },
        ),
        migrations.AddField("retirement", "year", models.PositiveSmallIntegerField(null=True)),
        migrations.AddField(
            "retirement",
            "region",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="parties.region",
            ),
        ),
        migrations.AlterField("retirement", "project_name", models.CharField(blank=True, max_length=200)),
        migrations.AlterField(
            "retirement", "project_approval_no", models.CharField(blank=True, max_length=80)
        ),
        migrations.AddConstraint(
            model_name="retirement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("project_name__gt", ""), ("region__isnull", True), ("year__isnull", True)),
                    models.Q(("region__isnull", False), ("year__isnull", False)),
                    _connector="OR",
                ),
                name="retirement_for_a_project_or_a_year",
            ),
        ),
        append_only("quota_yearstatement"),
    ]
