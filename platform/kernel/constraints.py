"""Promises that the database itself keeps: migration operations for append-only tables and frozen columns."""

from django.db import migrations

_ROLE = "exchange_app"


def append_only(table: str) -> migrations.RunSQL:
    """Rows are added and never changed: a trigger refuses, and the runtime role has no right to try."""
    return migrations.RunSQL(
        sql=f"""
        CREATE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '{table} is append-only: % refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
        END $$;
        CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION {table}_is_append_only();
        CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_append_only();
        DO $$ BEGIN
            IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{_ROLE}') THEN
                REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {_ROLE};
            END IF;
        END $$;
        """,
        reverse_sql=f"""
        DROP TRIGGER {table}_append_only ON {table};
        DROP TRIGGER {table}_no_truncate ON {table};
        DROP FUNCTION {table}_is_append_only();
        """,
    )


def sums_to_zero(*, table: str, transaction: str, groups: tuple[str, ...]) -> migrations.RunSQL:
    """At commit, the amounts of each journal entry add up to nothing in every group (复式记账).

    `transaction` is the column that joins the lines of one entry; `groups` are further columns that never mix.
    """
    columns = ", ".join((transaction, *groups))
    return migrations.RunSQL(
        sql=f"""
        CREATE FUNCTION {table}_must_balance() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT FROM {table} WHERE {transaction} = NEW.{transaction}
                       GROUP BY {columns} HAVING sum(amount) <> 0) THEN
                RAISE EXCEPTION '{table}: entry % does not sum to zero', NEW.{transaction}
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NULL;
        END $$;
        CREATE CONSTRAINT TRIGGER {table}_balances AFTER INSERT ON {table}
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {table}_must_balance();
        """,
        reverse_sql=f"DROP TRIGGER {table}_balances ON {table}; DROP FUNCTION {table}_must_balance();",
    )


def keeps_balance(*, entries: str, accounts: str, account: str) -> migrations.RunSQL:
    """Each line moves its account's balance as it is written; the account's own CHECK refuses to go below zero.

    Only this trigger moves balances: it runs with its owner's rights, and the runtime role has none to the column.
    """
    return migrations.RunSQL(
        sql=f"""
        CREATE FUNCTION {entries}_move_balance() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = public AS $$
        BEGIN
            UPDATE {accounts} SET balance = balance + NEW.amount WHERE id = NEW.{account};
            RETURN NULL;
        END $$;
        CREATE TRIGGER {entries}_moves_balance AFTER INSERT ON {entries}
            FOR EACH ROW EXECUTE FUNCTION {entries}_move_balance();
        CREATE FUNCTION {accounts}_opens_empty() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.balance := 0;
            RETURN NEW;
        END $$;
        CREATE TRIGGER {accounts}_opens_empty BEFORE INSERT ON {accounts}
            FOR EACH ROW EXECUTE FUNCTION {accounts}_opens_empty();
        DO $$ BEGIN
            IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{_ROLE}') THEN
                REVOKE UPDATE, DELETE, TRUNCATE ON {accounts} FROM {_ROLE};
            END IF;
        END $$;
        """,
        reverse_sql=f"DROP TRIGGER {entries}_moves_balance ON {entries}; DROP FUNCTION {entries}_move_balance();"
        f"DROP TRIGGER {accounts}_opens_empty ON {accounts}; DROP FUNCTION {accounts}_opens_empty();",
    )


def decided_once(table: str, *, decision: tuple[str, ...], decided: str) -> migrations.RunSQL:
    """Rows are added, and only the columns of their `decision` are written, together, while `decided` is null.

    Nothing else of a row ever changes and none is deleted, whoever asks.
    """
    frozen = " - ".join(("to_jsonb(NEW)", *(f"'{name}'" for name in decision)))
    before = " - ".join(("to_jsonb(OLD)", *(f"'{name}'" for name in decision)))
    return migrations.RunSQL(
        sql=f"""
        CREATE FUNCTION {table}_is_decided_once() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP <> 'UPDATE' THEN
                RAISE EXCEPTION '{table}: % refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            IF OLD.{decided} IS NOT NULL OR {frozen} IS DISTINCT FROM {before} THEN
                RAISE EXCEPTION '{table}: row % is fixed', OLD.id USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER {table}_decided_once BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION {table}_is_decided_once();
        CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_decided_once();
        DO $$ BEGIN
            IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{_ROLE}') THEN
                REVOKE DELETE, TRUNCATE ON {table} FROM {_ROLE};
            END IF;
        END $$;
        """,
        reverse_sql=f"""
        DROP TRIGGER {table}_decided_once ON {table};
        DROP TRIGGER {table}_no_truncate ON {table};
        DROP FUNCTION {table}_is_decided_once();
        """,
    )


def written_only_by(table: str, function: str) -> migrations.RunSQL:
    """Rows come in by one function of the owner; the runtime role may call it and has no INSERT of its own."""
    return migrations.RunSQL(
        sql=f"""
        REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC;
        DO $$ BEGIN
            IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{_ROLE}') THEN
                REVOKE INSERT ON {table} FROM {_ROLE};
                GRANT EXECUTE ON FUNCTION {function} TO {_ROLE};
            END IF;
        END $$;
        """,
        reverse_sql=migrations.RunSQL.noop,
    )


def frozen_when(table: str, *, when: str, but: tuple[str, ...]) -> migrations.RunSQL:
    """Once `when` (an expression over OLD) holds, a row is never deleted, and only the columns named still change.

    A column that nobody named is frozen.
    """
    old, new = (" - ".join((f"to_jsonb({row})", *(f"'{name}'" for name in but))) for row in ("OLD", "NEW"))
    return migrations.RunSQL(
        sql=f"""
        CREATE FUNCTION {table}_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' THEN
                RAISE EXCEPTION '{table}: row % is fixed', OLD.id USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            IF {new} IS DISTINCT FROM {old} THEN
                RAISE EXCEPTION '{table}: row % is fixed', OLD.id USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {table}_is_frozen();
        """,
        reverse_sql=f"DROP TRIGGER {table}_frozen ON {table}; DROP FUNCTION {table}_is_frozen();",
    )
