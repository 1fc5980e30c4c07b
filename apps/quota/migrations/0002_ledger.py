from django.db import migrations

from kernel.constraints import append_only, keeps_balance, sums_to_zero


class Migration(migrations.Migration):
    dependencies = [
        ("quota", "0001_initial"),
    ]

    operations = [
        append_only("quota_movement"),
        append_only("quota_entry"),
        sums_to_zero(table="quota_entry", transaction="movement_id", groups=("batch_id", "kind")),
        keeps_balance(entries="quota_entry", accounts="quota_account", account="account_id"),
    ]
