"""What of proceeds (收益资金) waits for a county's finance."""

from apps.desks.tasks import Task
from apps.funds.models import Account
from apps.funds.names import DISTRIBUTE_DEADLINE, FUNDS_DISTRIBUTE
from apps.funds.queries import pools_to_distribute
from apps.parties.roles import Can
from kernel.actors import Actor
from kernel.acts.act import act_called
from kernel.cases.queries import NamedCase, named

MOST = 5_000
KIND_OF = {FUNDS_DISTRIBUTE: DISTRIBUTE_DEADLINE}
"""By which deadline an act of two persons on proceeds is to be released."""


def fund_tasks(by: Actor) -> list[Task]:
    """The pools that the actor's office has to distribute, the oldest first; none for other roles."""
    if not by.can(Can.BOOK_FUNDS):
        return []
    pools = pools_to_distribute(by).select_related("holder__region")[:MOST]
    sources = named(each.source_id for each in pools)
    return [_distribution(each, sources[each.source_id]) for each in pools]


def _distribution(pool: Account, source: NamedCase) -> Task:
    return Task(
        act_called(FUNDS_DISTRIBUTE).label,
        f"{source.number} {source.title}",
        f"/desk/acts/{FUNDS_DISTRIBUTE}/{pool.pk}/",
        kind=DISTRIBUTE_DEADLINE,
        listing_id=pool.source_id,
        subject_id=pool.pk,
        slot=FUNDS_DISTRIBUTE,
        slot_subject=pool.pk,
        county=pool.holder.region_id,
        county_name=pool.holder.region.name,
        seller=pool.holder.name,
        act=FUNDS_DISTRIBUTE,
    )
