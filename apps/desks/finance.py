"""Finance's desk: what is owed, released and sent, by statement."""

from collections.abc import Iterable
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.desks import books, exports
from apps.desks.access import desk
from apps.desks.downloads import download
from apps.desks.payouts import Paid, paid, waiting_orders, waiting_refunds
from apps.desks.queue import placed_here, refunds_here
from apps.desks.views import PAGE
from apps.disclosure.record import hidden_listings, past_the_close, without_balances
from apps.listings.queries import visible_to
from apps.money import painfiles
from apps.money.gate import here as of_province
from apps.money.gate import province_of
from apps.money.models import Payment, Refund, Statement
from apps.money.queries import (
    covered_until,
    exceptions,
    refunds_due,
    released_payments,
    remittances_due,
)
from apps.parties.roles import Can
from apps.stages.transfer.models import QualityClaim
from kernel.actors import Actor
from kernel.clock import beijing
from kernel.errors import not_found


@require_safe
@desk(Can.SEE_MONEY)
def finance(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """What is covered, what must go back, what was not taken in, what was sent."""
    here = refunds_here(by)
    due = list(refunds_due(by)[:200])
    released = list(
        Refund.objects.filter(here, released_at__isnull=False)
        .select_related("entry__sub_account__organisation")
        .order_by("-released_at", "-id")[:PAGE]
    )
    may_act = by.can(Can.BOOK_MONEY)
    statements = Statement.objects.filter(of_province(by), sub_account=None)
    claims = QualityClaim.objects.filter(confirmed_at__isnull=False, paid_at=None, listing__in=visible_to(by))
    if exports.wanted(request):
        shown_due = list(refunds_due(by)[: exports.ROWS_READ])
        shown_due = shown_due if may_act else _after_close(shown_due)
        shown = statements if may_act else past_the_close(statements)
        return exports.workbook(
            "资金",
            books.due_refunds(shown_due, _masked(shown_due)),
            books.orders(remittances_due(by)[: exports.ROWS_READ]),
            *([books.sent(_paid(released_payments(by, most=exports.ROWS_READ)))] if may_act else []),
            books.statements(_told(shown.order_by("-covers_until")[: exports.ROWS_READ], by=by)),
            by=by,
            now=now,
        )
    context = {
        "covered": covered_until(province=province_of(by)),
        "due": due if may_act else _after_close(due),
        "exceptions": list(exceptions().filter(placed_here(by))[:PAGE]) if may_act else [],
        "released": released if may_act else _after_close(released),
        "masked": _masked(due),
        "orders": list(remittances_due(by)[:200]),
        "outgoing": _paid(released_payments(by, most=PAGE)) if may_act else [],
        "waits": waiting_refunds(due, by=by),
        "orders_wait": waiting_orders(by),
        "statements": _told(
            (statements if may_act else past_the_close(statements)).order_by("-covers_until")[:PAGE], by=by
        ),
        "claims": list(claims.select_related("listing").order_by("id")),
        "may_act": may_act,
    }
    return render(request, "desks/finance.html", context)


@require_safe
@desk(Can.BOOK_MONEY)
def payment_file(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """Every released payment of the province that the bank has not answered, as one pain.001 file."""
    found = [each for each in released_payments(by, most=painfiles.MOST_PAYMENTS) if each.paid_at is None]
    open_ones = [each for each in found if each.rejected_at is None]
    if not open_ones:
        raise not_found("待银行处理的付款")
    latest = max(each.released_at for each in open_ones if each.released_at)
    content = painfiles.written(
        open_ones, message_id=f"{by.region}{beijing(latest):%Y%m%d%H%M%S}{len(open_ones):04d}"
    )
    return download(
        content, content_type="application/xml", name=f"付款-{beijing(latest):%Y%m%d}.pain.001.xml"
    )


def _told(statements: Iterable[Statement], *, by: Actor) -> list[Statement]:
    return list(statements) if by.can(Can.BOOK_MONEY) else without_balances(statements)


def _paid(payments: list[Payment]) -> list[Paid]:
    return paid(payments, masked=_masked(each for each in payments if isinstance(each, Refund)))


def _masked(refunds: Iterable[Refund]) -> set[int]:
    """Refunds of which nobody is told whose they are: of lots before the close, and of no known sub-account."""
    hidden = set(hidden_listings().values_list("pk", flat=True))
    return {
        each.pk
        for each in refunds
        if each.entry.sub_account is None or each.entry.sub_account.case_id in hidden
    }


def _after_close(refunds: Iterable[Refund]) -> list[Refund]:
    """Refunds on lots whose bidders are no secret any more."""
    hidden = set(hidden_listings().values_list("pk", flat=True))
    return [
        each
        for each in refunds
        if each.entry.sub_account is None or each.entry.sub_account.case_id not in hidden
    ]
