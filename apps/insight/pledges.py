"""Quota that was pledged after its holder had declared that it is no source of a loan (spec: price and risk, M1)."""

from collections.abc import Iterator

from django.db.models import F, Q

from apps.crossprovince import queries as adjustments
from apps.crossprovince.states import AdjustmentStatus
from apps.insight.signal import Signal
from apps.listings.queries import visible_to
from apps.listings.states import ListingStatus
from apps.quota.batch_models import Encumbrance
from apps.quota.burden_queries import said_of
from apps.quota.burden_rules import BurdenType
from kernel.actors import Actor
from kernel.cases.queries import named
from kernel.clock import beijing

DECLARED = "loan_source"
"""The statement that proceeds are pledged or a source of loan repayment: always answered no where it was handed in."""
_CAME_TO_NOTHING = (
    ListingStatus.WITHDRAWN, ListingStatus.UNSOLD, ListingStatus.DEFAULTED, ListingStatus.TERMINATED
)  # fmt: skip


def pledged(by: Actor, *, most: int) -> Iterator[Signal]:
    """A signal for each lot and adjustment, running or carried out, and each pledge registered on its holder's quota of
    its batches since it was handed in; the newest first. Lots of classes that declare nothing have none."""
    loans = Encumbrance.objects.filter(type=BurdenType.LOAN, batch__region__code__startswith=by.region[:2])
    loans = loans.select_related("batch", "holder").prefetch_related("lines").order_by("-id")
    for burden in loans[:most]:
        yield from _of_lots(burden, by)
        yield from _of_adjustments(burden, by)


def _of_lots(burden: Encumbrance, by: Actor) -> Iterator[Signal]:
    lots = visible_to(by).filter(
        _whose("seller_id", burden),
        pk__in=burden.batch.listing_lines.values("listing_id"),
        submitted_at__lte=burden.since,
    )
    for lot in lots.exclude(status__in=_CAME_TO_NOTHING):
        if DECLARED in lot.terms.declared:
            yield _signal(str(lot), burden, f"/desk/listings/{lot.pk}/")


def _of_adjustments(burden: Encumbrance, by: Actor) -> Iterator[Signal]:
    found = adjustments.visible_to(by).filter(
        _whose("holder_id", burden), lines__batch=burden.batch, submitted_at__lte=burden.since
    )
    found = found.exclude(status=AdjustmentStatus.WITHDRAWN).order_by("-pk").distinct()
    cases = named(each.pk for each in found)
    for each in found:
        yield _signal(cases[each.pk].number, burden, f"/desk/adjustments/{each.pk}/")


def _whose(field: str, burden: Encumbrance) -> Q:
    """Whose quota the burden lies on: one holder's, or whoever's has any of the batch."""
    return Q(**{field: burden.holder_id}) if burden.holder_id is not None else Q(pk=F("pk"))


def _signal(number: str, burden: Encumbrance, url: str) -> Signal:
    lifted = f"{beijing(burden.lifted_at):%Y-%m-%d}" if burden.lifted_at is not None else "未解除"
    return Signal(
        "pledged",
        f"{number}：声明收益未质押、不作为还款来源，提交后其指标登记了{said_of(burden, certificate=True)}。",
        (("登记时间", f"{beijing(burden.since):%Y-%m-%d %H:%M:%S}"), ("解除", lifted)),
        url,
        burden.since,
    )
