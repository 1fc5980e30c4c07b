CALL pg_temp.append_only('funds_movement');
CALL pg_temp.append_only('funds_entry');
CALL pg_temp.append_only('funds_allocation');
CALL pg_temp.append_only('funds_payin');
CALL pg_temp.append_only('funds_distribution');
CALL pg_temp.append_only('funds_portion');
CALL pg_temp.append_only('funds_reversal');
CALL pg_temp.append_only('funds_spending');
CALL pg_temp.append_only('funds_payee');
CALL pg_temp.append_only('funds_restitution');
CALL pg_temp.append_only('funds_finding');
CALL pg_temp.append_only('funds_answer');
CALL pg_temp.append_only('funds_conclusion');
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


-- A taking back has just the opposite lines of what it takes back, of the same source.
CREATE OR REPLACE FUNCTION funds_reversal_must_be_opposite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM funds_entry WHERE movement_id IN (NEW.movement_id, NEW.of_id)
               GROUP BY account_id HAVING sum(amount) <> 0)
       OR NOT EXISTS (SELECT FROM funds_entry WHERE movement_id = NEW.movement_id) THEN
        RAISE EXCEPTION 'funds_reversal: movement % is not the opposite of %', NEW.movement_id, NEW.of_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER funds_reversal_is_opposite AFTER INSERT ON funds_reversal
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION funds_reversal_must_be_opposite();


-- A payment for quota of other provinces is just what its movement brings the central account.
CREATE OR REPLACE FUNCTION funds_payment_must_be_its_movement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.amount IS DISTINCT FROM (
           SELECT e.amount FROM funds_entry e JOIN funds_account a ON a.id = e.account_id
           WHERE e.movement_id = NEW.movement_id AND a.bucket = 'central') THEN
        RAISE EXCEPTION 'funds_payin: % is not what movement % brings', NEW.id, NEW.movement_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER funds_payment_is_its_movement AFTER INSERT ON funds_payin
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION funds_payment_must_be_its_movement();


-- A spending is its movement out of the share of its category, and its payees together; both of one holder.
CREATE OR REPLACE FUNCTION funds_spending_must_add_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    spending funds_spending;
BEGIN
    SELECT * INTO spending FROM funds_spending
        WHERE id = CASE TG_TABLE_NAME WHEN 'funds_payee' THEN (to_jsonb(NEW) ->> 'spending_id')::bigint ELSE NEW.id END;
    IF spending.amount <> (SELECT coalesce(sum(amount), 0) FROM funds_payee WHERE spending_id = spending.id)
       OR spending.holder_id <> (SELECT holder_id FROM funds_movement WHERE id = spending.movement_id)
       OR spending.amount IS DISTINCT FROM (
           SELECT -e.amount FROM funds_entry e JOIN funds_account a ON a.id = e.account_id
           WHERE e.movement_id = spending.movement_id AND a.bucket = 'share:' || spending.category) THEN
        RAISE EXCEPTION 'funds_spending: % does not add up', spending.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER funds_spending_adds_up AFTER INSERT ON funds_spending
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION funds_spending_must_add_up();
CREATE CONSTRAINT TRIGGER funds_payees_add_up AFTER INSERT ON funds_payee
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION funds_spending_must_add_up();


-- What a movement may do follows from why it is made: into shares goes only what is distributed, out of them only what is
-- spent on the same category or returned. So of a source, what was distributed is at every instant what was spent, what
-- is left in shares, and what was returned from them; a taking back is the opposite of one of these. Whatever else moves
-- proceeds stays away from shares, from what was spent, and from what was returned.
CREATE OR REPLACE FUNCTION funds_movement_must_fit_its_reason() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM funds_entry e JOIN funds_account a ON a.id = e.account_id
        WHERE e.movement_id = NEW.id AND NOT CASE NEW.reason
            WHEN 'distribute' THEN a.bucket = 'pool' AND e.amount < 0 OR a.bucket LIKE 'share:%' AND e.amount > 0
            WHEN 'spend' THEN a.bucket LIKE 'share:%' AND e.amount < 0 OR a.bucket LIKE 'spent:%' AND e.amount > 0
            WHEN 'return' THEN (a.bucket = 'pool' OR a.bucket LIKE 'share:%') AND e.amount < 0
                               OR a.bucket = 'returned' AND e.amount > 0
            WHEN 'reverse' THEN EXISTS (SELECT FROM funds_reversal WHERE movement_id = NEW.id)
            ELSE a.bucket !~ '^(share:|spent:|returned$)' END)
       OR NEW.reason = 'spend' AND (
           SELECT count(DISTINCT split_part(a.bucket, ':', 2)) FROM funds_entry e
           JOIN funds_account a ON a.id = e.account_id WHERE e.movement_id = NEW.id) <> 1 THEN
        RAISE EXCEPTION 'funds_movement: % does not move what a "%" may', NEW.id, NEW.reason
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER funds_movement_fits_its_reason AFTER INSERT ON funds_movement
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION funds_movement_must_fit_its_reason();
