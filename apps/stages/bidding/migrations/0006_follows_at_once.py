from django.db import migrations

ONE_BY_ONE = """
    DROP TRIGGER bidding_bids_follow ON bidding_bid;
    DROP FUNCTION bidding_bids_follow();
    CREATE TRIGGER bidding_bid_follows BEFORE INSERT ON bidding_bid
        FOR EACH ROW EXECUTE FUNCTION bidding_bid_follows();
"""


class Migration(migrations.Migration):
    """What each bid was checked against as it was written is checked for all bids of a statement at once."""

    dependencies = [
        ("bidding", "0005_lean_indexes"),
        ("deposit", "0002_initial"),
        ("listings", "0002_initial"),
    ]

    operations = [
        migrations.RunSQL(
            sql="""
            DROP TRIGGER bidding_bid_follows ON bidding_bid;
            CREATE FUNCTION bidding_bids_follow() RETURNS trigger LANGUAGE plpgsql
                SET enable_seqscan = off SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan
            AS $$
            DECLARE
                fault text;
            BEGIN
                SELECT CASE
                    WHEN lot.status <> 'bidding' THEN 'the lot takes no bids'
                    WHEN fresh.received_at < lot.opens_at OR fresh.received_at >= lot.closes_at THEN 'outside [open, close)'
                    WHEN fresh.sequence <> coalesce(fresh.sequence_before, before.sequence, 0) + 1 THEN 'sequence has a gap'
                    WHEN fresh.previous_hash <> coalesce(fresh.hash_before, before.hash, repeat('0', 64))
                        THEN 'chain is broken'
                    WHEN fresh.unit_price > lot.ceiling THEN 'above the ceiling'
                    WHEN fresh.sequence = 1 AND fresh.unit_price < lot.starting_price THEN 'below the start'
                    WHEN fresh.unit_price < coalesce(fresh.price_before, before.unit_price) + lot.increment
                        AND fresh.unit_price IS DISTINCT FROM lot.ceiling THEN 'below the increment'
                    WHEN NOT EXISTS (SELECT FROM deposit_certificate holder
                        WHERE holder.id = fresh.certificate_id AND holder.listing_id = fresh.listing_id)
                        THEN 'certificate of another lot'
                END AS found INTO fault
                FROM (
                    SELECT bid.*, min(bid.sequence) OVER lots AS first_sequence,
                           lag(bid.sequence) OVER ladder AS sequence_before, lag(bid.hash) OVER ladder AS hash_before,
                           lag(bid.unit_price) OVER ladder AS price_before
                    FROM new_bids bid
                    WINDOW lots AS (PARTITION BY bid.listing_id),
                           ladder AS (PARTITION BY bid.listing_id ORDER BY bid.sequence)
                ) fresh
                JOIN listings_listing lot ON lot.id = fresh.listing_id
                LEFT JOIN LATERAL (
                    SELECT bid.sequence, bid.hash, bid.unit_price FROM bidding_bid bid
                    WHERE bid.listing_id = fresh.listing_id AND bid.sequence < fresh.first_sequence
                      AND fresh.sequence = fresh.first_sequence
                    ORDER BY bid.sequence DESC LIMIT 1) before ON true
                ORDER BY found NULLS LAST LIMIT 1;
                IF fault IS NOT NULL THEN
                    RAISE EXCEPTION 'bidding_bid: %', fault USING ERRCODE = 'integrity_constraint_violation';
                END IF;
                RETURN NULL;
            END $$;
            CREATE TRIGGER bidding_bids_follow AFTER INSERT ON bidding_bid
                REFERENCING NEW TABLE AS new_bids
                FOR EACH STATEMENT EXECUTE FUNCTION bidding_bids_follow();
            """,
            reverse_sql=ONE_BY_ONE,
        ),
    ]
