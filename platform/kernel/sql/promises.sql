-- Promises that rooms make of their tables with one call. The procedures are of this session alone (pg_temp): whoever
-- works on the database later has none of them, and what they made stays.

-- The runtime role loses rights to a table, where the server has that role.
CREATE PROCEDURE pg_temp.runtime_role_may_not(rights text, of_table regclass) LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'exchange_app') THEN
        EXECUTE format('REVOKE %s ON %s FROM exchange_app', rights, of_table);
    END IF;
END $$;


CREATE OR REPLACE FUNCTION refused_as_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

-- Rows are added and never changed: a trigger refuses, and the runtime role has no right to try.
CREATE PROCEDURE pg_temp.append_only(of_table regclass) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE ON %s FOR EACH ROW'
                   ' EXECUTE FUNCTION refused_as_append_only()',
                   of_table || '_append_only', of_table);
    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %s FOR EACH STATEMENT'
                   ' EXECUTE FUNCTION refused_as_append_only()',
                   of_table || '_no_truncate', of_table);
    CALL pg_temp.runtime_role_may_not('UPDATE, DELETE, TRUNCATE', of_table);
END $$;


-- The first argument is the column that tells that a row is decided; the others are those written with the decision.
CREATE OR REPLACE FUNCTION refused_but_for_one_decision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := coalesce(TG_ARGV, '{}');  -- a trigger without arguments has no empty list of them, but none
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        RAISE EXCEPTION '%: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF to_jsonb(OLD) ->> TG_ARGV[0] IS NOT NULL
       OR to_jsonb(NEW) - free IS DISTINCT FROM to_jsonb(OLD) - free THEN
        RAISE EXCEPTION '%: row % is fixed', TG_TABLE_NAME, OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- Rows are added, and only the columns of their decision are written, together, while `decided` is null. Nothing else
-- of a row ever changes and none is deleted, whoever asks.
CREATE PROCEDURE pg_temp.decided_once(of_table regclass, decided text, VARIADIC with_it text[] DEFAULT '{}')
    LANGUAGE plpgsql AS $$
DECLARE
    arguments text := (SELECT string_agg(quote_literal(one), ', ') FROM unnest(decided || with_it) AS one);
BEGIN
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE ON %s FOR EACH ROW'
                   ' EXECUTE FUNCTION refused_but_for_one_decision(%s)',
                   of_table || '_decided_once', of_table, arguments);
    EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON %s FOR EACH STATEMENT'
                   ' EXECUTE FUNCTION refused_but_for_one_decision(%s)',
                   of_table || '_no_truncate', of_table, arguments);
    CALL pg_temp.runtime_role_may_not('DELETE, TRUNCATE', of_table);
END $$;


-- The arguments are the columns that still change.
CREATE OR REPLACE FUNCTION refused_as_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := coalesce(TG_ARGV, '{}');  -- a trigger without arguments has no empty list of them, but none
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - free IS DISTINCT FROM to_jsonb(OLD) - free THEN
        RAISE EXCEPTION '%: row % is fixed', TG_TABLE_NAME, OLD.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

-- Once `condition` (an expression over OLD) holds, a row is never deleted, and only the columns named still change. A
-- column that nobody named is frozen.
CREATE PROCEDURE pg_temp.frozen_when(of_table regclass, condition text, VARIADIC but text[] DEFAULT '{}')
    LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE ON %s FOR EACH ROW WHEN (%s)'
                   ' EXECUTE FUNCTION refused_as_frozen(%s)', of_table || '_frozen', of_table, condition,
                   (SELECT string_agg(quote_literal(one), ', ') FROM unnest(but) AS one));
END $$;


-- Rows come in by one function of the owner; the runtime role may call it and has no INSERT of its own.
CREATE PROCEDURE pg_temp.written_only_by(of_table regclass, writer regprocedure) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', writer);
    CALL pg_temp.runtime_role_may_not('INSERT', of_table);
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'exchange_app') THEN
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO exchange_app', writer);
    END IF;
END $$;


-- At commit, the amounts of each journal entry add up to nothing in every group (复式记账). `together` is the column
-- that joins the lines of one entry; the further columns never mix.
CREATE PROCEDURE pg_temp.sums_to_zero(of_table regclass, together text, VARIADIC apart text[] DEFAULT '{}')
    LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format($make$
        CREATE OR REPLACE FUNCTION %1$s_must_balance() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN
            IF EXISTS (SELECT FROM %1$s WHERE %2$I = NEW.%2$I GROUP BY %3$s HAVING sum(amount) <> 0) THEN
                RAISE EXCEPTION '%1$s: entry %% does not sum to zero', NEW.%2$I
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NULL;
        END $body$;
        CREATE CONSTRAINT TRIGGER %1$s_balances AFTER INSERT ON %1$s
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION %1$s_must_balance();
    $make$, of_table, together, (SELECT string_agg(quote_ident(one), ', ') FROM unnest(together || apart) AS one));
END $$;


CREATE OR REPLACE FUNCTION opened_empty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.balance := 0;
    RETURN NEW;
END $$;

-- Each line moves its account's balance as it is written; the account's own CHECK refuses to go below zero. Only this
-- trigger moves balances: it runs with its owner's rights, and the runtime role has none to the column.
CREATE PROCEDURE pg_temp.keeps_balance(entries regclass, accounts regclass, account text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format($make$
        CREATE OR REPLACE FUNCTION %1$s_move_balance() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = public AS $body$
        BEGIN
            UPDATE %2$s SET balance = balance + NEW.amount WHERE id = NEW.%3$I;
            RETURN NULL;
        END $body$;
        CREATE TRIGGER %1$s_moves_balance AFTER INSERT ON %1$s
            FOR EACH ROW EXECUTE FUNCTION %1$s_move_balance();
        CREATE TRIGGER %2$s_opens_empty BEFORE INSERT ON %2$s
            FOR EACH ROW EXECUTE FUNCTION opened_empty();
    $make$, entries, accounts, account);
    CALL pg_temp.runtime_role_may_not('UPDATE, DELETE, TRUNCATE', accounts);
END $$;
