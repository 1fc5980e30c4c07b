"""Supervision: the audit record searched, its chains verified, its signed head, and what looks unusual."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from apps.crossprovince import queries as crossprovince
from apps.crossprovince.demand_process import DEMAND
from apps.crossprovince.demand_queries import demands_visible_to
from apps.crossprovince.process import ADJUSTMENT
from apps.desks import books, exports
from apps.desks.access import desk
from apps.desks.downloads import download
from apps.desks.filters import Filters
from apps.desks.views import PAGE, before, next_page
from apps.disclosure.record import gapped, hidden_chains, readable_by, shown_subject, without_bidders
from apps.insight.anomalies import signals
from apps.listings.models import Listing
from apps.listings.process import LISTING
from apps.listings.queries import visible_to
from apps.parties.roles import ROLE_LABELS, Can
from apps.process.record_words import as_text, content_of, label_of, names, verbs_called, why_refused
from apps.surplus import queries as surplus
from apps.surplus.models import Verification
from apps.surplus.process import VERIFICATION
from kernel import sheets
from kernel.actors import Actor
from kernel.audit import heads
from kernel.audit.commands import chain_of
from kernel.audit.models import AuditEntry
from kernel.audit.queries import breaks
from kernel.cases.models import Case
from kernel.clock import BEIJING, beijing, read_date
from kernel.errors import Refused
from kernel.sheets import INSTANT, WHOLE, Column
from kernel.web.filters import whole_number

_MOST_EXPORTED = 20_000
_MOST_LOTS = 1_000


@dataclass(frozen=True)
class Search:
    """What a supervisor looks for in the record; every field as it was typed."""

    verb: str = ""
    name: str = ""
    organisation: str = ""
    listing: str = ""
    outcome: str = ""
    since: str = ""
    until: str = ""
    text: str = ""
    entry: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> "Search":
        """From the address, each field cut to a bearable length."""
        given = {
            each.name: request.GET.get(each.name, "").strip()[:60].replace("\x00", "") for each in fields(cls)
        }
        return cls(**given)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is looked for."""
        return not any(getattr(self, each.name) for each in fields(self))


def _day(text: str) -> date | None:
    try:
        found = read_date(text)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2100 else None


def _recorded(search: Search, *, by: Actor) -> QuerySet[AuditEntry]:
    found = readable_by(by).order_by("-id")
    if (entry := whole_number(search.entry)) is not None:
        return found.filter(pk=entry)
    if search.verb:
        found = found.filter(Q(verb__in=verbs_called(search.verb)) | Q(verb__startswith=search.verb))
    if search.name:
        found = found.filter(
            Q(person_name__icontains=search.name) | Q(organisation_name__icontains=search.name)
        )
    if search.organisation:
        found = found.filter(organisation_name__icontains=search.organisation)
    if search.listing:
        found = found.filter(chain__in=[chain_of(each) for each in _cases_called(search.listing)])
    if search.outcome in ("done", "refused"):
        found = found.filter(outcome=search.outcome)
    since, until = _day(search.since), _day(search.until)
    if since is not None:
        found = found.filter(at__gte=datetime(since.year, since.month, since.day, tzinfo=BEIJING))
    if until is not None:
        end = datetime(until.year, until.month, until.day, tzinfo=BEIJING) + timedelta(days=1)
        found = found.filter(at__lt=end)
    if search.text:
        found = found.annotate(facts=Cast("after", TextField())).filter(
            Q(facts__icontains=search.text) | Q(subject__icontains=search.text) | Q(code=search.text)
        )
    return found


def _linked(case_ids: set[int], *, by: Actor) -> dict[int, tuple[str, str]]:
    """Of each case that the supervisor may open: the address of its page, and what it is called."""
    lots = visible_to(by).in_bulk(case_ids)
    verifications = surplus.visible_to(by).in_bulk(case_ids)
    adjustments = crossprovince.visible_to(by).in_bulk(case_ids)
    demands = demands_visible_to(by).in_bulk(case_ids)
    return {
        **{pk: (LISTING.page(pk), str(lot)) for pk, lot in lots.items()},
        **{pk: (VERIFICATION.page(pk), str(found)) for pk, found in verifications.items()},
        **{pk: (ADJUSTMENT.page(pk), str(found)) for pk, found in adjustments.items()},
        **{pk: (DEMAND.page(pk), str(found)) for pk, found in demands.items()},
    }


def _cases_called(text: str) -> list[int]:
    """The newest cases with this number, or with these words in their title."""
    titled = (
        Listing.objects.filter(title__icontains=text).values("pk"),
        Verification.objects.filter(title__icontains=text).values("pk"),
    )
    of_title = reduce(or_, (Q(pk__in=each) for each in titled))
    found = Case.objects.filter(Q(number=text) | of_title)
    return list(found.order_by("-pk").values_list("pk", flat=True)[:_MOST_LOTS])


@require_safe
@desk(Can.SUPERVISE)
def record(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """The audit record, searched, page by page; or what was found as a CSV file."""
    search = Search.of(request)
    found = _recorded(search, by=by)
    if request.GET.get("as") == "csv":
        return _as_csv(found, now=now)
    if exports.wanted(request):
        return _as_book(found, search, by=by, now=now)
    last = before(request)
    if last is not None:
        found = found.filter(pk__lt=last)
    rows = list(found[: PAGE + 1])
    query = request.GET.copy()
    query.pop("before", None)
    cases = _linked({each.case_id for each in rows if each.case_id}, by=by)
    context = {
        "search": search,
        "rows": [(each, cases.get(each.case_id or 0), content_of(each)) for each in rows[:PAGE]],
        "names": names(),
        "next": next_page(request, rows[PAGE - 1].pk) if len(rows) > PAGE else "",
        "query": query.urlencode(),
        "most": _MOST_EXPORTED,
        "bad_day": any(text and _day(text) is None for text in (search.since, search.until)),
    }
    return render(request, "desks/record.html", context)


_CSV_HEAD = (
    "时间",
    "链",
    "序号",
    "事项",
    "结果",
    "代码",
    "人员",
    "单位",
    "角色",
    "来源地址",
    "项目",
    "对象",
    "内容",
    "哈希",
)


def _as_csv(found: QuerySet[AuditEntry], *, now: datetime) -> HttpResponse:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_CSV_HEAD)
    writer.writerows(_csv_rows(found))
    name = f"审计记录-{beijing(now):%Y%m%d-%H%M}.csv"
    return download(text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8", name=name)


def _csv_rows(found: QuerySet[AuditEntry]) -> Iterator[list[str]]:
    hides_its_place = gapped()
    for row in found[:_MOST_EXPORTED].iterator(chunk_size=2000):
        said = json.dumps(row.after, ensure_ascii=False, sort_keys=True)
        place = "" if hides_its_place(row) else row.sequence
        cells: list[Any] = [
            sheets.instant_text(row.at), row.chain, place, row.verb, row.outcome, row.code,
            row.person_name, row.organisation_name, row.role, row.address, row.case_id or "",
            shown_subject(row.subject), said, sheets.digest_text(row.hash),
        ]  # fmt: skip
        yield [sheets.inert(each) for each in cells]


def _as_book(found: QuerySet[AuditEntry], search: Search, *, by: Actor, now: datetime) -> HttpResponse:
    hides_its_place = gapped()
    rows = list(found[: exports.ROWS_READ])
    lots = dict(
        visible_to(by)
        .order_by()
        .filter(pk__in={each.case_id for each in rows if each.case_id})
        .values_list("pk", "number")
    )
    columns = (
        Column("时间", INSTANT, 18), Column("事项", "", 26), Column("结果", "", 10), Column("拒绝原因", "", 40),
        Column("人员", "", 12), Column("单位", "", 28), Column("角色", "", 18), Column("来源地址", "", 16),
        Column("项目编号", "", 24), Column("内容", "", 80), Column("链", "", 16), Column("序号", WHOLE, 10),
        Column("哈希", "", 70),
    )  # fmt: skip
    cells = [
        [
            row.at, label_of(row.verb), "已办理" if row.outcome == "done" else "被拒绝", why_refused(row.code),
            row.person_name, row.organisation_name, ROLE_LABELS[row.role], row.address,
            lots.get(row.case_id or 0, ""), as_text(row), row.chain,
            None if hides_its_place(row) else row.sequence, row.hash,
        ]
        for row in rows
    ]  # fmt: skip
    asked = Filters(q=" ".join(text for text in vars(search).values() if text))
    return exports.workbook(
        "审计记录", exports.table("审计记录", columns, cells), by=by, now=now, filters=asked
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk(Can.SUPERVISE)
def chains(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """Whether the record is whole, now; its signed head to keep elsewhere; a kept head beside the present record."""
    context: dict[str, Any] = {"now": now}
    if request.method == "POST":
        try:
            if request.POST.get("step") == "check":
                upload = request.FILES.get("file")
                context["kept"] = heads.check(upload.read(heads.MOST_BYTES + 1) if upload else b"")
            else:
                found = breaks()
                context |= {"verified": True, "breaks": found[:200], "broken": len(found)}
        except Refused as no:
            context["refusal"] = no.refusal
    context |= _ends()
    return render(request, "desks/record_chains.html", context, status=400 if "refusal" in context else 200)


def _ends() -> dict[str, Any]:
    """How much there is, and the first and the last entry written."""
    shown = without_bidders(AuditEntry.objects.order_by("id"))
    hidden = hidden_chains()
    counts = AuditEntry.objects.aggregate(rows=Count("id"), chains=Count("chain", distinct=True))
    if hidden:
        # How much is written counts the bidders of lots before their close.
        counts["rows"] = None
    return {
        **counts,
        "first": shown.first(),
        "last": shown.last(),
        "withheld": len(hidden),
        "database": connection.vendor,
    }


@require_safe
@desk(Can.SUPERVISE)
def head(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """The signed head of the record as a file."""
    name = f"审计链头-{beijing(now):%Y%m%d-%H%M%S}.json"
    content = heads.exported(now=now, without=hidden_chains())
    return download(content, content_type="application/json", name=name)


@require_safe
@desk(Can.SUPERVISE)
def anomalies(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """What looks unusual, each with its figures and its evidence. A signal is no finding."""
    found = signals(by=by, now=now)
    if exports.wanted(request):
        return exports.workbook("异常提示", books.anomalies(found), by=by, now=now)
    context = {"sorts": found, "count": sum(len(rows) for _label, rows in found)}
    return render(request, "desks/anomalies.html", context)
