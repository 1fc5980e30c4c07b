"""What of proceeds (收益资金) waits for a county's finance, and for an auditor."""

from dataclasses import replace

from apps.crossprovince.states import AdjustmentStatus
from apps.desks.tasks import Task
from apps.funds.findings import findings_to_answer, findings_to_conclude, summary_of
from apps.funds.models import Account, Finding
from apps.funds.names import (
    ANSWER_DEADLINE,
    DISTRIBUTE_DEADLINE,
    FUNDS_ANSWER,
    FUNDS_CONCLUDE,
    FUNDS_DISTRIBUTE,
    FUNDS_SPEND,
)
from apps.funds.queries import pools_in_hand, source_titles
from apps.parties.roles import Can
from kernel.actors import Actor
from kernel.acts.act import act_called
from kernel.money import Yuan

MOST = 5_000
KIND_OF = {FUNDS_DISTRIBUTE: DISTRIBUTE_DEADLINE, FUNDS_ANSWER: ANSWER_DEADLINE}
"""By which deadline an act of two persons on proceeds is to be released."""


def fund_tasks(by: Actor) -> list[Task]:
    """The pools that the actor's office has to distribute or to spend, the findings to answer or to conclude.

    Of an adjustment that is closed nothing is distributed or spent any more.
    """
    if by.can(Can.BOOK_FUNDS):
        in_hand = pools_in_hand(by).exclude(source__adjustment__status=AdjustmentStatus.CLOSED)
        pools = list(in_hand.select_related("holder__region", "source")[:MOST])
        findings = list(findings_to_answer(by).select_related("holder__region", "source")[:MOST])
        titles = source_titles([*pools, *findings])
        return [
            *(_task(FUNDS_DISTRIBUTE, DISTRIBUTE_DEADLINE, each, titles) for each in pools if each.balance),
            *(_spending(each, left, titles) for each in pools if (left := getattr(each, "unspent", None))),
            *(_task(FUNDS_ANSWER, ANSWER_DEADLINE, each, titles) for each in findings),
        ]
    if by.can(Can.AUDIT_FUNDS):
        findings = list(findings_to_conclude(by).select_related("holder__region", "source")[:MOST])
        titles = source_titles(findings)
        return [_task(FUNDS_CONCLUDE, "", each, titles) for each in findings]
    return []


def _spending(pool: Account, left: Yuan, titles: dict[int, str]) -> Task:
    """What was distributed and is not spent yet, each payment under a voucher of its own."""
    found = _task(FUNDS_SPEND, "", pool, titles)
    return replace(found, title=f"{found.title} 已分配未支出{left:,}元")


def _task(act: str, kind: str, found: Account | Finding, titles: dict[int, str]) -> Task:
    title = titles[found.source_id]
    return Task(
        act_called(act).label,
        f"{title} {summary_of(found)}" if isinstance(found, Finding) else title,
        f"/desk/acts/{act}/{found.pk}/",
        kind=kind,
        listing_id=found.source_id,
        subject_id=found.pk,
        slot=act,
        slot_subject=found.pk,
        county=found.holder.region_id,
        county_name=found.holder.region.name,
        seller=found.holder.name,
        act=act,
    )
