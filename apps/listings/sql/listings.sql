-- What was announced stays; what still moves is where a lot stands, its moments, whom to ask, the reserve once opened.
CALL pg_temp.frozen_when('listings_listing', 'OLD.announced_at IS NOT NULL',
    'status', 'suspended_from', 'unanswered_objections', 'timed_round', 'closed_at',
    'closes_at', 'listing_period_ends_at', 'registration_closes_at', 'deposit_cutoff_at', 'opens_at',
    'reserve_price', 'contact');


CREATE OR REPLACE FUNCTION listings_listing_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.status, NEW.status) NOT IN (VALUES
        ('draft', 'under_review'), ('draft', 'withdrawn'),
        ('under_review', 'approved'), ('under_review', 'returned'), ('under_review', 'withdrawn'),
        ('returned', 'under_review'), ('returned', 'withdrawn'),
        ('approved', 'announced'), ('approved', 'terminated'),
        ('announced', 'bidding'), ('announced', 'closed'), ('announced', 'suspended'), ('announced', 'terminated'),
        ('bidding', 'closed'), ('bidding', 'unsold'), ('bidding', 'suspended'), ('bidding', 'terminated'),
        ('suspended', 'announced'), ('suspended', 'bidding'), ('suspended', 'closed'), ('suspended', 'confirmed'),
        ('suspended', 'contracted'), ('suspended', 'paid'), ('suspended', 'terminated'),
        ('closed', 'confirmed'), ('closed', 'suspended'), ('closed', 'terminated'),
        ('confirmed', 'contracted'), ('confirmed', 'defaulted'), ('confirmed', 'suspended'),
        ('confirmed', 'terminated'),
        ('contracted', 'paid'), ('contracted', 'defaulted'), ('contracted', 'suspended'),
        ('contracted', 'terminated'),
        ('paid', 'transferred'), ('paid', 'suspended'),
        ('transferred', 'publicised'),
        ('publicised', 'completed')
    ) THEN
        RAISE EXCEPTION 'listings_listing: % to % is no move of the process', OLD.status, NEW.status
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    -- What is bid for is closed by the bidding, and what is not is never bid for.
    IF OLD.status = 'announced' AND (
        NEW.status = 'bidding' AND forms_leave_out(NEW.form, 'bidding')
        OR NEW.status = 'closed' AND NOT forms_leave_out(NEW.form, 'bidding')) THEN
        RAISE EXCEPTION 'listings_listing: % to % is no move of the form %', OLD.status, NEW.status, NEW.form
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


CREATE OR REPLACE FUNCTION listings_keep_words(found bigint[]) RETURNS void LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO listings_listingwords (listing_id, grams)
    SELECT lot.id, search_grams(coalesce(lot.number, ''), lot.title, seller.name, region.name)
    FROM listings_listing lot
        JOIN parties_organisation seller ON seller.id = lot.seller_id
        JOIN parties_region region ON region.code = seller.region_id
    WHERE lot.id = ANY (found)
    ON CONFLICT (listing_id) DO UPDATE SET grams = EXCLUDED.grams;
END;

CREATE OR REPLACE FUNCTION listings_words_of_listing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM listings_keep_words(ARRAY[NEW.id]);
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION listings_words_of_seller() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM listings_keep_words(ARRAY(SELECT id FROM listings_listing WHERE seller_id = NEW.id));
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION listings_words_of_region() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM listings_keep_words(ARRAY(
        SELECT lot.id FROM listings_listing lot
            JOIN parties_organisation seller ON seller.id = lot.seller_id
        WHERE seller.region_id = NEW.code));
    RETURN NULL;
END $$;

CREATE TRIGGER listings_words_new AFTER INSERT ON listings_listing
    FOR EACH ROW EXECUTE FUNCTION listings_words_of_listing();
CREATE TRIGGER listings_words_changed AFTER UPDATE OF number, title, seller_id ON listings_listing
    FOR EACH ROW WHEN ((OLD.number, OLD.title, OLD.seller_id) IS DISTINCT FROM (NEW.number, NEW.title, NEW.seller_id))
    EXECUTE FUNCTION listings_words_of_listing();
CREATE TRIGGER listings_words_changed AFTER UPDATE OF name, region_id ON parties_organisation
    FOR EACH ROW WHEN ((OLD.name, OLD.region_id) IS DISTINCT FROM (NEW.name, NEW.region_id))
    EXECUTE FUNCTION listings_words_of_seller();
CREATE TRIGGER listings_words_changed AFTER UPDATE OF name ON parties_region
    FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION listings_words_of_region();


-- A hundred thousand lots have tens of thousands of pairs of signs: the usual hundred say nothing of a rare one.
ALTER TABLE listings_listingwords ALTER COLUMN grams SET STATISTICS 1000;


CREATE OR REPLACE FUNCTION listings_line_of_announced() RETURNS trigger LANGUAGE plpgsql AS $$
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


-- What a lot keeps of its case beside its own columns, for hot paths and search, is the same there at every commit.
CREATE OR REPLACE FUNCTION listings_listing_as_its_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM cases_case it JOIN listings_listing lot ON lot.id = it.id
        WHERE it.id = NEW.id AND it.process = 'listing' AND it.owner_id = lot.seller_id
          AND it.province = lot.province AND it.number IS NOT DISTINCT FROM lot.number
    ) THEN
        RAISE EXCEPTION 'listings_listing: lot % is not as its case', NEW.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER listings_listing_as_its_case AFTER INSERT OR UPDATE OF number, seller_id, province
    ON listings_listing DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION listings_listing_as_its_case();
CREATE CONSTRAINT TRIGGER cases_case_as_its_listing AFTER UPDATE OF number ON cases_case
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.process = 'listing')
    EXECUTE FUNCTION listings_listing_as_its_case();


-- So much more capacity (公斤) than is there a lot's commitment promises; nothing without one.
CREATE OR REPLACE FUNCTION listings_promised(lot_id bigint) RETURNS numeric LANGUAGE sql STABLE AS $$
    SELECT coalesce(sum(round((lot.grade - it.target_grade) * 100 * it.area)), 0)
    FROM listings_commitment it JOIN listings_listing lot ON lot.id = it.listing_id WHERE lot.id = lot_id
$$;


-- What is promised stands once it is announced; its outcome is written once, after what was sold has been handed over.
CREATE OR REPLACE FUNCTION listings_commitment_stands() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    outcome text[] := ARRAY['achieved_grade', 'refund', 'from_held_back', 'decided_at'];
    lot listings_listing;
BEGIN
    SELECT * INTO lot FROM listings_listing WHERE id = coalesce(NEW.listing_id, OLD.listing_id);
    IF lot.announced_at IS NULL AND NEW.decided_at IS NULL THEN
        RETURN coalesce(NEW, OLD);
    ELSIF TG_OP <> 'UPDATE' OR OLD.decided_at IS NOT NULL OR lot.status NOT IN ('transferred', 'publicised', 'completed')
        OR to_jsonb(NEW) - outcome IS DISTINCT FROM to_jsonb(OLD) - outcome THEN
        RAISE EXCEPTION 'listings_commitment: what is promised of lot % stands', lot.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'commitment_stands';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER listings_commitment_stands BEFORE INSERT OR UPDATE OR DELETE ON listings_commitment
    FOR EACH ROW EXECUTE FUNCTION listings_commitment_stands();


-- At every commit a lot is priced by what its own lines sell: by the amount of one kind, in the unit of that kind; of
-- capacity by what is promised too.
CREATE OR REPLACE FUNCTION listings_require_priced(lot_id bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    lot listings_listing;
BEGIN
    SELECT * INTO lot FROM listings_listing WHERE id = lot_id;
    IF lot.id IS NULL THEN
        RETURN;
    END IF;
    IF lot.priced_amount IS DISTINCT FROM (SELECT sum(line.amount) FROM listings_listingline line
                                           WHERE line.listing_id = lot.id AND line.kind = lot.priced_kind)
       + (CASE lot.priced_kind WHEN 'grain_capacity' THEN listings_promised(lot.id) ELSE 0 END) THEN
        RAISE EXCEPTION 'listings_listing: lot % is not priced by what its lines sell', lot.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'listing_priced_by_what_is_sold';
    END IF;
    IF EXISTS (SELECT FROM listings_listingline line WHERE line.listing_id = lot.id
               AND kinds_class(line.kind) IS DISTINCT FROM kinds_class(lot.priced_kind)) THEN
        RAISE EXCEPTION 'listings_listing: lot % sells quota of two classes', lot.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'listing_of_one_class';
    END IF;
    IF classes_graded(kinds_class(lot.priced_kind)) <> (lot.grade IS NOT NULL) THEN
        RAISE EXCEPTION 'listings_listing: lot % has a grade that its class has not, or lacks one', lot.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'listing_graded_as_its_class';
    END IF;
    IF EXISTS (SELECT FROM listings_commitment it WHERE it.listing_id = lot.id
               AND (lot.grade IS NULL OR it.target_grade >= lot.grade OR NOT forms_take_commitments(lot.form))) THEN
        RAISE EXCEPTION 'listings_listing: lot % is promised to be of no better grade, or in a form without promises', lot.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'commitment_is_for_a_better_grade';
    END IF;
    IF EXISTS (SELECT FROM listings_commitment it WHERE it.listing_id = lot.id) AND NOT EXISTS (
        SELECT FROM listings_listingline line WHERE line.listing_id = lot.id AND line.kind = 'grain_capacity') THEN
        RAISE EXCEPTION 'listings_listing: lot % sells no capacity that could be promised to grow', lot.id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'commitment_on_capacity';
    END IF;
    IF kinds_price_unit(lot.priced_kind) IS DISTINCT FROM lot.price_unit THEN
        RAISE EXCEPTION 'listings_listing: lot % is not priced in the unit of %', lot.id, lot.priced_kind
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'listing_priced_in_its_unit';
    END IF;
END $$;

CREATE OR REPLACE FUNCTION listings_priced_by_its_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM listings_require_priced(NEW.id);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER listings_priced_new AFTER INSERT ON listings_listing
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION listings_priced_by_its_lines();
CREATE CONSTRAINT TRIGGER listings_priced_changed AFTER UPDATE OF priced_kind, priced_amount, price_unit, grade
    ON listings_listing DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN ((OLD.priced_kind, OLD.priced_amount, OLD.price_unit, OLD.grade)
          IS DISTINCT FROM (NEW.priced_kind, NEW.priced_amount, NEW.price_unit, NEW.grade))
    EXECUTE FUNCTION listings_priced_by_its_lines();

CREATE OR REPLACE FUNCTION listings_line_prices_its_lot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM listings_require_priced(OLD.listing_id);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM listings_require_priced(NEW.listing_id);
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER listings_line_prices_its_lot AFTER INSERT OR UPDATE OR DELETE ON listings_listingline
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION listings_line_prices_its_lot();
CREATE CONSTRAINT TRIGGER listings_commitment_prices_its_lot AFTER INSERT OR UPDATE OR DELETE ON listings_commitment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION listings_line_prices_its_lot();
