from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Year",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("notice_no", models.CharField(max_length=200, verbose_name="通知文号")),
                ("published_on", models.DateField(verbose_name="成文日期")),
                ("days_off", models.JSONField(verbose_name="放假日")),
                ("workdays_on", models.JSONField(verbose_name="调休上班日")),
                ("digest", models.CharField(max_length=64, verbose_name="内容摘要")),
                ("loaded_at", models.DateTimeField(verbose_name="载入时间")),
                ("loaded_by", models.CharField(max_length=200, verbose_name="载入人")),
                ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="失效时间")),
                (
                    "revoked_by",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="失效经手人"),
                ),
            ],
            options={
                "verbose_name": "工作日历年度",
                "verbose_name_plural": "工作日历年度",
                "ordering": ("-year", "-id"),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at__isnull", True)),
                        fields=("year",),
                        name="workdays_one_current_revision_per_year",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("year__gte", 2000), ("year__lte", 2200)),
                        name="workdays_year_is_plausible",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("notice_no", ""), _negated=True),
                            models.Q(("loaded_by", ""), _negated=True),
                            models.Q(("digest", ""), _negated=True),
                        ),
                        name="workdays_year_names_its_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("revoked_at__isnull", True), ("revoked_by", "")),
                            models.Q(
                                ("revoked_at__isnull", False), models.Q(("revoked_by", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="workdays_revoked_by_someone_or_not_at_all",
                    ),
                ],
            },
        ),
    ]
