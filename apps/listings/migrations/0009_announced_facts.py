from django.db import migrations

from kernel.constraints import frozen_when

MOVES = (
    "status",
    "suspended_from",
    "open_objections",
    "unanswered_objections",
    "timed_round",
    "closed_at",
    "closes_at",
    "listing_period_ends_at",
    "registration_closes_at",
    "deposit_cutoff_at",
    "opens_at",
    "reserve_price",
    "contact",
)
"""What of an announced lot still moves: where it stands, its moments, whom to ask, the reserve once it is open."""


class Migration(migrations.Migration):
    """What was announced stays: a lot and what it draws from which batch."""

    dependencies = [
        ("listings", "0008_account_of_the_seller"),
    ]

    operations = [
        frozen_when("listings_listing", when="OLD.announced_at IS NOT NULL", but=MOVES),
        migrations.RunSQL(
            sql="""
            CREATE FUNCTION listings_line_of_announced() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF EXISTS (SELECT FROM listings_listing WHERE announced_at IS NOT NULL
                           AND id IN (CASE WHEN TG_OP <> 'DELETE' THEN NEW.listing_id END,
                                      CASE WHEN TG_OP <> 'INSERT' THEN OLD.listing_id END)) THEN
                    RAISE EXCEPTION 'listings_listingline: the lot is announced'
                        USING ERRCODE = 'integrity_constraint_violation';
                END IF;
                RETURN coalesce(NEW, OLD);
            END $$;
            CREATE TRIGGER listings_line_of_announced BEFORE INSERT OR UPDATE OR DELETE ON listings_listingline
                FOR EACH ROW EXECUTE FUNCTION listings_line_of_announced();
            """,
            reverse_sql="DROP TRIGGER listings_line_of_announced ON listings_listingline;"
            " DROP FUNCTION listings_line_of_announced();",
        ),
    ]
