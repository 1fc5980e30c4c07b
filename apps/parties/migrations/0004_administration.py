import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Invitations; and an administrator holds no other duty, whoever writes the row."""

    dependencies = [
        ("parties", "0003_account_of_the_seller"),
    ]

    operations = [
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("secret_sha256", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"ordering": ["id"]},
        ),
        migrations.RunSQL(
            sql="""
            CREATE FUNCTION parties_administrators_apart() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                PERFORM FROM parties_person WHERE id = NEW.person_id FOR UPDATE;
                IF EXISTS (
                    SELECT FROM parties_membership one
                    JOIN parties_organisation body ON body.id = one.organisation_id
                    WHERE one.person_id = NEW.person_id AND one.active
                    HAVING count(DISTINCT body.kind = 'platform') > 1) THEN
                    RAISE EXCEPTION 'parties_membership: an administrator holds no other duty'
                        USING ERRCODE = 'integrity_constraint_violation';
                END IF;
                RETURN NULL;
            END $$;
            CREATE TRIGGER parties_administrators_apart AFTER INSERT OR UPDATE ON parties_membership
                FOR EACH ROW WHEN (NEW.active) EXECUTE FUNCTION parties_administrators_apart();
            """,
            reverse_sql="DROP TRIGGER parties_administrators_apart ON parties_membership;"
            " DROP FUNCTION parties_administrators_apart();",
        ),
    ]
