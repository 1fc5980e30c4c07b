from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("quota", "0003_entry_of_its_account"),
    ]

    operations = [
        migrations.AddField(
            model_name="part",
            name="parcel_no",
            field=models.CharField(blank=True, default="", max_length=40),
        ),
        migrations.AddField(
            model_name="part",
            name="geometry",
            field=models.JSONField(blank=True, null=True),
        ),
    ]
