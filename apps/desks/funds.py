"""Proceeds (收益资金) on the desks of a county's finance and of auditors: what came in, waits, and was shared out."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.desks.access import desk
from apps.desks.views import PAGE, before, next_page
from apps.funds.models import Account
from apps.funds.names import DISTRIBUTE_DEADLINE, FUNDS_DISTRIBUTE
from apps.funds.queries import beside, pools_seen
from apps.funds.sources import bucket_labels
from apps.funds.states import OUTSIDE_THE_POOL, POOL
from apps.parties.roles import Can
from kernel.actors import Actor, Duty
from kernel.cases.queries import NamedCase, named
from kernel.deadlines.models import Deadline
from kernel.deadlines.states import DeadlineStatus
from kernel.money import ZERO, Yuan


@dataclass(frozen=True)
class Standing:
    """The proceeds of one case: what came in, what waits until when, what is left in each share."""

    source: NamedCase
    pool: Account
    received: Yuan
    shares: list[tuple[str, Account]]
    due: Deadline | None


@require_safe
@desk(Can.SEE_FUNDS)
def funds(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """The lots with proceeds of the actor's county or region, the newest first."""
    found = pools_seen(by)
    last = before(request)
    if last is not None:
        found = found.filter(pk__lt=last)
    rows = list(found[: PAGE + 1])
    context = {
        "rows": _standings(rows[:PAGE]),
        "next": next_page(request, rows[PAGE - 1].pk) if len(rows) > PAGE else "",
        "distribute": FUNDS_DISTRIBUTE if by.can(Can.BOOK_FUNDS) and by.duty is Duty.OPERATOR else "",
        "now": now,
    }
    return render(request, "desks/funds.html", context)


def _standings(pools: list[Account]) -> list[Standing]:
    accounts = beside(pools)
    due = {
        each.subject_id: each
        for each in Deadline.objects.filter(
            kind=DISTRIBUTE_DEADLINE, subject_id__in=[each.pk for each in pools], met_at=None
        ).exclude(status=DeadlineStatus.CANCELLED)
    }
    sources = named(each.source_id for each in pools)
    return [
        _standing(each, sources[each.source_id], accounts[each.holder_id, each.source_id], due.get(each.pk))
        for each in pools
    ]


def _standing(
    pool: Account, source: NamedCase, accounts: dict[str, Account], due: Deadline | None
) -> Standing:
    outside = [accounts[each].balance for each in OUTSIDE_THE_POOL if each in accounts]
    return Standing(
        source=source,
        pool=pool,
        received=-sum(outside, ZERO),
        shares=[
            (label, accounts[bucket])
            for bucket, label in bucket_labels(pool.source.process).items()
            if bucket in accounts and bucket not in (*OUTSIDE_THE_POOL, POOL)
        ],
        due=due,
    )
