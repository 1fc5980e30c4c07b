from django.db import migrations

# Each deadline to be tried, if it is the first in its lane's line; those of no listing (lane 0) stand in none.
FIRST = """
    SELECT it.* FROM deadlines_deadline it
    WHERE it.status = 'pending' AND it.paused_at IS NULL AND it.try_at <= at {which}
      AND (it.listing_id = 0 OR it.id = (
          SELECT one.id FROM deadlines_deadline one
          WHERE one.listing_id = it.listing_id AND one.status IN ('pending', 'failed') AND one.paused_at IS NULL
          ORDER BY one.due_at, one.id LIMIT 1))
    ORDER BY it.try_at, it.id LIMIT most
"""


class Migration(migrations.Migration):
    """The sweep with a plan of its own.

    Statistics of an hour in which all was due would have a sweep read the whole table: it looks up by index, always.
    """

    dependencies = [
        ("deadlines", "0003_at_scale"),
    ]

    operations = [
        migrations.RunSQL(
            sql=f"""
            CREATE FUNCTION deadlines_to_try(at timestamptz, lane bigint, most int) RETURNS SETOF deadlines_deadline
                LANGUAGE plpgsql STABLE
                SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
                SET plan_cache_mode = force_generic_plan
            AS $$
            BEGIN
                IF lane IS NULL THEN
                    RETURN QUERY {FIRST.format(which="")};
                ELSE
                    RETURN QUERY {FIRST.format(which="AND it.listing_id = lane")};
                END IF;
            END $$;
            """,
            reverse_sql="DROP FUNCTION deadlines_to_try;",
        ),
    ]
