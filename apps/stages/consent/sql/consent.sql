CALL pg_temp.decided_once('consent_consent', 'ended_at');


-- Nobody but the counterparty that the lot names consents, and to nothing that is announced.
CREATE OR REPLACE FUNCTION consent_is_of_the_counterparty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM listings_listing lot
        WHERE lot.id = NEW.listing_id AND lot.counterparty_id = NEW.organisation_id AND lot.announced_at IS NULL
    ) THEN
        RAISE EXCEPTION 'consent_consent: lot % does not ask % for its consent', NEW.listing_id, NEW.organisation_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER consent_is_of_the_counterparty BEFORE INSERT ON consent_consent
    FOR EACH ROW EXECUTE FUNCTION consent_is_of_the_counterparty();
