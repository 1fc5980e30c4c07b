CALL pg_temp.append_only('bidding_bid');
CALL pg_temp.append_only('bidding_auctionresult');


-- The bid that won is of the award's lot, bidder and unit price.
CREATE OR REPLACE FUNCTION bidding_result_is_the_award() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM award_award given
        JOIN bidding_bid bid ON bid.id = NEW.bid_id AND bid.listing_id = given.listing_id
            AND bid.unit_price = given.unit_price
        JOIN deposit_certificate holder ON holder.id = bid.certificate_id
            AND holder.registration_id = given.registration_id
        WHERE given.id = NEW.award_id) THEN
        RAISE EXCEPTION 'bidding_auctionresult: bid % is not what award % was given for', NEW.bid_id, NEW.award_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bidding_result_is_the_award BEFORE INSERT ON bidding_auctionresult
    FOR EACH ROW EXECUTE FUNCTION bidding_result_is_the_award();


-- Nobody wins an auction without a bid: at commit its award has the result that names one.
CREATE OR REPLACE FUNCTION bidding_award_has_its_bid() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM bidding_auctionresult result WHERE result.award_id = NEW.id) THEN
        RAISE EXCEPTION 'award_award: award % of an auction names no bid', NEW.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER bidding_award_has_its_bid AFTER INSERT ON award_award
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.method = 'listing_auction')
    EXECUTE FUNCTION bidding_award_has_its_bid();


-- Index look-ups whatever the statistics say: a plan made while a table was empty would read whole tables for ever.
-- Look-ups by columns of two tables are lateral, or only one of the columns would be looked up and the other compared.
CREATE OR REPLACE FUNCTION bidding_lots(wanted_ids bigint[], at timestamptz) RETURNS TABLE (
    id bigint, number text, seller_id bigint, announced boolean, status text, opens_at timestamptz,
    closes_at timestamptz, listing_period_ends_at timestamptz, timed_round int, starting_price numeric,
    increment numeric, ceiling numeric, priced numeric, parameters text, form text,
    last_sequence int, last_hash text, current numeric, unsettled boolean, recorded bigint, recorded_hash text
) LANGUAGE plpgsql STABLE
   SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
   SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    RETURN QUERY
    SELECT lot.id, lot.number::text, lot.seller_id, lot.announced_at IS NOT NULL, lot.status::text,
           lot.opens_at, lot.closes_at, lot.listing_period_ends_at, lot.timed_round, lot.starting_price,
           lot.increment, lot.ceiling,
           lot.priced_amount,
           (lot.rules_copy - 'prices')::text, lot.form::text,
           last.sequence, last.hash::text, last.unit_price,
           coalesce((
               SELECT due.status = 'pending' AND due.try_at <= at FROM deadlines_deadline due
               WHERE due.case_id = lot.id AND due.status IN ('pending', 'failed')
                 AND due.paused_at IS NULL AND due.due_at <= at
               ORDER BY due.due_at, due.id LIMIT 1), false),
           coalesce(entry.sequence, 0), entry.hash::text
    FROM unnest(wanted_ids) AS wanted (id)
    JOIN listings_listing lot ON lot.id = wanted.id
    LEFT JOIN LATERAL (
        SELECT bid.sequence, bid.hash, bid.unit_price FROM bidding_bid bid WHERE bid.listing_id = lot.id
        ORDER BY bid.sequence DESC LIMIT 1) last ON true
    LEFT JOIN LATERAL (
        SELECT one.sequence, one.hash FROM audit_auditentry one WHERE one.chain = 'case:' || lot.id
        ORDER BY one.sequence DESC LIMIT 1) entry ON true;
END $$;

CREATE OR REPLACE FUNCTION bidding_askers(
    lot_ids bigint[], organisation_ids bigint[], person_ids bigint[], request_ids text[], at timestamptz
) RETURNS TABLE (
    person_name text, organisation_name text, kind text, duty text, region text, credential text,
    seller_side boolean, qualified boolean, barred_until timestamptz, deposit_full boolean,
    certificate_id bigint, paddle smallint, at_ceiling boolean,
    known_id bigint, known_sequence int, known_price numeric, known_at timestamptz, known_hash text,
    known_previous text
) LANGUAGE plpgsql STABLE
   SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
   SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    RETURN QUERY
    SELECT person.name::text, organisation.name::text, organisation.kind::text, member.duty::text,
           organisation.region_id::text,
           encode(sha256(convert_to(person.password || ':' || person.tickets_round, 'UTF8')), 'hex'),
           coalesce(lot.seller_id IN (
               WITH RECURSIVE above AS (
                   SELECT organisation.id UNION
                   SELECT higher.superior_id FROM above JOIN parties_organisation higher USING (id)
                   WHERE higher.superior_id IS NOT NULL)
               SELECT above.id FROM above), false),
           coalesce(registration.status = 'qualified', false),
           (SELECT bar.until FROM parties_bar bar
            WHERE bar.organisation_id = organisation.id AND bar.since <= at
              AND (bar.until > at OR bar.case_id IN (
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


CREATE OR REPLACE FUNCTION bidding_bids_follow() RETURNS trigger LANGUAGE plpgsql
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
               lag(bid.sequence) OVER in_order AS sequence_before, lag(bid.hash) OVER in_order AS hash_before,
               lag(bid.unit_price) OVER in_order AS price_before
        FROM new_bids bid
        WINDOW lots AS (PARTITION BY bid.listing_id),
               in_order AS (PARTITION BY bid.listing_id ORDER BY bid.sequence)
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


CREATE OR REPLACE FUNCTION bids_write(bids json) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public
AS $$
    INSERT INTO bidding_bid (
        id, listing_id, certificate_id, sequence, unit_price, received_at, timed_round, request_id,
        placed_by_id, previous_hash, hash)
    SELECT coalesce(bid.id, nextval(pg_get_serial_sequence('bidding_bid', 'id'))), bid.listing_id,
        bid.certificate_id, bid.sequence, bid.unit_price, bid.received_at, bid.timed_round, bid.request_id,
        bid.placed_by_id, bid.previous_hash, bid.hash
    FROM json_populate_recordset(NULL::bidding_bid, bids) AS bid
$$;


CALL pg_temp.written_only_by('bidding_bid', 'bids_write(json)');
