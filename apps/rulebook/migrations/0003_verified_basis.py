from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("rulebook", "0002_immutable"),
    ]

    operations = [
        migrations.AddField(
            model_name="rulebook",
            name="verified_basis",
            field=models.JSONField(default=list),
        ),
    ]
