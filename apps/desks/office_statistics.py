"""Business statistics on the desk: a period, a kind, a county; the same figures as a workbook."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from apps.desks.access import desk
from apps.desks.downloads import download
from apps.insight.office_statistics import Asked, Line, Report, report
from apps.kinds.classes import class_terms
from apps.kinds.sheets import amount_columns, amounts_in
from apps.kinds.table import QuotaClass, QuotaKind, kinds_of
from apps.parties.models import Region
from apps.parties.roles import Can
from kernel import sheets
from kernel.actors import Actor
from kernel.clock import beijing, read_date
from kernel.sheets import SHARE, WHOLE, YUAN, Column, Table


@dataclass(frozen=True)
class Question:
    """What was asked in the address, with what of it could not be read."""

    asked: Asked
    wrong: str = ""


def _question(request: HttpRequest, *, now: datetime) -> Question:
    today = beijing(now).date()
    wrong = ""
    since, until = date(today.year, 1, 1), today
    for name in ("since", "until"):
        text = request.GET.get(name, "")
        if not text:
            continue
        try:
            found = read_date(text)
        except ValueError:
            wrong = gettext_noop("日期应写作2026-01-01，已按本年度统计。")
            continue
        if not 2000 <= found.year <= 2100:
            wrong = gettext_noop("日期须在2000年至2100年之间，已按本年度统计。")
        elif name == "since":
            since = found
        else:
            until = found
    if until < since:
        wrong, since, until = (
            gettext_noop("结束日期不得早于开始日期，已按本年度统计。"),
            date(today.year, 1, 1),
            today,
        )
    kind = request.GET.get("kind", "")
    county = request.GET.get("county", "")
    known = len(county) == 6 and county.isascii() and county.isdecimal()
    wanted = request.GET.get("class", "")
    of = next((each for each in QuotaClass if str(each) == wanted), QuotaClass.SUPPLEMENTARY)
    asked = Asked(
        since, until, QuotaKind(kind) if kind in kinds_of(of) else None, county if known else "", of
    )
    return Question(asked, wrong)


@require_safe
@desk(Can.OVERSEE)
def statistics(request: HttpRequest, *, by: Actor, now: datetime) -> HttpResponse:
    """Lots, volume, turnover, prices, durations, returns and breaches; `as=xlsx` gives the workbook."""
    question = _question(request, now=now)
    found = report(question.asked, by=by)
    if request.GET.get("as") == "xlsx":
        name = f"业务统计-{question.asked.since}至{question.asked.until}.xlsx"
        return download(workbook(found, now=now), content_type=sheets.MIME, name=name)
    context: dict[str, Any] = {
        "report": found,
        "asked": question.asked,
        "wrong": question.wrong,
        "kinds": kinds_of(question.asked.of),
        "classes": [(str(each), class_terms(each).title) for each in QuotaClass],
        "counties": list(
            Region.objects.filter(
                organisations__listings__isnull=False, code__startswith=by.region[:2]
            ).distinct()
        ),
        "query": urlencode(
            {
                "since": question.asked.since.isoformat(),
                "until": question.asked.until.isoformat(),
                "class": str(question.asked.of),
                "kind": question.asked.kind or "",
                "county": question.asked.county,
            }
        ),
    }
    return render(request, "desks/statistics.html", context)


def _columns(of: QuotaClass) -> tuple[Column, ...]:
    return (
        Column("挂牌（宗）", WHOLE, 12),
        Column("成交（宗）", WHOLE, 12),
        Column("未成交（宗）", WHOLE, 12),
        *amount_columns(18, of),
        Column("成交额（元）", YUAN, 22),
        Column("均价（元/亩）", YUAN, 16),
        Column("均价（元/公斤）", YUAN, 16),
        Column("溢价率", SHARE, 12),
    )


def _cells(line: Line) -> list[Any]:
    return [
        line.label, line.listed, line.sold, line.unsold, *amounts_in(line.volume), line.turnover,
        line.average_per_mu, line.average_per_kg, line.premium,
    ]  # fmt: skip


def workbook(found: Report, *, now: datetime) -> bytes:
    """The report as a workbook: amounts in yuan, areas in 亩, capacities in 公斤; texts are inert."""
    asked = found.asked
    notes = (
        f"统计期间：{asked.since}至{asked.until}（北京时间，含首尾两日）",
        f"指标类别：{class_terms(asked.of).title}；指标种类：{asked.kind.label if asked.kind else '全部'}",
        f"行政区划：{asked.county or '全部'}",
        f"导出时间：{beijing(now):%Y-%m-%d %H:%M}",
        "挂牌按公告之日、成交与未成交按竞价截止之日计入；各环节时长按工作日计算，不含开始当日。",
    )
    durations = [[each.label, each.count, each.average, each.longest] for each in found.durations]
    others: list[list[str | int | Decimal]] = [
        ["退回补正（次）", found.returns],
        ["违约终结（宗）", found.defaults],
        ["终止（宗）", found.terminated],
        ["逾期事项（项）", found.breaches],
    ]
    return sheets.written(
        Table(
            "分县（市、区）",
            (Column("行政区划", "", 20), *_columns(asked.of)),
            [_cells(each) for each in (*found.counties, found.whole)],
            notes,
        ),
        Table(
            "分月",
            (Column("月份", "", 12), *_columns(asked.of)),
            [_cells(each) for each in (*found.months, found.whole)],
        ),
        Table(
            "各环节时长",
            (
                Column("环节", "", 24),
                Column("宗数", WHOLE),
                Column("平均（工作日）", "0.0"),
                Column("最长（工作日）", WHOLE),
            ),
            durations,
        ),
        Table("其他", (Column("事项", "", 20), Column("数量", WHOLE)), others),
    )
