from django.db import migrations

# The credential of a bidding ticket also covers the person's round of tickets, which a log-out moves on.
_FUNCTION = "bidding_askers(bigint[], bigint[], bigint[], text[], timestamptz)"
_PASSWORD = "convert_to(person.password, 'UTF8')"
_ROUND = "convert_to(person.password || ':' || person.tickets_round, 'UTF8')"


def _replaced(before: str, after: str) -> str:
    return f"""
        DO $do$ DECLARE said text := pg_get_functiondef('{_FUNCTION}'::regprocedure);
        BEGIN
            IF position($q${before}$q$ IN said) = 0 THEN
                RAISE EXCEPTION 'bidding_askers does not read the password';
            END IF;
            EXECUTE replace(said, $q${before}$q$, $q${after}$q$);
        END $do$;
    """


class Migration(migrations.Migration):
    dependencies = [
        ("bidding", "0007_written_by_function"),
        ("parties", "0005_api_token"),
    ]

    operations = [
        migrations.RunSQL(_replaced(_PASSWORD, _ROUND), reverse_sql=_replaced(_ROUND, _PASSWORD)),
    ]
