"""An organisation's quota: how much of each kind stands where, by batch and in its book."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.desks.access import desk
from apps.desks.downloads import download
from apps.desks.views import PAGE, before, next_page
from apps.kinds.classes import class_terms
from apps.kinds.table import QuotaKind, kinds_of
from apps.land.models import Project
from apps.listings.models import Listing
from apps.parties.roles import Can
from apps.quota.batch_models import Batch
from apps.quota.burden_queries import burdens_by_kind, open_on_holder
from apps.quota.burden_rules import free_of
from apps.quota.models import BUCKET_LABELS, MOVEMENT_LABELS, Bucket, Entry, Retirement, UseTerm
from apps.quota.queries import (
    batches_of,
    classes_of,
    history,
    holdings,
    holdings_by_batch,
    transferred_by_batch,
    transferred_out,
)
from kernel import sheets
from kernel.actors import Actor, Duty
from kernel.cases.models import Case
from kernel.clock import beijing


@require_safe
@desk(Can.HOLD_QUOTA)
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
    ids = [row.movement.case_id for row in rows if row.movement.case_id]
    lots, cases = Listing.objects.in_bulk(ids), Case.objects.in_bulk(ids)
    buckets = [each for each in Bucket if each is not Bucket.ISSUED]
    context = {
        "buckets": [str(each) for each in buckets],
        "rows": _totals(by.organisation_id),
        "batches": _by_batch(by),
        "burdens": open_on_holder(batches_of(by).values_list("pk", flat=True), holder_id=by.organisation_id),
        "moves": [
            (
                row,
                lots.get(row.movement.case_id or 0),
                MOVEMENT_LABELS.get(row.movement.reason, ""),
                _number(row, cases),
            )
            for row in rows[:PAGE]
        ],
        "next": next_page(request, rows[PAGE - 1].pk) if len(rows) > PAGE else "",
        "projects": list(
            Project.objects.filter(owner_id=by.organisation_id)
            .prefetch_related("batches")
            .order_by("-id")[:20]
        ),
        "retirements": list(Retirement.objects.filter(holder_id=by.organisation_id).order_by("-id")[:PAGE]),
        "terms": list(
            UseTerm.objects.filter(holder_id=by.organisation_id)
            .select_related("batch")
            .order_by("ends_at", "id")
        ),
        "now": now,
        "may_use": by.duty is Duty.OPERATOR,
        "may_record": by.can(Can.SELL),
        "classes": [(str(each), class_terms(each).title) for each in classes_of(by.organisation_id)],
        "may_import": by.can(Can.IMPORT) and by.duty is Duty.OPERATOR,
    }
    return render(request, "desks/quota.html", context)


def _totals(holder_id: int) -> list[tuple[QuotaKind, list[tuple[str, Decimal]], Decimal]]:
    buckets = [each for each in Bucket if each is not Bucket.ISSUED]
    found = []
    for quota_class in classes_of(holder_id):
        held, gone = holdings(holder_id, quota_class), transferred_out(holder_id, quota_class)
        found += [
            (kind, [(str(each), held[kind][each]) for each in buckets], gone.of(kind).amount)
            for kind in kinds_of(quota_class)
        ]
    return found


@dataclass(frozen=True)
class BatchLine:
    """One kind of one batch: what stands in each bucket, what was handed over, and what of the available is free of
    burdens; None where there are none."""

    batch: Batch
    kind: QuotaKind
    amounts: list[tuple[str, Decimal]]
    gone: Decimal
    free: Decimal | None


def _by_batch(by: Actor, *, most: int = 200) -> list[BatchLine]:
    batches = {each.pk: each for each in batches_of(by).order_by("-id")[:most]}
    held = holdings_by_batch(by.organisation_id, list(batches))
    gone = transferred_by_batch(by.organisation_id, list(batches))
    burdens = burdens_by_kind(batches, holder_id=by.organisation_id)
    buckets = [each for each in Bucket if each is not Bucket.ISSUED]
    lines = []
    for pk, batch in batches.items():
        for kind in QuotaKind:
            amounts = held.get(pk, {}).get(kind, {})
            sold = gone.get((pk, kind), Decimal(0))
            if amounts or sold:
                shown = [(str(each), amounts.get(each, Decimal(0))) for each in buckets]
                lies, there = burdens[pk, kind], amounts.get(Bucket.AVAILABLE, Decimal(0))
                lines.append(BatchLine(batch, kind, shown, sold, free_of(there, lies) if lies else None))
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
        "各类指标各自记账，不合并计算。",
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
            line.batch.title,
            line.kind.label,
            line.kind.unit,
            *(amount for _bucket, amount in line.amounts),
            line.gone,
        ]
        for line in _by_batch(by, most=5000)
    ]


def _number(row: Entry, cases: Mapping[int, Case]) -> str:
    """What a movement was for: the number of its case, with what was stated beside it."""
    case = cases.get(row.movement.case_id or 0)
    return " ".join(each for each in (case.number if case else "", row.movement.reference) if each)


def _moved_rows(by: Actor) -> list[list[Any]]:
    rows = list(history(by.organisation_id)[:20_000])
    cases = Case.objects.in_bulk({row.movement.case_id for row in rows if row.movement.case_id})
    return [
        [
            row.movement.at,
            MOVEMENT_LABELS.get(row.movement.reason, row.movement.reason),
            row.batch.certificate_no,
            QuotaKind(row.kind).label,
            QuotaKind(row.kind).unit,
            BUCKET_LABELS[Bucket(row.account.bucket)],
            row.amount,
            _number(row, cases),
        ]
        for row in rows
    ]
