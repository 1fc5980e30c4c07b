"""Asking the database for what it must refuse, as the runtime role or as the owner of the tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import DatabaseError, connections, models, transaction

APP, OWNER = "default", "owner"


@contextmanager
def taken_back(role: str) -> Iterator[Any]:
    """A cursor in a transaction of that role that leaves nothing behind."""
    with transaction.atomic(using=role), connections[role].cursor() as cursor:
        yield cursor
        transaction.set_rollback(True, using=role)


def why_not(sql: str, *, role: str = APP, first: tuple[str, ...] = ()) -> str:
    """What the database says to a statement (with all deferred checks made at once); "" when it did it."""
    try:
        with taken_back(role) as cursor:
            for statement in first:
                cursor.execute(statement)
            cursor.execute(sql)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except DatabaseError as error:
        return str(error)
    return ""


def our_models() -> list[type[models.Model]]:
    """Every model of ours."""
    return [each for each in apps.get_models() if each.__module__.startswith(("apps.", "kernel."))]


def columns(table: str) -> list[str]:
    """The columns of a table but its id."""
    with connections[APP].cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND column_name <> 'id'"
            " AND is_generated = 'NEVER'"
            " ORDER BY ordinal_position",
            [table],
        )
        return [row[0] for row in cursor.fetchall()]


def copied(table: str, *, where: str = "true", **changes: str) -> str:
    """An INSERT of one of the table's rows once more, with some columns (SQL expressions) changed."""
    names, case = columns(table), ""
    if table == "listings_listing":
        case, names, changes = _OF_A_CASE.format(changes["number"]), [*names, "id"], {"id": _FRESH, **changes}
    elif "id" in changes:
        names = [*names, "id"]
    values = ", ".join(changes.get(name, f'"{name}"') for name in names)
    listed = ", ".join(f'"{name}"' for name in names)
    return (
        f"{case}INSERT INTO {table} ({listed}) SELECT {values} FROM {table} WHERE {where} ORDER BY 1 LIMIT 1"
    )


_FRESH = "(SELECT max(listing_id) FROM sold)"
_OF_A_CASE = """
    WITH fresh AS (
        INSERT INTO cases_case (process, number, province, region, owner_id, holds, opened_at)
        SELECT process, {}, province, region, owner_id, 0, opened_at FROM cases_case ORDER BY id LIMIT 1
        RETURNING id),
    sold AS (
        INSERT INTO listings_listingline (listing_id, batch_id, kind, amount)
        SELECT fresh.id, line.batch_id, line.kind, line.amount FROM fresh, listings_listingline line
        WHERE line.listing_id = (SELECT min(id) FROM listings_listing)
        RETURNING listing_id)
"""
"""A lot has the key of a case of its own, and lines before it is announced."""


def changed(table: str, *, where: str = "true", key: str = "id", **changes: str) -> str:
    """An UPDATE of one row."""
    said = ", ".join(f'"{name}" = {value}' for name, value in changes.items())
    return f"UPDATE {table} SET {said} WHERE {key} = (SELECT min({key}) FROM {table} WHERE {where})"


def without_triggers(table: str) -> str:
    """For the owner: what the constraint alone says."""
    return f"ALTER TABLE {table} DISABLE TRIGGER USER"
