from django.db import migrations, models

import kernel.money


class Migration(migrations.Migration):
    dependencies = [
        ("money", "0003_ledger"),
    ]

    operations = [
        migrations.AddField("statement", name, kernel.money.YuanField(null=True))
        for name in ("opening_balance", "closing_balance", "debit_total", "credit_total")
    ] + [
        migrations.AddField("statement", "credit_count", models.PositiveIntegerField(null=True)),
    ]
