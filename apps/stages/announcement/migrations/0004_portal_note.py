import django.db.models.deletion
from django.db import migrations, models

from kernel.constraints import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("announcement", "0003_append_only"),
        ("listings", "0007_numbers_of_the_application"),
    ]

    operations = [
        migrations.CreateModel(
            name="PortalNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("address", models.URLField(max_length=500)),
                ("published_at", models.DateTimeField()),
                ("screenshot_sha256", models.CharField(max_length=64)),
                ("noted_at", models.DateTimeField()),
                ("noted_by_id", models.BigIntegerField()),
                (
                    "listing",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="portal_note",
                        to="listings.listing",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("screenshot_sha256__regex", "^[0-9a-f]{64}$")),
                        name="portal_screenshot_sha256_is_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("published_at__lte", models.F("noted_at"))),
                        name="portal_noted_after_published",
                    ),
                ],
            },
        ),
        append_only("announcement_portalnote"),
    ]
