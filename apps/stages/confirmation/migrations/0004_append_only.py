from django.db import migrations

from kernel.constraints import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("confirmation", "0003_initial"),
    ]

    operations = [
        append_only("confirmation_confirmation"),
    ]
