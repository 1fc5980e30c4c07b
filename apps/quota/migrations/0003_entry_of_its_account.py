"""A line of the ledger is of the kind and the batch of its account: else area could arrive as grain, sums at zero."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("quota", "0002_ledger"),
    ]

    operations = [
        migrations.RunSQL(
            sql="""
            CREATE FUNCTION quota_entry_fits() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF NOT EXISTS (SELECT FROM quota_account
                               WHERE id = NEW.account_id AND batch_id = NEW.batch_id AND kind = NEW.kind) THEN
                    RAISE EXCEPTION 'quota_entry: not of the batch and kind of its account'
                        USING ERRCODE = 'integrity_constraint_violation';
                END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER quota_entry_fits BEFORE INSERT ON quota_entry
                FOR EACH ROW EXECUTE FUNCTION quota_entry_fits();
            """,
            reverse_sql="DROP TRIGGER quota_entry_fits ON quota_entry; DROP FUNCTION quota_entry_fits();",
        ),
    ]
