from django.db import migrations

from kernel.constraints import append_only, keeps_balance, sums_to_zero


class Migration(migrations.Migration):
    dependencies = [
        ("money", "0002_initial"),
    ]

    operations = [
        append_only("money_bankentry"),
        append_only("money_statement"),
        append_only("money_movement"),
        append_only("money_entry"),
        sums_to_zero(table="money_entry", transaction="movement_id", groups=()),
        keeps_balance(entries="money_entry", accounts="money_account", account="account_id"),
    ]
