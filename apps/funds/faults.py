"""Whether the ledger of proceeds holds: everything in it that does not, found by one statement."""

from typing import Any

from django.db import connection

_OF_SOURCE = "(m.holder_id, m.source_id) = (a.holder_id, a.source_id)"
_STANDS = "NOT EXISTS (SELECT FROM funds_reversal r WHERE r.of_id = m.id)"


def _booked(table: str, also: str = "true") -> str:
    """What was booked of a source and not taken back, in a table of bookings."""
    return (
        f"(SELECT coalesce(sum(b.amount), 0) FROM {table} b JOIN funds_movement m ON m.id = b.movement_id"
        f" WHERE {_OF_SOURCE} AND {_STANDS} AND {also})"
    )


def _held(buckets: str) -> str:
    """What stands in the buckets of a source."""
    return f"sum(a.balance) FILTER (WHERE a.bucket LIKE '{buckets}')"


_BY_SOURCE = f"""
    SELECT a.holder_id, a.source_id, sum(a.balance) AS everything,
        coalesce({_held("external")}, 0) AS external, coalesce({_held("share:%")}, 0) AS shares,
        coalesce({_held("spent:%")}, 0) AS spent, coalesce({_held("returned")}, 0) AS returned
    FROM funds_account a GROUP BY a.holder_id, a.source_id
"""

_PAID_IN = (
    "(SELECT coalesce(sum(n.paid_in), 0) FROM funds_allocation n JOIN funds_movement m ON m.id = n.movement_id"
    f" WHERE {_OF_SOURCE})"
)
"""What was paid in for a source that the centre allocates."""

_PAID_FOR = (
    "(SELECT coalesce(sum(p.amount), 0) FROM funds_payin p JOIN funds_movement m ON m.id = p.movement_id"
    f" WHERE {_OF_SOURCE})"
)
"""What was paid into the central account for quota that a source takes."""

_FAULTS = f"""
    WITH a AS ({_BY_SOURCE})
    SELECT 'balance', one.id FROM funds_account one LEFT JOIN funds_entry e ON e.account_id = one.id
        GROUP BY one.id HAVING one.balance <> coalesce(sum(e.amount), 0)
    UNION ALL SELECT 'movement', movement_id FROM funds_entry GROUP BY movement_id HAVING sum(amount) <> 0
    UNION ALL SELECT 'below_zero', id FROM funds_account WHERE balance < 0
        AND bucket NOT IN ('external', 'margin')
    UNION ALL SELECT 'source', source_id FROM a WHERE everything <> 0
    UNION ALL SELECT 'received', source_id FROM a WHERE -external <> {
    _booked("funds_receipt", "b.taken_back_at IS NULL")
} + {_PAID_IN} + {_PAID_FOR}
    UNION ALL SELECT 'allocated', n.id FROM funds_allocation n WHERE n.amount <>
        (SELECT coalesce(sum(e.amount), 0) FROM funds_entry e JOIN funds_account one ON one.id = e.account_id
         WHERE e.movement_id = n.movement_id AND one.bucket = 'pool')
    UNION ALL SELECT 'paid_in', p.id FROM funds_payin p WHERE p.amount <>
        (SELECT coalesce(sum(e.amount), 0) FROM funds_entry e JOIN funds_account one ON one.id = e.account_id
         WHERE e.movement_id = p.movement_id AND one.bucket = 'central')
    UNION ALL SELECT 'distributed', d.id FROM funds_distribution d WHERE d.amount <>
        (SELECT coalesce(sum(e.amount), 0) FROM funds_entry e JOIN funds_account one ON one.id = e.account_id
         WHERE e.movement_id = d.movement_id AND one.bucket LIKE 'share:%')
    UNION ALL SELECT 'shared', source_id FROM a WHERE {_booked("funds_distribution")} <>
        shares + spent + {_booked("funds_restitution", "b.bucket LIKE 'share:%'")}
    UNION ALL SELECT 'spent', source_id FROM a WHERE spent <> {_booked("funds_spending")}
    UNION ALL SELECT 'returned', source_id FROM a WHERE returned <> {_booked("funds_restitution")}
    UNION ALL SELECT 'payees', s.id FROM funds_spending s LEFT JOIN funds_payee p ON p.spending_id = s.id
        GROUP BY s.id HAVING s.amount <> coalesce(sum(p.amount), 0)
"""


def faults() -> list[dict[str, Any]]:
    """Everything in the ledger of proceeds that does not hold; empty when it does.

    Balances equal their lines, movements sum to zero, nothing but what lies outside is below zero; of every source,
    what came in by its receipts, allocations and payments is what stands in all other buckets, and what was distributed
    is what was spent, what is left in shares, and what was returned from them; of every spending, its payees come to
    its amount.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FAULTS)
        return [{"what": what, "id": row_id} for what, row_id in cursor.fetchall()]
