CALL pg_temp.append_only('funds_movement');
CALL pg_temp.append_only('funds_entry');
CALL pg_temp.append_only('funds_allocation');
CALL pg_temp.append_only('funds_distribution');
CALL pg_temp.append_only('funds_portion');
CALL pg_temp.decided_once('funds_receipt', 'taken_back_at');
CALL pg_temp.sums_to_zero('funds_entry', 'movement_id');
CALL pg_temp.keeps_balance('funds_entry', 'funds_account', 'account_id');


-- Every line stands on an account of its entry's holder and source: as each entry sums to zero, what came in of a source
-- is at every instant what stands in all its other buckets.
CREATE OR REPLACE FUNCTION funds_entry_stays_with_its_source() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM funds_account a JOIN funds_movement m ON m.id = NEW.movement_id
                   WHERE a.id = NEW.account_id AND (a.holder_id, a.source_id) = (m.holder_id, m.source_id)) THEN
        RAISE EXCEPTION 'funds_entry: account % is not of the source of entry %', NEW.account_id, NEW.movement_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER funds_entry_of_one_source BEFORE INSERT ON funds_entry
    FOR EACH ROW EXECUTE FUNCTION funds_entry_stays_with_its_source();
