from django.db import migrations

from kernel.constraints import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("bidding", "0002_initial"),
    ]

    operations = [
        append_only("bidding_bid"),
        append_only("bidding_award"),
        migrations.RunSQL(
            sql="""
            CREATE FUNCTION bidding_bid_follows() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE
                lot record;
                last record;
                fault text;
            BEGIN
                SELECT status, opens_at, closes_at, increment, ceiling, starting_price
                    INTO lot FROM listings_listing WHERE id = NEW.listing_id;
                SELECT sequence, unit_price, hash
                    INTO last FROM bidding_bid WHERE listing_id = NEW.listing_id ORDER BY sequence DESC LIMIT 1;
                fault := CASE
                    WHEN lot.status <> 'bidding' THEN 'the lot takes no bids'
                    WHEN NEW.received_at < lot.opens_at OR NEW.received_at >= lot.closes_at THEN 'outside [open, close)'
                    WHEN NEW.sequence <> coalesce(last.sequence, 0) + 1 THEN 'sequence has a gap'
                    WHEN NEW.previous_hash <> coalesce(last.hash, repeat('0', 64)) THEN 'chain is broken'
                    WHEN NEW.unit_price > lot.ceiling THEN 'above the ceiling'
                    WHEN last.sequence IS NULL AND NEW.unit_price < lot.starting_price THEN 'below the start'
                    WHEN NEW.unit_price < last.unit_price + lot.increment
                        AND NEW.unit_price IS DISTINCT FROM lot.ceiling THEN 'below the increment'
                    WHEN NOT EXISTS (SELECT FROM deposit_certificate
                        WHERE id = NEW.certificate_id AND listing_id = NEW.listing_id) THEN 'certificate of another lot'
                END;
                IF fault IS NOT NULL THEN
                    RAISE EXCEPTION 'bidding_bid: %', fault USING ERRCODE = 'integrity_constraint_violation';
                END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER bidding_bid_follows BEFORE INSERT ON bidding_bid
                FOR EACH ROW EXECUTE FUNCTION bidding_bid_follows();
            """,
            reverse_sql="DROP TRIGGER bidding_bid_follows ON bidding_bid; DROP FUNCTION bidding_bid_follows();",
        ),
    ]
