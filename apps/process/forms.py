"""What the acts over the whole process take."""

from collections.abc import Mapping
from typing import Any, TypedDict

from rest_framework import serializers

from apps.parties.roles import Can
from apps.process import commands
from apps.process.names import CALENDAR_LOAD, DEADLINE_ATTEND
from kernel.actors import Actor
from kernel.acts import bound
from kernel.acts.act import Act, no_lane
from kernel.acts.bound import Bound
from kernel.acts.subjects import Subject
from kernel.deadlines.models import Deadline
from kernel.web.fields import DayInput, NumberInput, WholeInput
from kernel.workdays.models import Year


class CalendarForm(serializers.Serializer[Any]):
    """The official calendar of one year."""

    year = WholeInput(label="年份", min_value=2000, max_value=2100)
    notice_no = NumberInput(label="国务院办公厅通知文号", max_length=60)
    published_on = DayInput(label="发布日期", required=False, allow_null=True)
    days_off = serializers.ListField(label="放假日期", child=DayInput())
    workdays_on = serializers.ListField(label="调休上班日期", child=DayInput())


class CalendarYearAnswer(TypedDict):
    """A year of the calendar and its notice."""

    year: int
    notice_no: str


def _year_answer(year: Year) -> CalendarYearAnswer:
    return {"year": year.year, "notice_no": year.notice_no}


class DeadlineAnswer(TypedDict):
    """A deadline as it stands."""

    kind: str
    status: str


def _deadline_answer(deadline: Deadline) -> DeadlineAnswer:
    return {"kind": deadline.kind, "status": deadline.status}


def _calendar_bound(_: int, data: Mapping[str, Any], by: Actor) -> Bound:
    """The notice with every day that it moves, and the notice that it takes the place of."""
    year = str(data.get("year", ""))
    former = Year.objects.filter(year=int(year), revoked_at=None).first() if year.isdecimal() else None
    days_off, workdays_on = data.get("days_off") or [], data.get("workdays_on") or []
    return Bound(
        facts=(
            bound.text("年份", f"{year}年"),
            bound.text("国务院办公厅通知文号", str(data.get("notice_no", ""))),
            bound.text("发布日期", str(data.get("published_on") or "审核通过之日")),
            bound.text("放假日期", "、".join(map(str, days_off))),
            bound.text("调休上班日期", "、".join(map(str, workdays_on)) or "无"),
            bound.text("现行录入", former.notice_no if former else "未录入"),
        ),
        effect=f"{year}年节假日安排在全国各省生效，所有未办结期限重新计算，并通知各省有关单位。",
        button=f"录入{year}年节假日安排",
        findings=(f"将替换此前按“{former.notice_no}”录入的安排",) if former else (),
    )


SUBJECTS = (Subject("deadline_id", "deadlines", opaque=True),)

ACTS = (
    Act(
        CALENDAR_LOAD,
        "录入节假日安排",
        commands.load_calendar,
        Can.DECIDE_FOR_PROVINCE,
        subject="",
        form=CalendarForm,
        two_persons=True,
        slot_by="year",
        binds=_calendar_bound,
        lane=no_lane,
        answer=_year_answer,
    ),
    Act(
        DEADLINE_ATTEND,
        "立即处理到期事项",
        commands.attend,
        Can.RUN_TRADES,
        subject="deadline_id",
        lane=no_lane,
        answer=_deadline_answer,
    ),
)
