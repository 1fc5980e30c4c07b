"""Whether demands hold: everything of them that does not, found by one statement."""

from typing import Any

from django.db import connection

_FAULTS = """
    SELECT 'demanded', it.id FROM crossprovince_demand it WHERE it.scheme_id IS NOT NULL AND it.amount <>
        (SELECT coalesce(sum(area_mu), 0) FROM crossprovince_schemerow WHERE demand_id = it.id
         AND scheme_id = it.scheme_id AND taken_back_at IS NULL)
    UNION ALL SELECT 'overpaid', it.id FROM crossprovince_demand it
        WHERE crossprovince_paid_for(it.id) > coalesce(it.price, 0)
    UNION ALL SELECT 'unpaid', it.id FROM crossprovince_demand it
        WHERE it.paid_in_at IS NOT NULL AND crossprovince_paid_for(it.id) <> it.price
    UNION ALL SELECT 'received', it.id FROM crossprovince_demand it
        WHERE crossprovince_booked_of(it.id) <> crossprovince_receipted_of(it.id)
"""


def demand_faults() -> list[dict[str, Any]]:
    """Everything of demands that does not hold; empty when it does.

    A matched one is just what its rows come to, no more is paid than its scheme asks and all of it where it is said to
    be, and what was booked is what the rows with receipts say.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FAULTS)
        return [{"what": what, "id": row_id} for what, row_id in cursor.fetchall()]
