from django.db import migrations

from kernel.constraints import append_only, decided_once


class Migration(migrations.Migration):
    dependencies = [
        ("money", "0005_account_of_the_seller"),
    ]

    operations = [
        append_only("money_counted"),
        append_only("money_outgoingline"),
        append_only("money_balancereport"),
        decided_once("money_fiscalaccount", decision=("closed_at", "closed_by_id"), decided="closed_at"),
        migrations.RunSQL(
            sql="""
            CREATE FUNCTION money_remittance_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP <> 'UPDATE' THEN
                    RAISE EXCEPTION 'money_remittance: % refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
                END IF;
                IF (NEW.listing_id, NEW.province, NEW.purse, NEW.attempt, NEW.amount, NEW.request_id, NEW.due_since)
                    IS DISTINCT FROM
                    (OLD.listing_id, OLD.province, OLD.purse, OLD.attempt, OLD.amount, OLD.request_id, OLD.due_since)
                    OR (OLD.account_id IS NOT NULL AND NEW.account_id IS DISTINCT FROM OLD.account_id)
                    OR (OLD.released_at IS NOT NULL AND (NEW.released_at, NEW.released_by_id)
                        IS DISTINCT FROM (OLD.released_at, OLD.released_by_id)) THEN
                    RAISE EXCEPTION 'money_remittance: row % is fixed', OLD.id
                        USING ERRCODE = 'integrity_constraint_violation';
                END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER money_remittance_fixed BEFORE UPDATE OR DELETE ON money_remittance
                FOR EACH ROW EXECUTE FUNCTION money_remittance_is_fixed();
            """,
            reverse_sql="""
            DROP TRIGGER money_remittance_fixed ON money_remittance;
            DROP FUNCTION money_remittance_is_fixed();
            """,
        ),
    ]
