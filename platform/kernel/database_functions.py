"""Functions and triggers of the database: each room's `sql/` holds the newest text of its own.

What is made of a declared table, a room registers (`register_sql`); it comes before the files.
They are loaded after the migrations. A file may be loaded any number of times: its functions replace their former
selves, every trigger is dropped before and made again, and what no file makes any more goes. `kernel/sql/promises.sql`
gives the calls with which rooms promise what the database itself keeps: append-only tables, frozen columns, journals
that sum to zero.
"""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from django.apps import apps
from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

LOCKS_MS = 5_000
"""Making a trigger holds its table: where a running site does not let go of one so long, nothing is changed."""

_OWN = Path(__file__).parent / "sql"

_TRIGGERS = """
    SELECT format('DROP TRIGGER %I ON %s', one.tgname, one.tgrelid::regclass)
    FROM pg_trigger one JOIN pg_class t ON t.oid = one.tgrelid
    WHERE NOT one.tgisinternal AND t.relnamespace = 'public'::regnamespace
"""
_LEFT_OVER = """
    SELECT format('DROP FUNCTION %s', one.oid::regprocedure)
    FROM pg_proc one
    WHERE one.pronamespace = 'public'::regnamespace AND one.prokind = 'f'
      AND one.xmin <> pg_current_xact_id()::xid
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = one.oid AND d.deptype = 'e')
"""


_made: dict[str, Callable[[], str]] = {}


def register_sql(name: str, made: Callable[[], str]) -> None:
    """Functions that are made of a declared table, under one name: a longer table needs no migration."""
    _made[name] = made


def sql_texts() -> Iterator[str]:
    """What is loaded, in order: the promises, what is made of tables, then each app's files."""
    own, *_ = files = list(sql_files())
    yield own.read_text(encoding="utf-8")
    for name in sorted(_made):
        yield _made[name]()
    for path in files[1:]:
        yield path.read_text(encoding="utf-8")


def sql_files() -> Iterator[Path]:
    """The files in the order in which they are loaded: the promises, then each app's by name."""
    yield from sorted(_OWN.glob("*.sql"))
    for config in apps.get_app_configs():
        yield from sorted(Path(config.path, "sql").glob("*.sql"))


def load_sql(*, using: str = "default") -> None:
    """Make the database's functions and triggers as the files have them, in one transaction. The owner's work."""
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = %s", [LOCKS_MS])
        cursor.execute("DISCARD TEMP")
        _each(cursor, _TRIGGERS)
        for text in sql_texts():
            cursor.execute(text)
        _each(cursor, _LEFT_OVER)
        cursor.execute(f"COMMENT ON FUNCTION {_NOTED_AT} IS %s", [f"{_of_files()} {_of_database(cursor)}"])


def unlike_the_files(*, using: str = "default") -> str:
    """What of a database's functions and triggers is not as the files have it, in a sentence; empty when all is.

    Functions of an older version, one that others may call, a trigger that was dropped, switched off or written anew.
    """
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT obj_description(to_regprocedure(%s), 'pg_proc')", [_NOTED_AT])
        (noted,) = cursor.fetchone()
        if not noted:
            return "数据库的函数与触发器尚未装载"
        files, _, made = noted.partition(" ")
        if files != _of_files():
            return "数据库的函数与触发器是另一版本的"
        return "" if made == _of_database(cursor) else "数据库的函数或触发器装载后被改动"


_NOTED_AT = "refused_as_append_only()"
"""The function whose comment keeps the digests of the files that were loaded and of what they made."""
_MADE = """
    SELECT coalesce(string_agg(made, E'\\n' ORDER BY made COLLATE "C"), '') FROM (
        SELECT pg_get_functiondef(one.oid) || ' ' || coalesce(one.proacl::text, '') FROM pg_proc one
        WHERE one.pronamespace = 'public'::regnamespace AND one.prokind = 'f'
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = one.oid AND d.deptype = 'e')
        UNION ALL
        SELECT pg_get_triggerdef(one.oid) || ' ' || one.tgenabled::text
        FROM pg_trigger one JOIN pg_class t ON t.oid = one.tgrelid
        WHERE NOT one.tgisinternal AND t.relnamespace = 'public'::regnamespace
    ) each(made)
"""


def _of_files() -> str:
    """SHA-256 of the files and of what is made of tables, in hex."""
    return hashlib.sha256("".join(sql_texts()).encode()).hexdigest()


def _of_database(cursor: CursorWrapper) -> str:
    """SHA-256 of what the catalogue says of every function, who may call it, and of every trigger, in hex."""
    cursor.execute(_MADE)
    return hashlib.sha256(cursor.fetchone()[0].encode()).hexdigest()


def _each(cursor: CursorWrapper, query: str) -> None:
    """Run every statement that a query makes."""
    cursor.execute(query)
    for (statement,) in cursor.fetchall():
        cursor.execute(statement)
