from django.db import migrations

from kernel.constraints import written_only_by


class Migration(migrations.Migration):
    """Bids come in by one function of the owner; the table's own checks look at each statement of it."""

    dependencies = [
        ("bidding", "0006_follows_at_once"),
    ]

    operations = [
        migrations.RunSQL(
            sql="""
            CREATE FUNCTION bids_write(bids json) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public
            AS $$
                INSERT INTO bidding_bid (
                    id, listing_id, certificate_id, sequence, unit_price, received_at, timed_round, request_id,
                    placed_by_id, previous_hash, hash)
                SELECT coalesce(bid.id, nextval(pg_get_serial_sequence('bidding_bid', 'id'))), bid.listing_id,
                    bid.certificate_id, bid.sequence, bid.unit_price, bid.received_at, bid.timed_round, bid.request_id,
                    bid.placed_by_id, bid.previous_hash, bid.hash
                FROM json_populate_recordset(NULL::bidding_bid, bids) AS bid
            $$;
            """,
            reverse_sql="DROP FUNCTION bids_write;",
        ),
        written_only_by("bidding_bid", "bids_write(json)"),
    ]
