CALL pg_temp.decided_once('agreement_notice', 'ended_at');


-- Nobody takes a lot by agreement before its notice is over: at commit the award has the notice that has ended.
CREATE OR REPLACE FUNCTION agreement_award_after_its_notice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM agreement_notice notice
        WHERE notice.listing_id = NEW.listing_id AND notice.ended_at <= NEW.at) THEN
        RAISE EXCEPTION 'award_award: the notice of agreement % is not over', NEW.listing_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreement_award_after_its_notice BEFORE INSERT ON award_award
    FOR EACH ROW WHEN (NEW.method = 'agreement') EXECUTE FUNCTION agreement_award_after_its_notice();
