from django.db import migrations


class Migration(migrations.Migration):
    """A hundred thousand lots have tens of thousands of pairs of signs: the usual hundred say nothing of a rare one."""

    dependencies = [("listings", "0004_search")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE listings_listingwords ALTER COLUMN grams SET STATISTICS 1000",
            "ALTER TABLE listings_listingwords ALTER COLUMN grams SET STATISTICS -1",
        )
    ]
