from django.db import migrations

# Index look-ups whatever the statistics say: a plan made while a table was empty would read whole tables for ever.
# Look-ups by columns of two tables are lateral, or only one of the columns would be looked up and the other compared.
PLANNED = """
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
    SET plan_cache_mode = force_generic_plan
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        ("bidding", "0003_chain"),
        ("deadlines", "0001_initial"),
        ("deposit", "0002_initial"),
        ("listings", "0002_initial"),
        ("money", "0001_initial"),
        ("parties", "0001_initial"),
        ("qualification", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(
            sql=f"""
            CREATE FUNCTION bidding_lots(wanted_ids bigint[], at timestamptz) RETURNS TABLE (
                id bigint, number text, seller_id bigint, announced boolean, status text, opens_at timestamptz,
                closes_at timestamptz, listing_period_ends_at timestamptz, timed_round int, starting_price numeric,
                increment numeric, ceiling numeric, priced numeric, parameters text,
                last_sequence int, last_hash text, current numeric, unsettled boolean, recorded bigint, recorded_hash text
            ) LANGUAGE plpgsql STABLE {PLANNED} AS $$
            BEGIN
                RETURN QUERY
                SELECT lot.id, lot.number::text, lot.seller_id, lot.announced_at IS NOT NULL, lot.status::text,
                       lot.opens_at, lot.closes_at, lot.listing_period_ends_at, lot.timed_round, lot.starting_price,
                       lot.increment, lot.ceiling,
                       CASE WHEN lot.price_unit = 'yuan_per_kg' THEN lot.grain_capacity
                            ELSE coalesce(nullif(lot.farmland_area, 0), lot.paddy_area) END,
                       (lot.rules_copy -> 'parameters')::text,
                       last.sequence, last.hash::text, last.unit_price,
                       coalesce((
                           SELECT due.status = 'pending' AND due.try_at <= at FROM deadlines_deadline due
                           WHERE due.listing_id = lot.id AND due.status IN ('pending', 'failed')
                             AND due.paused_at IS NULL AND due.due_at <= at
                           ORDER BY due.due_at, due.id LIMIT 1), false),
                       coalesce(entry.sequence, 0), entry.hash::text
                FROM unnest(wanted_ids) AS wanted (id)
                JOIN listings_listing lot ON lot.id = wanted.id
                LEFT JOIN LATERAL (
                    SELECT bid.sequence, bid.hash, bid.unit_price FROM bidding_bid bid WHERE bid.listing_id = lot.id
                    ORDER BY bid.sequence DESC LIMIT 1) last ON true
                LEFT JOIN LATERAL (
                    SELECT one.sequence, one.hash FROM audit_auditentry one WHERE one.chain = 'listing:' || lot.id
                    ORDER BY one.sequence DESC LIMIT 1) entry ON true;
            END $$;

            CREATE FUNCTION bidding_askers(
                lot_ids bigint[], organisation_ids bigint[], person_ids bigint[], request_ids text[], at timestamptz
            ) RETURNS TABLE (
                person_name text, organisation_name text, kind text, duty text, region text, credential text,
                seller_side boolean, qualified boolean, barred_until timestamptz, deposit_full boolean,
                certificate_id bigint, paddle smallint, at_ceiling boolean,
                known_id bigint, known_sequence int, known_price numeric, known_at timestamptz, known_hash text,
                known_previous text
            ) LANGUAGE plpgsql STABLE {PLANNED} AS $$
            BEGIN
                RETURN QUERY
                SELECT person.name::text, organisation.name::text, organisation.kind::text, member.duty::text,
                       organisation.region_id::text, encode(sha256(convert_to(person.password, 'UTF8')), 'hex'),
                       coalesce(lot.seller_id IN (
                           WITH RECURSIVE above AS (
                               SELECT organisation.id UNION
                               SELECT higher.superior_id FROM above JOIN parties_organisation higher USING (id)
                               WHERE higher.superior_id IS NOT NULL)
                           SELECT above.id FROM above), false),
                       coalesce(registration.status = 'qualified', false),
                       (SELECT bar.until FROM parties_bar bar
                        WHERE bar.organisation_id = organisation.id AND bar.since <= at
                          AND (bar.until > at OR bar.listing_id IN (
                              WITH RECURSIVE sold AS (
                                  SELECT lot.id UNION
                                  SELECT earlier.relisted_from_id FROM sold JOIN listings_listing earlier USING (id)
                                  WHERE earlier.relisted_from_id IS NOT NULL)
                              SELECT sold.id FROM sold))
                        ORDER BY bar.until DESC LIMIT 1),
                       coalesce(held.balance >= lot.deposit_amount, false),
                       certificate.id, certificate.paddle,
                       lot.ceiling IS NOT NULL AND EXISTS (
                           SELECT FROM bidding_bid bid WHERE bid.listing_id = lot.id
                           AND bid.certificate_id = certificate.id AND bid.unit_price = lot.ceiling),
                       known.id, known.sequence, known.unit_price, known.received_at, known.hash::text,
                       known.previous_hash::text
                FROM ROWS FROM (
                    unnest(lot_ids), unnest(organisation_ids), unnest(person_ids), unnest(request_ids)
                ) WITH ORDINALITY AS asked (lot_id, organisation_id, person_id, request_id, place)
                LEFT JOIN listings_listing lot ON lot.id = asked.lot_id
                LEFT JOIN parties_organisation organisation
                    ON organisation.id = asked.organisation_id AND organisation.active
                LEFT JOIN LATERAL (
                    SELECT * FROM parties_membership one
                    WHERE one.person_id = asked.person_id AND one.organisation_id = organisation.id AND one.active
                    LIMIT 1) member ON true
                LEFT JOIN parties_person person ON person.id = member.person_id AND person.is_active
                LEFT JOIN LATERAL (
                    SELECT * FROM qualification_registration one
                    WHERE one.listing_id = lot.id AND one.organisation_id = asked.organisation_id
                    LIMIT 1) registration ON true
                LEFT JOIN deposit_certificate certificate ON certificate.registration_id = registration.id
                LEFT JOIN money_account held
                    ON held.sub_account_id = registration.sub_account_id AND held.bucket = 'held'
                LEFT JOIN LATERAL (
                    SELECT * FROM bidding_bid one
                    WHERE one.certificate_id = certificate.id AND one.request_id = asked.request_id
                      AND one.request_id <> ''
                    LIMIT 1) known ON true
                ORDER BY asked.place;
            END $$;
            """,
            reverse_sql="DROP FUNCTION bidding_lots; DROP FUNCTION bidding_askers;",
        ),
    ]
