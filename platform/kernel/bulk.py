"""Many rows in one statement, for tables that are written in every bid's transaction."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from django.db import connection, models


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
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    columns = ", ".join(quote(name) for name in rows[0])
    conflict = f" ON CONFLICT ({', '.join(map(quote, unless_there))}) DO NOTHING" if unless_there else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns})"
            f" SELECT {columns} FROM json_populate_recordset(NULL::{table}, %s){conflict} RETURNING id",
            [msgspec.json.encode(rows, enc_hook=str).decode()],
        )
        return [int(row[0]) for row in cursor.fetchall()]
