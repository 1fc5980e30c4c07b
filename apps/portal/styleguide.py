"""The components of the pages, side by side, for those who build them. Development only."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.documents.models import Document
from apps.kinds.prices import PriceUnit
from apps.listings.timetable import Moment
from apps.portal.lots import front
from kernel import clock
from kernel.errors import Code, Refusal
from kernel.money import Yuan


@dataclass(frozen=True)
class Sample:
    """A duty as the queue shows one."""

    label: str
    title: str
    due_at: datetime | None
    overdue: bool = False
    provisional: bool = False
    prepared: bool = False


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component once, with real data where there is some."""
    now = clock.now()
    context = {
        "now": now,
        "amount": Yuan("1234567.80"),
        "unit": PriceUnit.YUAN_PER_MU,
        "lots": front(now=now)["open_lots"][:3],
        "document": Document.objects.order_by("-id").first(),
        "moments": [
            Moment("发布公告", now - timedelta(days=12), True, done_at=now - timedelta(days=12)),
            Moment("报名截止", now + timedelta(hours=5), False),
            Moment("竞价截止", now + timedelta(days=9), False, provisional=True),
        ],
        "duties": [
            Sample("出具合法性审查意见", "豫补指2026-001 示例项目", now - timedelta(hours=3), overdue=True),
            Sample("足额缴纳保证金", "豫补指2026-002 示例项目", now + timedelta(hours=30)),
            Sample("签署三方合同", "豫补指2026-003 示例项目", now + timedelta(days=6), provisional=True),
            Sample("确认报送备案", "豫补指2026-004 示例项目", None, prepared=True),
        ],
        "refusal": Refusal(
            Code.BELOW_INCREMENT,
            "报价55,000元低于最低有效报价60,000元，请按加价幅度5,000元提高报价。",
            {"lowest_valid": "60000.00", "increment": "5000.00"},
        ),
        "chips": [
            ("open", "公告"),
            ("live", "进行"),
            ("wait", "等待"),
            ("done", "办结"),
            ("stop", "中止"),
            ("mute", "结束"),
            ("guess", "预估"),
        ],
        "statuses": ["announced", "bidding", "under_review", "suspended", "completed", "unsold"],
    }
    return render(request, "styleguide.html", context)
