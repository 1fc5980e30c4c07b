from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("rulebook", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql="""
            CREATE FUNCTION rulebook_rulebook_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF OLD.approved_at IS NOT NULL THEN
                    RAISE EXCEPTION 'rulebook_rulebook: an approved version never changes'
                        USING ERRCODE = 'integrity_constraint_violation';
                END IF;
                RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
            END $$;
            CREATE TRIGGER rulebook_rulebook_immutable BEFORE UPDATE OR DELETE ON rulebook_rulebook
                FOR EACH ROW EXECUTE FUNCTION rulebook_rulebook_immutable();
            """,
            reverse_sql="DROP TRIGGER rulebook_rulebook_immutable ON rulebook_rulebook;"
            " DROP FUNCTION rulebook_rulebook_immutable();",
        ),
    ]
