from django.db import migrations

from kernel.constraints import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("review", "0001_initial"),
    ]

    operations = [
        append_only("review_reviewopinion"),
        append_only("review_returnnotice"),
    ]
