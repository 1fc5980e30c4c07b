"""The desks of the offices: money, reserve, quota, handovers, deadlines. They read; acts go through their forms."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.desks import books, exports
from apps.desks.access import desk
from apps.desks.downloads import download
from apps.desks.payouts import Paid, paid, waiting_orders, waiting_refunds
from apps.desks.queue import placed_here, refunds_here
from apps.desks.views import PAGE, before, next_page
from apps.disclosure.deadlines import visible_deadlines
from apps.disclosure.record import hidden_listings, past_the_close
from apps.kinds.quantities import QuotaKind
from apps.land.models import Project
from apps.listings.models import Listing
from apps.listings.queries import visible_to
from apps.listings.states import ListingStatus
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
from apps.quota.models import BUCKET_LABELS, MOVEMENT_LABELS, Batch, Bucket, Encumbrance, Retirement
from apps.quota.queries import (
    batches_of,
    history,
    holdings,
    holdings_by_batch,
    transferred_by_batch,
    transferred_out,
    unbooked,
)
from apps.stages.transfer.models import QualityClaim
from kernel import sheets
from kernel.actors import CENTRE, FINANCE, PROVINCE, TRADERS, Actor, Duty, Role
from kernel.clock import beijing
from kernel.deadlines.queries import lag, lateness
from kernel.deadlines.registry import all_kinds
from kernel.deadlines.states import DeadlineStatus
from kernel.errors import not_found

_WATCHERS = (Role.SUPERVISOR, *CENTRE, *PROVINCE)


# --- finance ---


@require_safe
@desk(*FINANCE, Role.SUPERVISOR)
def finance(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """What is covered, what must go back, what was not taken in, what was sent."""
    here = refunds_here(by)
    due = list(refunds_due(by)[:200])
    released = list(
        Refund.objects.filter(here, released_at__isnull=False)
        .select_related("entry__sub_account__organisation")
        .order_by("-released_at", "-id")[:PAGE]
    )
    may_act = by.role in FINANCE
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
            books.statements(shown.order_by("-covers_until")[: exports.ROWS_READ]),
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
        "statements": list(
            (statements if may_act else past_the_close(statements)).order_by("-covers_until")[:PAGE]
        ),
        "claims": list(claims.select_related("listing").order_by("id")),
        "may_act": may_act,
    }
    return render(request, "desks/finance.html", context)


@require_safe
@desk(*FINANCE)
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


def _paid(payments: list[Payment]) -> list[Paid]:
    return paid(payments, masked=_masked(each for each in payments if isinstance(each, Refund)))


def _masked(refunds: Iterable[Refund]) -> set[int]:
    """Refunds of which nobody is told whose they are: of lots before the close, and of no known sub-account."""
    hidden = set(hidden_listings().values_list("pk", flat=True))
    return {
        each.pk
        for each in refunds
        if each.entry.sub_account is None or each.entry.sub_account.listing_id in hidden
    }


def _after_close(refunds: Iterable[Refund]) -> list[Refund]:
    """Refunds on lots whose bidders are no secret any more."""
    hidden = set(hidden_listings().values_list("pk", flat=True))
    return [
        each
        for each in refunds
        if each.entry.sub_account is None or each.entry.sub_account.listing_id not in hidden
    ]


# --- the province ---


@require_safe
@desk(*PROVINCE, *CENTRE, Role.SUPERVISOR)
def reserve(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """The reserve: projects to book, batches with what stands on them."""
    batches = batches_of(by).filter(project__region__code__startswith=by.region[:2]).order_by("-id")
    state, text = request.GET.get("state", ""), request.GET.get("q", "").strip()[:60].replace("\x00", "")
    if text:
        batches = batches.filter(
            Q(certificate_no__icontains=text) | Q(project__name__icontains=text)
            | Q(project__owner__name__icontains=text) | Q(project__region__name__icontains=text)
        )  # fmt: skip
    if state in ("burdened", "free"):
        burdened = Encumbrance.objects.filter(batch=OuterRef("pk"), lifted_at=None)
        batches = batches.filter(Exists(burdened) if state == "burdened" else ~Exists(burdened))
    if exports.wanted(request):
        every = list(batches.select_related("project__owner", "project__region")[: exports.ROWS_READ])
        named: dict[int, str] = {}
        for burden in Encumbrance.objects.filter(batch__in=every, lifted_at=None).order_by("id"):
            named[burden.batch_id] = "；".join(
                each for each in (named.get(burden.batch_id), burden.reason) if each
            )
        return exports.workbook("储备库", books.batches(every, named), by=by, now=now)
    last = before(request)
    if last is not None:
        batches = batches.filter(pk__lt=last)
    rows = list(batches[: PAGE + 1])
    burdens: dict[int, list[Encumbrance]] = {}
    for each in Encumbrance.objects.filter(batch__in=rows, lifted_at=None).order_by("id"):
        burdens.setdefault(each.batch_id, []).append(each)
    context = {
        "projects": list(
            unbooked().filter(region__code__startswith=by.region[:2]).select_related("owner", "region")[:100]
        ),
        "batches": [(each, burdens.get(each.pk, [])) for each in rows[:PAGE]],
        "next": next_page(request, rows[PAGE - 1].pk) if len(rows) > PAGE else "",
        "may_act": by.role in PROVINCE,
        "state": state,
        "text": text,
    }
    return render(request, "desks/reserve.html", context)


# --- deadlines ---


@require_safe
@desk(*_WATCHERS)
def deadlines(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """What is overdue, what has failed, and how far the engine is behind."""
    open_ones = visible_deadlines(by).filter(
        Q(status=DeadlineStatus.PENDING, due_at__lte=now) | Q(status=DeadlineStatus.FAILED)
    )
    open_ones = open_ones.filter(Q(listing_id=0) | Q(listing_id__in=visible_to(by).values("pk")))
    if exports.wanted(request):
        late = list(open_ones.order_by("-id")[: exports.ROWS_READ])
        lots = Listing.objects.in_bulk({row.listing_id for row in late})
        table = books.deadlines((row, lots.get(row.listing_id)) for row in late)
        return exports.workbook("期限", table, by=by, now=now)
    last = before(request)
    if last is not None:
        open_ones = open_ones.filter(pk__lt=last)
    rows = list(open_ones.order_by("-id")[: PAGE + 1])
    names = Listing.objects.in_bulk([row.listing_id for row in rows])
    context = {
        "rows": [(row, names.get(row.listing_id)) for row in rows[:PAGE]],
        "next": next_page(request, rows[PAGE - 1].pk) if len(rows) > PAGE else "",
        "lag": lag(now=now),
        "late": lateness(kinds=[kind.name for kind in all_kinds().values() if kind.exact]),
        "may_attend": by.role in CENTRE,
    }
    return render(request, "desks/deadlines.html", context)


# --- a holder's quota ---


@require_safe
@desk(*TRADERS)
def quota(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """The ledger of an organisation: by kind, by batch, and every movement; `as=xlsx` gives it as a workbook."""
    if request.GET.get("as") == "xlsx":
        name = f"指标台账-{beijing(now):%Y%m%d}.xlsx"
        return download(_ledger_book(by, now=now), content_type=sheets.MIME, name=name)
    entries = history(by.organisation_id)
    last = before(request)
    if last is not None:
        entries = entries.filter(pk__lt=last)
    rows = list(entries[: PAGE + 1])
    numbers = Listing.objects.in_bulk([row.movement.listing_id for row in rows if row.movement.listing_id])
    buckets = [each for each in Bucket if each is not Bucket.ISSUED]
    context = {
        "buckets": [str(each) for each in buckets],
        "rows": _totals(by.organisation_id),
        "batches": _by_batch(by),
        "moves": [
            (row, numbers.get(row.movement.listing_id or 0), MOVEMENT_LABELS.get(row.movement.reason, ""))
            for row in rows[:PAGE]
        ],
        "next": next_page(request, rows[PAGE - 1].pk) if len(rows) > PAGE else "",
        "projects": list(
            Project.objects.filter(owner_id=by.organisation_id)
            .prefetch_related("batches")
            .order_by("-id")[:20]
        ),
        "retirements": list(Retirement.objects.filter(holder_id=by.organisation_id).order_by("-id")[:PAGE]),
        "may_use": by.duty is Duty.OPERATOR,
        "may_record": by.role is not Role.SITE_PROJECT_UNIT,
        "may_import": by.role is not Role.SITE_PROJECT_UNIT and by.duty is Duty.OPERATOR,
    }
    return render(request, "desks/quota.html", context)


def _totals(holder_id: int) -> list[tuple[QuotaKind, list[tuple[str, Decimal]], Decimal]]:
    held, gone = holdings(holder_id), transferred_out(holder_id)
    buckets = [each for each in Bucket if each is not Bucket.ISSUED]
    return [
        (kind, [(str(each), held[kind][each]) for each in buckets], gone.of(kind).amount)
        for kind in QuotaKind
    ]


@dataclass(frozen=True)
class BatchLine:
    """One kind of one batch: what stands in each bucket, and what was handed over."""

    batch: Batch
    kind: QuotaKind
    amounts: list[tuple[str, Decimal]]
    gone: Decimal


def _by_batch(by: Actor, *, most: int = 200) -> list[BatchLine]:
    batches = {each.pk: each for each in batches_of(by).order_by("-id")[:most]}
    held = holdings_by_batch(by.organisation_id, list(batches))
    gone = transferred_by_batch(by.organisation_id, list(batches))
    buckets = [each for each in Bucket if each is not Bucket.ISSUED]
    lines = []
    for pk, batch in batches.items():
        for kind in QuotaKind:
            amounts = held.get(pk, {}).get(kind, {})
            sold = gone.get((pk, kind), Decimal(0))
            if amounts or sold:
                shown = [(str(each), amounts.get(each, Decimal(0))) for each in buckets]
                lines.append(BatchLine(batch, kind, shown, sold))
    return lines


def _ledger_book(by: Actor, *, now: datetime) -> bytes:
    """The ledger as a workbook: totals, batches, movements. Quantities are numbers in the unit of their column."""
    columns = [sheets.Column(each, sheets.AREA, 18) for each in ("可用", "冻结", "已用", "核减", "已转出")]
    kind, unit = sheets.Column("指标种类"), sheets.Column("单位", "", 8)
    certificate = sheets.Column("入库凭证号", "", 24)
    moved = [
        sheets.Column("时间", sheets.INSTANT, 18),
        sheets.Column("事由"),
        certificate,
        kind,
        unit,
        sheets.Column("科目"),
        sheets.Column("数量", sheets.AREA, 18),
        sheets.Column("关联编号", "", 24),
    ]
    notes = (
        f"持有单位：{by.organisation_name}",
        f"导出时间：{beijing(now):%Y-%m-%d %H:%M}（北京时间）",
        "三类指标各自记账，不合并计算。",
    )
    return sheets.written(
        sheets.Table("合计", [kind, unit, *columns], _total_rows(by), notes),
        sheets.Table(
            "分批次", [certificate, sheets.Column("项目", "", 30), kind, unit, *columns], _batch_rows(by)
        ),
        sheets.Table("变动记录", moved, _moved_rows(by)),
    )


def _total_rows(by: Actor) -> list[list[Any]]:
    return [
        [kind.label, kind.unit, *(amount for _bucket, amount in amounts), gone]
        for kind, amounts, gone in _totals(by.organisation_id)
    ]


def _batch_rows(by: Actor) -> list[list[Any]]:
    return [
        [
            line.batch.certificate_no,
            line.batch.project.name,
            line.kind.label,
            line.kind.unit,
            *(amount for _bucket, amount in line.amounts),
            line.gone,
        ]
        for line in _by_batch(by, most=5000)
    ]


def _moved_rows(by: Actor) -> list[list[Any]]:
    return [
        [
            row.movement.at,
            MOVEMENT_LABELS.get(row.movement.reason, row.movement.reason),
            row.batch.certificate_no,
            QuotaKind(row.kind).label,
            QuotaKind(row.kind).unit,
            BUCKET_LABELS[Bucket(row.account.bucket)],
            row.amount,
            row.movement.reference,
        ]
        for row in history(by.organisation_id)[:20_000]
    ]


# --- transfers and filings ---


@require_safe
@desk(*PROVINCE, *CENTRE, Role.SUPERVISOR)
def handovers(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """Transfers of quota and filings of dossiers: what waits, what is done, filtered."""
    lots = visible_to(by).select_related("transfer__buyer", "filing", "transfer", "contract__winner", "award")
    found = lots.filter(Q(status=ListingStatus.PAID) | Q(transfer__isnull=False) | Q(filing__isnull=False))
    state, text = request.GET.get("state", ""), request.GET.get("q", "").strip()[:60].replace("\x00", "")
    found = found.filter(_HANDOVER_STATES[state]) if state in _HANDOVER_STATES else found
    if text:
        found = found.filter(
            Q(number__icontains=text) | Q(title__icontains=text) | Q(seller__name__icontains=text)
            | Q(contract__winner__name__icontains=text)
        )  # fmt: skip
    if exports.wanted(request):
        every = found.order_by("-id")[: exports.ROWS_READ]
        return exports.workbook("划转与备案", books.handovers(every), by=by, now=now)
    last = before(request)
    if last is not None:
        found = found.filter(pk__lt=last)
    rows = list(found.order_by("-id")[: PAGE + 1])
    context = {
        "rows": [
            (each, getattr(each, "transfer", None), getattr(each, "filing", None)) for each in rows[:PAGE]
        ],
        "next": next_page(request, rows[PAGE - 1].pk) if len(rows) > PAGE else "",
        "state": state,
        "text": text,
        "may_act": by.role in PROVINCE,
    }
    return render(request, "desks/reserve_handovers.html", context)


_HANDOVER_STATES = {
    "to_transfer": Q(status=ListingStatus.PAID),
    "transferred": Q(transfer__isnull=False),
    "to_file": Q(filing__isnull=True),
    "to_accept": Q(filing__isnull=False, filing__accepted_at=None),
    "accepted": Q(filing__accepted_at__isnull=False),
}
