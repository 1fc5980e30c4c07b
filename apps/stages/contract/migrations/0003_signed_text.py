from django.db import migrations

from kernel.constraints import decided_once, frozen_when


class Migration(migrations.Migration):
    """A text that somebody signed stays: another text is a new revision, made when no signature on it is valid."""

    dependencies = [
        ("contract", "0002_initial"),
    ]

    operations = [
        decided_once("contract_signature", decision=("voided_at",), decided="voided_at"),
        frozen_when("contract_contract", when="OLD.effective_at IS NOT NULL", but=()),
        migrations.RunSQL(
            sql="""
            CREATE FUNCTION contract_text_is_signed() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP = 'DELETE' THEN
                    RAISE EXCEPTION 'contract_contract: row % is fixed', OLD.id
                        USING ERRCODE = 'integrity_constraint_violation';
                END IF;
                IF to_jsonb(NEW) - 'terms' - 'text_sha256' - 'revision' - 'effective_at'
                        IS DISTINCT FROM to_jsonb(OLD) - 'terms' - 'text_sha256' - 'revision' - 'effective_at'
                   OR ((NEW.terms, NEW.text_sha256) IS DISTINCT FROM (OLD.terms, OLD.text_sha256)
                       AND (NEW.revision <> OLD.revision + 1 OR EXISTS (
                           SELECT FROM contract_signature one
                           WHERE one.contract_id = OLD.id AND one.voided_at IS NULL))) THEN
                    RAISE EXCEPTION 'contract_contract: row % is fixed', OLD.id
                        USING ERRCODE = 'integrity_constraint_violation';
                END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER contract_text_is_signed BEFORE UPDATE OR DELETE ON contract_contract
                FOR EACH ROW EXECUTE FUNCTION contract_text_is_signed();
            """,
            reverse_sql="DROP TRIGGER contract_text_is_signed ON contract_contract;"
            " DROP FUNCTION contract_text_is_signed();",
        ),
    ]
