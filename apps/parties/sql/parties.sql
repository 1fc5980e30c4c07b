CREATE OR REPLACE FUNCTION parties_administrators_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM parties_person WHERE id = NEW.person_id FOR UPDATE;
    IF EXISTS (
        SELECT FROM parties_membership one
        JOIN parties_organisation body ON body.id = one.organisation_id
        WHERE one.person_id = NEW.person_id AND one.active
        HAVING count(DISTINCT body.administers) > 1) THEN
        RAISE EXCEPTION 'parties_membership: an administrator holds no other duty'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER parties_administrators_apart AFTER INSERT OR UPDATE ON parties_membership
    FOR EACH ROW WHEN (NEW.active) EXECUTE FUNCTION parties_administrators_apart();


CALL pg_temp.decided_once('parties_debt', 'settled_at');
