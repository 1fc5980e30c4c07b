"""One source of proceeds (收益资金) on the desks: where its money stands, every movement, vouchers, findings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.desks.access import desk
from apps.desks.views import PAGE, before, next_page
from apps.documents.models import Attachment
from apps.funds.audits import wants_back
from apps.funds.findings import called, findings_about, findings_seen
from apps.funds.models import Account, Finding, Movement, Restitution, Reversal, Spending
from apps.funds.names import (
    FUNDS_ANSWER,
    FUNDS_AUDIT,
    FUNDS_CONCLUDE,
    FUNDS_DISTRIBUTE,
    FUNDS_RETURN,
    FUNDS_REVERSE,
    FUNDS_SPEND,
    NOT_OF_CLOSED,
)
from apps.funds.payees import Paid, opened
from apps.funds.queries import (
    accounts_of,
    booking_of,
    movements_of,
    pool_for,
    source_of,
    source_title,
    spending_for,
    vouchers_left,
)
from apps.funds.sources import bucket_labels, is_closed_case
from apps.funds.states import OUTCOME_LABELS, PAYEE_LABELS, REASON_LABELS, as_read
from apps.parties.roles import Can
from apps.process import uploads
from kernel.actors import Actor, Duty
from kernel.acts.act import act_called
from kernel.errors import Refused
from kernel.money import Yuan
from kernel.web.methods import post_from

_LARGEST_UPLOAD = 20 * 1024 * 1024


@dataclass(frozen=True)
class Line:
    """One movement: what it was for, how each bucket changed, what can be done about it."""

    movement: Movement
    reason: str
    changes: list[tuple[str, Yuan]]
    spending: Spending | None
    said: str
    """Why it was given back or taken back, and to whom."""
    paper: Attachment | None
    """What shows that, for those who read payees."""
    of: int
    """The booking that it takes back; 0 for none."""
    reversed: bool
    reversible: bool


@dataclass(frozen=True)
class Found:
    """One finding, what it is about, how it was concluded, and the act that comes next of the actor's."""

    finding: Finding
    about: str
    outcome: str
    act: str
    label: str


@require_safe
@desk(Can.SEE_FUNDS)
def fund(request: HttpRequest, *, by: Actor, now: datetime, fund_id: int) -> HttpResponse:
    """The proceeds of one source: balances, what can be done, movements the newest first, findings."""
    pool = pool_for(fund_id, by=by)
    found = movements_of(source_of(pool))
    last = before(request)
    if last is not None:
        found = found.filter(pk__lt=last)
    rows = list(found[: PAGE + 1])
    books = by.can(Can.BOOK_FUNDS) and by.duty is Duty.OPERATOR
    findings = findings_seen(by).filter(holder_id=pool.holder_id, source_id=pool.source_id)
    labels, closed = bucket_labels(pool.source.process), is_closed_case(pool.source)
    wanted = wants_back(findings_about([each.pk for each in rows])) if closed and books else set[int]()
    context: dict[str, Any] = {
        "pool": pool,
        "title": source_title(pool),
        "accounts": [
            (labels[each.bucket], as_read(each.bucket, each.balance)) for each in accounts_of(source_of(pool))
        ],
        "acts": _acts(pool, by=by, closed=closed),
        "lines": [_line(each, labels, by=by, back=not closed or each.pk in wanted) for each in rows[:PAGE]],
        "next": next_page(request, rows[PAGE - 1].pk) if len(rows) > PAGE else "",
        "findings": [_found(each, by=by) for each in findings[:PAGE]],
        "reverse": FUNDS_REVERSE,
        "uploads": books,
        "files": list(vouchers_left(pool.source_id, by=by)) if books else [],
    }
    return render(request, "desks/fund.html", context)


def _acts(pool: Account, *, by: Actor, closed: bool) -> list[tuple[str, str]]:
    """What the actor can begin on a source, by its label and address."""
    if by.duty is not Duty.OPERATOR:
        return []
    names = [FUNDS_SPEND, FUNDS_RETURN, FUNDS_AUDIT]
    names = [FUNDS_DISTRIBUTE, *names] if pool.balance else names
    return [
        (act_called(name).label, f"/desk/acts/{name}/{pool.pk}/")
        for name in names
        if by.can(act_called(name).capability) and not (closed and name in NOT_OF_CLOSED)
    ]


def _line(movement: Movement, labels: Mapping[str, str], *, by: Actor, back: bool) -> Line:
    """`back`: whether its case lets it be taken back."""
    booking = booking_of(movement)
    taken_back = hasattr(movement, "reversed_by")
    takes_back = getattr(movement, "reversal", None)
    papered = takes_back or (booking if isinstance(booking, Restitution) else None)
    mine = booking is not None and booking.organisation_id == by.organisation_id
    books = mine and not taken_back and by.can(Can.BOOK_FUNDS) and by.duty is Duty.OPERATOR
    return Line(
        movement=movement,
        reason=REASON_LABELS.get(movement.reason, movement.reason),
        changes=[
            (labels[each.account.bucket], each.amount) for each in movement.lines.all()
        ],  # as they were booked: they come to nothing together
        spending=booking if isinstance(booking, Spending) else None,
        said=_said(papered) if papered is not None else "",
        paper=papered.attachment if papered is not None and by.can(Can.SEE_PAYEES) else None,
        of=takes_back.of_id if takes_back is not None else 0,
        reversed=taken_back,
        reversible=books and back,
    )


def _said(booked: Restitution | Reversal) -> str:
    if isinstance(booked, Restitution):
        return f"{booked.recipient}：{booked.reason}"
    return booked.reason


def _found(finding: Finding, *, by: Actor) -> Found:
    act = ""
    if by.duty is Duty.OPERATOR and not finding.is_concluded:
        if by.can(Can.BOOK_FUNDS) and not finding.is_answered:
            act = FUNDS_ANSWER
        elif by.can(Can.AUDIT_FUNDS) and finding.organisation_id == by.organisation_id:
            act = FUNDS_CONCLUDE
    return Found(
        finding=finding,
        about=called(finding.about),
        outcome=OUTCOME_LABELS[finding.conclusion.outcome] if finding.is_concluded else "",
        act=act,
        label=act_called(act).label if act else "",
    )


@post_from("/desk/funds/{fund_id}/#vouchers")
@desk(Can.BOOK_FUNDS)
def upload(request: HttpRequest, *, by: Actor, now: datetime, fund_id: int) -> HttpResponse:
    """Take the copy of a voucher, and say what came of it."""
    pool = pool_for(fund_id, by=by)
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile) or (file.size or 0) > _LARGEST_UPLOAD:
        messages.error(request, _("未上传：请选择不超过20 MB的文件。"))
        return redirect(f"/desk/funds/{fund_id}/")
    try:
        made = uploads.take_for_fund(pool, name=file.name or "", content=file.read(), by=by, now=now)
    except Refused as no:
        messages.error(request, no.refusal.sentence, extra_tags=str(no.refusal.code))
    else:
        messages.success(request, _("已上传凭证：%(name)s。") % {"name": made.name})
    return redirect(f"/desk/funds/{fund_id}/")


@require_safe
@desk(Can.SEE_PAYEES)
def payees(request: HttpRequest, *, by: Actor, now: datetime, movement_id: int) -> HttpResponse:
    """To whom one payment went, natural persons by name: for the county's finance and its auditor alone."""
    spending = spending_for(movement_id, by=by)
    rows: list[tuple[int, str, Paid]] = [
        (each.line, PAYEE_LABELS[each.kind], opened(each)) for each in spending.payees.order_by("line")
    ]
    context = {
        "spending": spending,
        "title": source_title(spending.movement),
        "rows": rows,
        "attachment": spending.attachment,
        "back": Reversal.objects.filter(of=spending.movement).select_related("attachment").first(),
    }
    return render(request, "desks/fund_payees.html", context)
