"""Many rows in one statement, for tables that are written in every bid's transaction."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from django.db import connection, models


def _statement(model: type[models.Model], rows: Sequence[Any]) -> str:
    """A model whose rows come in by a function of the owner alone names it in `written_by`."""
    function = getattr(model, "written_by", "")
    if function:
        return f"SELECT {function}(%s)"
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    columns = ", ".join(quote(name) for name in rows[0])
    return f"INSERT INTO {table} ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::{table}, %s)"


def _text(rows: Sequence[Any]) -> str:
    """Rows as a list in JSON; rows that are JSON text already, whose function reads lines, one a line."""
    if isinstance(rows[0], str):
        return "\n".join(rows)
    return msgspec.json.encode(rows, enc_hook=str).decode()


def insert(
    model: type[models.Model], rows: Sequence[Mapping[str, Any]], *, unless_there: Sequence[str] = ()
) -> list[int]:
    """Insert `rows` in order, in one round trip, and give their ids. All rows name the same columns.

    With `unless_there`, the columns of a unique constraint, rows that are there already are left out.

    Values go over as JSON text: instants with their offset, exact numbers as text, JSON columns as they are. What the
    rows leave out gets the column's database default, so name every column that has none.
    """
    if not rows:
        return []
    columns = ", ".join(map(connection.ops.quote_name, unless_there))
    conflict = f" ON CONFLICT ({columns}) DO NOTHING" if unless_there else ""
    with connection.cursor() as cursor:
        cursor.execute(f"{_statement(model, rows)}{conflict} RETURNING id", [_text(rows)])
        return [int(row[0]) for row in cursor.fetchall()]


def insert_all(tables: Sequence[tuple[type[models.Model], Sequence[Any]]]) -> None:
    """Insert rows into several tables, one after the other, in one round trip."""
    asked = [(model, rows) for model, rows in tables if rows]
    if not asked:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "; ".join(_statement(model, rows) for model, rows in asked), [_text(rows) for _, rows in asked]
        )
