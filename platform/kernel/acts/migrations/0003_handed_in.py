from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("acts", "0002_draft"),
    ]

    operations = [
        migrations.AddField(
            model_name="draft",
            name="handed_in_key",
            field=models.CharField(blank=True, default="", max_length=100),
        ),
    ]
