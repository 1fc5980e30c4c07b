from django.db import migrations

from kernel.constraints import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("application", "0001_initial"),
    ]

    operations = [
        append_only("application_submission"),
    ]
