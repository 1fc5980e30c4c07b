CALL pg_temp.append_only('award_award');


-- Who won is who registered, on this listing; where nobody does, the counterparty, at the price agreed on.
CREATE OR REPLACE FUNCTION award_is_of_who_registered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM qualification_registration one
        WHERE one.id = NEW.registration_id AND one.listing_id = NEW.listing_id
          AND one.organisation_id = NEW.winner_id)
       AND NOT EXISTS (
        SELECT FROM listings_listing lot
        WHERE NEW.registration_id IS NULL AND lot.id = NEW.listing_id AND lot.counterparty_id = NEW.winner_id
          AND lot.starting_price = NEW.unit_price AND forms_leave_out(lot.form, 'qualification')) THEN
        RAISE EXCEPTION 'award_award: the winner did not register for listing %', NEW.listing_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER award_is_of_who_registered BEFORE INSERT ON award_award
    FOR EACH ROW EXECUTE FUNCTION award_is_of_who_registered();


CREATE OR REPLACE FUNCTION refused_as_of_another_listing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM award_award one WHERE one.id = NEW.award_id AND one.listing_id = NEW.listing_id) THEN
        RAISE EXCEPTION '%: not the award of listing %', TG_TABLE_NAME, NEW.listing_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- What follows an award keeps the listing beside it for its own look-ups: it is the award's, always.
CREATE PROCEDURE pg_temp.follows_award(of_table regclass) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER %I BEFORE INSERT OR UPDATE OF award_id, listing_id ON %s FOR EACH ROW'
                   ' EXECUTE FUNCTION refused_as_of_another_listing()', of_table || '_follows_award', of_table);
END $$;
