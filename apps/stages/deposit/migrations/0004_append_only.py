from django.db import migrations

from kernel.constraints import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("deposit", "0003_initial"),
    ]

    operations = [
        append_only("deposit_certificate"),
    ]
