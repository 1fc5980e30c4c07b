from django.db import migrations

from kernel.constraints import decided_once


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0002_claim"),
    ]

    operations = [
        decided_once(
            "access_preparation",
            decision=("decided_by_id", "decided_by_name", "decided_at", "released", "remark"),
            decided="decided_at",
        ),
    ]
