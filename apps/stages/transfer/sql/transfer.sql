CALL pg_temp.append_only('transfer_transfer');
CALL pg_temp.follows_award('transfer_transfer');


CREATE OR REPLACE FUNCTION quality_refunds_within_price() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public AS $$
BEGIN
    PERFORM FROM contract_contract WHERE listing_id = NEW.listing_id FOR UPDATE;
    IF (SELECT coalesce(sum(refund), 0) FROM transfer_qualityclaim WHERE listing_id = NEW.listing_id)
       + coalesce((SELECT from_held_back FROM listings_commitment WHERE listing_id = NEW.listing_id), 0)
       > (SELECT total_price FROM contract_contract WHERE listing_id = NEW.listing_id) THEN
        RAISE EXCEPTION 'quality_claim: refunds of listing % exceed its price', NEW.listing_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER quality_refunds_within_price AFTER INSERT OR UPDATE OF refund, listing_id ON transfer_qualityclaim
    FOR EACH ROW EXECUTE FUNCTION quality_refunds_within_price();
CREATE TRIGGER quality_refunds_within_price AFTER UPDATE OF from_held_back ON listings_commitment
    FOR EACH ROW EXECUTE FUNCTION quality_refunds_within_price();
