"""Numbers without gaps (连续编号)."""

from django.db import connection

from kernel.numbering.models import Counter


def next_number(key: str) -> int:
    """1, 2, 3 … for `key`. A number taken in a transaction that is rolled back is given out again."""
    return next_numbers(key, 1)


def next_numbers(key: str, count: int) -> int:
    """The first of the next `count` numbers for `key`; the others follow it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO numbering_counter (key, value) VALUES (%(key)s, %(count)s)"
            " ON CONFLICT (key) DO UPDATE SET value = numbering_counter.value + %(count)s RETURNING value",
            {"key": key, "count": count},
        )
        return int(cursor.fetchone()[0]) - count + 1


def last_number(key: str) -> int:
    """The last number given out for `key`; 0 when none was."""
    return Counter.objects.filter(key=key).values_list("value", flat=True).first() or 0
