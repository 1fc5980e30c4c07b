CALL pg_temp.decided_once('commitment_report', 'closed_at', 'closed_by_id', 'grade_decided', 'opinion');


-- What is issued of a commitment is of its project, to the buyer, of the grade that was found, once that is decided, and
-- no more than the area gained by it.
CREATE OR REPLACE FUNCTION commitment_batch_is_achieved() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public AS $$
BEGIN
    IF EXISTS (SELECT FROM quota_batch WHERE id = NEW.batch_id AND source = 'commitment') AND NOT EXISTS (
        SELECT FROM listings_commitment it
        JOIN listings_listing lot ON lot.id = it.listing_id
        JOIN quota_batch batch ON batch.id = NEW.batch_id AND batch.source_id = lot.id
         AND batch.project_id = it.project_id AND batch.grade = greatest(it.achieved_grade, it.target_grade)
        JOIN transfer_transfer handed ON handed.listing_id = lot.id AND handed.buyer_id = batch.owner_id
        WHERE it.decided_at IS NOT NULL AND NEW.kind = 'grain_capacity'
          AND NEW.amount <= round((lot.grade - batch.grade) * 100 * it.area)
    ) THEN
        RAISE EXCEPTION 'quota_batch: batch % is not what a commitment achieved', NEW.batch_id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'commitment_batch_is_achieved';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER commitment_batch_is_achieved AFTER INSERT ON quota_batchline
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION commitment_batch_is_achieved();


-- What is reported on was promised, and is not decided.
CREATE OR REPLACE FUNCTION commitment_report_on_a_promise() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM listings_commitment it WHERE it.listing_id = NEW.listing_id AND it.decided_at IS NULL
    ) THEN
        RAISE EXCEPTION 'commitment_report: lot % promises nothing that could be reported on', NEW.listing_id
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'report_on_a_promise';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER commitment_report_on_a_promise BEFORE INSERT ON commitment_report
    FOR EACH ROW EXECUTE FUNCTION commitment_report_on_a_promise();
