"""Lanes (车道): one lock for each case, each organisation, each thing that rooms name, taken first, always in order.

A lane is a PostgreSQL advisory lock held to the end of the transaction. Queueing on it is fair and short; rows are
locked only after it. Whoever changes a case, be it a person's click or a deadline, holds the case's lane.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection, transaction


class Lane(int):
    """A sort of thing that can be held, by its rank: those of a higher rank are taken after those of a lower one."""


_named: dict[int, str] = {}


def lane(rank: int, name: str) -> Lane:
    """A sort of lane of its own rank, which a room declares once. A rank of another's is a programming error."""
    if _named.setdefault(rank, name) != name:
        raise ValueError(f"rank {rank} is that of {_named[rank]}, not of {name}")
    return Lane(rank)


CASE = lane(1, "case")
ORGANISATION = lane(2, "organisation")
# Ranks 3 to 7 are the rooms' own.
AUDIT = lane(8, "audit")
RELAY = lane(9, "relay")
PLATFORM = lane(10, "platform")

LARGEST_KEY = 2**31 - 1
"""No lane has a larger key."""


def key_of(text: str) -> int:
    """The key of a lane for what is known by a text, such as a number on paper."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) & LARGEST_KEY


def hold(lane: Lane, key: int) -> None:
    """Hold one lane until the transaction ends; waits for whoever holds it. Only inside a transaction."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a lane is held only inside a transaction")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [int(lane), key])


def hold_all(lane: Lane, keys: Iterable[int]) -> None:
    """Hold several lanes of one sort in one round trip, in ascending order: two holders never wait for each other."""
    wanted = set(keys)
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a lane is held only inside a transaction")
    if not wanted:
        return
    with connection.cursor() as cursor:
        cursor.execute(*holding(lane, wanted))


def holding(lane: Lane, keys: Iterable[int]) -> tuple[str, list[Any]]:
    """The statement that holds several lanes of one sort in ascending order, with its parameters.

    For those who send it together with what they read under the lanes.
    """
    return (
        "SELECT pg_advisory_xact_lock(%s, key) FROM unnest(%s::int[]) WITH ORDINALITY AS wanted (key, place)"
        " ORDER BY place",
        [int(lane), sorted(set(keys))],
    )


def trying(lane: Lane, keys: Iterable[int]) -> tuple[str, list[Any]]:
    """The statement that holds those of several lanes that are free, without waiting, with its parameters.

    For those who send it together with what they read under the lanes: `TAKEN` says there which were free.
    """
    return (
        "SELECT set_config('lanes.taken', coalesce(string_agg(key::text, ','), ''), true)"
        " FROM unnest(%s::int[]) AS wanted (key) WHERE pg_try_advisory_xact_lock(%s, key)",
        [sorted(set(keys)), int(lane)],
    )


def holding_beside(lane: Lane, beside: Mapping[int, int], *, held: str) -> tuple[str, list[Any]]:
    """The statement that holds, in ascending order, one lane beside each of those that are `held`, with its parameters.

    `beside` gives the key of the lane beside each; `held` is an expression such as `TAKEN`, whose parameters follow.
    """
    return (
        "SELECT pg_advisory_xact_lock(%s, wanted.key) FROM unnest(%s::bigint[], %s::int[]) AS wanted (first, key)"
        f" WHERE wanted.first = ANY({held}) ORDER BY wanted.key",
        [int(lane), list(beside), list(beside.values())],
    )


TAKEN = "string_to_array(current_setting('lanes.taken'), ',')::bigint[]"
"""The lanes that the last `trying` of this transaction has held, as an expression."""


def try_hold(lane: Lane, key: int) -> bool:
    """Hold the lane if it is free; False, without waiting, if it is not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [int(lane), key])
        return bool(cursor.fetchone()[0])


def try_hold_all(lane: Lane, keys: Iterable[int]) -> set[int]:
    """Hold those of several lanes that are free, in one round trip, without waiting. Gives which."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key, pg_try_advisory_xact_lock(%s, key) FROM unnest(%s::int[]) AS wanted (key)",
            [int(lane), sorted(set(keys))],
        )
        return {key for key, free in cursor.fetchall() if free}
