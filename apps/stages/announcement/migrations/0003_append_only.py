from django.db import migrations

from kernel.constraints import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("announcement", "0002_initial"),
    ]

    operations = [
        append_only("announcement_announcement"),
        append_only("announcement_supplement"),
    ]
