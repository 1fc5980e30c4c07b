from django.db import migrations


class Migration(migrations.Migration):
    """What is told live bears a number from a sequence of its own: the public sees it, and it counts nothing else."""

    dependencies = [
        ("outbox", "0001_initial"),
        ("process", "0001_trial"),
    ]

    operations = [
        migrations.RunSQL(
            sql="""
            CREATE SEQUENCE live_versions;
            CREATE FUNCTION live_version_given() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                NEW.version := nextval('live_versions');
                RETURN NEW;
            END $$;
            CREATE TRIGGER live_version_given BEFORE INSERT ON outbox_message
                FOR EACH ROW WHEN (NEW.topic = 'live') EXECUTE FUNCTION live_version_given();
            """,
            reverse_sql="""
            DROP TRIGGER live_version_given ON outbox_message;
            DROP FUNCTION live_version_given;
            DROP SEQUENCE live_versions;
            """,
        ),
    ]
