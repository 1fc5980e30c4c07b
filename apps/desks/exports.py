"""Lists of the desk as workbooks (导出Excel): one way for all, with the rows that the page's filters show, no other."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from apps.desks.downloads import download
from apps.desks.filters import DUE, Filters
from apps.documents.states import DocumentKind
from apps.listings.states import LABELS, ListingStatus
from kernel import sheets
from kernel.actors import Actor
from kernel.acts.act import all_acts
from kernel.clock import beijing
from kernel.sheets import Column, Table

MOST_ROWS = 20_000
"""A workbook holds so many rows of a list; its notes say when there were more."""
ROWS_READ = MOST_ROWS + 1
"""So many rows of a list are read for a workbook: the last one tells that there are more."""


def wanted(request: HttpRequest) -> bool:
    """Whether the address asks for the list as a workbook."""
    return request.GET.get("as") == "xlsx"


def table(title: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> Table:
    """One sheet, cut to what a workbook holds."""
    return Table(title, columns, list(rows)[:ROWS_READ])


def workbook(
    name: str, *tables: Table, by: Actor, now: datetime, filters: Filters | None = None, note: str = ""
) -> HttpResponse:
    """The sheets as a download; a last sheet says who took them when, by which filters, and what is left out."""
    asked = "；".join(
        f"{_NAMES[key]}：{_worded(key, text)}" for key, text in (filters or Filters()).given.items()
    )
    notes = [
        f"单位：{by.organisation_name}　人员：{by.person_name}",
        f"导出时间：{beijing(now):%Y-%m-%d %H:%M}（北京时间）",
        f"筛选条件：{asked or '无'}",
        *([note] if note else []),
    ]
    cut = []
    for each in tables:
        rows = list(each.rows)
        if len(rows) > MOST_ROWS:
            notes.append(f"“{each.title}”仅含前{MOST_ROWS}行，请缩小筛选范围后分次导出。")
        cut.append(Table(each.title, each.columns, rows[:MOST_ROWS]))
    cut[0] = Table(cut[0].title, cut[0].columns, cut[0].rows, notes)
    return download(
        sheets.written(*cut), content_type=sheets.MIME, name=f"{name}-{beijing(now):%Y%m%d-%H%M}.xlsx"
    )


_NAMES = {
    "show": "范围",
    "act": "事项",
    "status": "状态",
    "kind": "种类",
    "lot": "项目",
    "county": "行政区划",
    "person": "人员",
    "due": "期限",
    "since": "自",
    "until": "至",
    "q": "关键词",
}
_TABS = {
    "waiting": "待审核",
    "team": "全部",
    "mine": "我的",
    "prepared": "已提交待审核",
    "unread": "未读",
    "overdue": "逾期",
}


def _worded(key: str, text: str) -> str:
    """What was asked, in words where the address has a code."""
    if key == "act":
        return next((act.label for act in all_acts() if act.name == text), text)
    if key == "status" and text in list(ListingStatus):
        return LABELS[ListingStatus(text)]
    if key == "kind" and text in list(DocumentKind):
        return DocumentKind(text).label
    return {"due": DUE, "show": _TABS}.get(key, {}).get(text, text)
