"""Numbers without gaps (连续编号)."""

from django.db import connection

from kernel.numbering.models import Counter


def next_number(key: str) -> int:
    """1, 2, 3 … for `key`. A number taken in a transaction that is rolled back is given out again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO numbering_counter (key, value) VALUES (%s, 1)"
            " ON CONFLICT (key) DO UPDATE SET value = numbering_counter.value + 1 RETURNING value",
            [key],
        )
        return int(cursor.fetchone()[0])


def last_number(key: str) -> int:
    """The last number given out for `key`; 0 when none was."""
    return Counter.objects.filter(key=key).values_list("value", flat=True).first() or 0
