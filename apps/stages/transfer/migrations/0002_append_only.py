from django.db import migrations

from kernel.constraints import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("transfer", "0001_initial"),
    ]

    operations = [
        append_only("transfer_transfer"),
    ]
