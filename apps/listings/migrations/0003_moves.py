from django.db import migrations

MOVES = [
    ("draft", "under_review"),
    ("draft", "withdrawn"),
    ("under_review", "approved"),
    ("under_review", "returned"),
    ("under_review", "withdrawn"),
    ("returned", "under_review"),
    ("returned", "withdrawn"),
    ("approved", "announced"),
    ("approved", "terminated"),
    ("announced", "bidding"),
    ("announced", "suspended"),
    ("announced", "terminated"),
    ("bidding", "closed"),
    ("bidding", "unsold"),
    ("bidding", "suspended"),
    ("bidding", "terminated"),
    ("suspended", "announced"),
    ("suspended", "bidding"),
    ("suspended", "closed"),
    ("suspended", "confirmed"),
    ("suspended", "contracted"),
    ("suspended", "paid"),
    ("suspended", "terminated"),
    ("closed", "confirmed"),
    ("closed", "suspended"),
    ("closed", "terminated"),
    ("confirmed", "contracted"),
    ("confirmed", "defaulted"),
    ("confirmed", "suspended"),
    ("confirmed", "terminated"),
    ("contracted", "paid"),
    ("contracted", "defaulted"),
    ("contracted", "suspended"),
    ("contracted", "terminated"),
    ("paid", "transferred"),
    ("paid", "suspended"),
    ("transferred", "publicised"),
    ("publicised", "completed"),
]
"""The process as it stood when this migration was written; a test compares it with states.MOVES."""

_VALUES = ", ".join(f"('{source}', '{target}')" for source, target in MOVES)


class Migration(migrations.Migration):
    dependencies = [("listings", "0002_initial")]

    operations = [
        migrations.RunSQL(
            sql=f"""
            CREATE FUNCTION listings_listing_moves() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF (OLD.status, NEW.status) NOT IN (VALUES {_VALUES}) THEN
                    RAISE EXCEPTION 'listings_listing: % to % is no move of the process', OLD.status, NEW.status
                        USING ERRCODE = 'integrity_constraint_violation';
                END IF;
                IF OLD.status = 'suspended' AND NEW.status NOT IN (OLD.suspended_from, 'terminated') THEN
                    RAISE EXCEPTION 'listings_listing: suspended from %, cannot go on as %', OLD.suspended_from, NEW.status
                        USING ERRCODE = 'integrity_constraint_violation';
                END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER listings_listing_moves BEFORE UPDATE OF status ON listings_listing
                FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status)
                EXECUTE FUNCTION listings_listing_moves();
            """,
            reverse_sql="DROP TRIGGER listings_listing_moves ON listings_listing; DROP FUNCTION listings_listing_moves();",
        ),
    ]
