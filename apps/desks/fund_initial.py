"""What the forms of proceeds (收益资金) begin with."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import gettext as _

from apps.crossprovince.models import AuditDraw
from apps.desks.prefilled import Prefill
from apps.desks.targets import Subject
from apps.funds.findings import called, finding_for
from apps.funds.models import Account, Movement
from apps.funds.queries import (
    accounts_of,
    booking_of,
    movement_for,
    movements_of,
    pool_for,
    shares_of,
    source_of,
    vouchers_left,
)
from apps.funds.rules import least_of, most_of, suggested
from apps.funds.sources import bucket_labels, plan_of
from apps.funds.states import POOL, share_of
from apps.rulebook.proceeds import Share
from kernel.actors import Actor
from kernel.money import ZERO, Yuan
from kernel.web.opaque import shown


def distribution(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """Every share of the lot's rules at an amount that keeps its limits, with the limits beside the form."""
    pool = pool_for(subject.pk, by=by)
    shares = shares_of(pool.source_id)
    amounts = suggested(pool.balance, shares)
    return Prefill(
        {"shares": [{"category": each.category, "amount": f"{amounts[each.category]}"} for each in shares]},
        {"shares.category": [(each.category, _(each.label)) for each in shares]},
        figures=[(each.label, _limits(each, pool.balance)) for each in shares],
    )


def _limits(share: Share, whole: Yuan) -> str:
    """`least` to `most` in yuan, as a part of the whole beside."""
    least, most = f"{least_of(share, whole):,}", f"{most_of(share, whole):,}"
    said = {"least": least, "most": most, "low": f"{share.least:%}", "high": f"{share.most:%}"}
    if share.most == 1:
        return _("不低于%(least)s元（%(low)s）") % said
    if share.least == 0:
        return _("不高于%(most)s元（%(high)s）") % said
    return _("%(least)s元至%(most)s元（%(low)s至%(high)s）") % said


def spending(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """The shares with what is left of each, and the copies of vouchers that no payment names yet."""
    pool = pool_for(subject.pk, by=by)
    shares = [each for each in shares_of(pool.source_id) if not each.within]
    held = _held(pool)
    copies = _copies(pool.source_id, by=by)
    planned = [
        (str(each.no), f"{each.no} {each.label}（{each.amount:,}元）") for each in plan_of(pool.source_id)
    ]
    return Prefill(
        {"attachment": copies[0][0]} if copies else {},
        {
            "category": [(each.category, _(each.label)) for each in shares],
            "attachment": copies,
            **({"plan_line": planned} if planned else {}),
        },
        figures=[(each.label, _left(held, share_of(each.category))) for each in shares],
        hint="" if copies else _("请先在本收益的页面上传本次支出的凭证扫描件。"),
    )


def _held(pool: Account) -> dict[str, Yuan]:
    """What stands in each bucket of the source of a pool."""
    return {each.bucket: each.balance for each in accounts_of(source_of(pool))}


def _left(held: Mapping[str, Yuan], bucket: str) -> str:
    return _("结余%(left)s元") % {"left": f"{held.get(bucket, ZERO):,}"}


def giving_back(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """What stands in each bucket from which something can be given back."""
    pool = pool_for(subject.pk, by=by)
    labels = bucket_labels(pool.source.process)
    buckets = [POOL, *(share_of(each.category) for each in shares_of(pool.source_id) if not each.within)]
    copies, held = _copies(pool.source_id, by=by), _held(pool)
    return Prefill(
        {"attachment": copies[0][0]} if copies else {},
        {"bucket": [(each, _(labels[each])) for each in buckets], "attachment": copies},
        figures=[(labels[each], _left(held, each)) for each in buckets],
        hint="" if copies else _("请先在本收益的页面上传本次退回的凭证扫描件。"),
    )


def reversal(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """The papers by which money that had left is back."""
    movement = movement_for(subject.pk, by=by)
    return Prefill({}, {"attachment": [("", _("不附")), *_copies(movement.source_id, by=by)]})


def _copies(case_id: int, *, by: Actor) -> list[tuple[str, str]]:
    """The vouchers' copies that no booking and no answer names yet."""
    return [(str(shown(each.pk, "attachment")), each.name) for each in vouchers_left(case_id, by=by)]


_MOST_OFFERED = 500


def finding(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """The bookings that a finding can be about, the newest first."""
    pool = pool_for(subject.pk, by=by)
    movements = [each for each in movements_of(source_of(pool))[:_MOST_OFFERED] if booking_of(each)]
    drawn = set(
        AuditDraw.objects.filter(round__adjustment=pool.source_id, round__voided_at=None, sampled=True)
        .order_by()
        .values_list("spending__movement_id", flat=True)
    )
    movements.sort(key=lambda each: each.pk not in drawn)  # what was drawn to be audited stands first
    offered = [("", _("全部收益")), *((str(each.pk), _called(each, drawn)) for each in movements)]
    about = request.GET.get("movement_id", "")
    begun = {"movement_id": about} if about in {key for key, _label in offered} else {}
    return Prefill({"amount": "0.00", **begun}, {"movement_id": offered})


def _called(movement: Movement, drawn: Collection[int]) -> str:
    """A booking with its number, and whether it was drawn to be audited or taken back since."""
    marks = [
        *([_("审计抽中")] if movement.pk in drawn else []),
        *([_("已冲回")] if hasattr(movement, "reversed_by") else []),
    ]
    beside = f"（{'，'.join(marks)}）" if marks else ""
    return f"{called(movement)} · {_('记账号')}{movement.pk}{beside}"


def answer(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """The papers that nothing names yet, one of which may go with the answer."""
    finding = finding_for(subject.pk, by=by)
    return Prefill({}, {"attachment": [("", _("不附")), *_copies(finding.source_id, by=by)]})


def conclusion(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """Nothing to recover, until the auditor says so."""
    return Prefill({"amount": "0.00"})
