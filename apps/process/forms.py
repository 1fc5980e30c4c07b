"""What the acts over the whole process take."""

from typing import Any

from rest_framework import serializers

from apps.process import commands, trials
from apps.process.models import Trial
from kernel.actors import CENTRE, PROVINCE
from kernel.acts.act import Act
from kernel.deadlines.models import Deadline
from kernel.workdays.models import Year


class CalendarForm(serializers.Serializer[Any]):
    """The official calendar of one year."""

    year = serializers.IntegerField(label="年份", min_value=2000, max_value=2100)
    notice_no = serializers.CharField(label="国务院办公厅通知文号", max_length=60)
    published_on = serializers.DateField(label="发布日期", required=False, allow_null=True)
    days_off = serializers.ListField(label="放假日期", child=serializers.DateField())
    workdays_on = serializers.ListField(label="调休上班日期", child=serializers.DateField())


class TrialForm(serializers.Serializer[Any]):
    """A case file."""

    case = serializers.DictField(label="案例")


def _trial_answer(trial: Trial) -> dict[str, Any]:
    return {"trial": trial.pk}


def _year_answer(year: Year) -> dict[str, Any]:
    return {"year": year.year, "notice_no": year.notice_no}


def _deadline_answer(deadline: Deadline) -> dict[str, Any]:
    return {"kind": deadline.kind, "status": deadline.status}


def _no_lane(_: int) -> int | None:
    return None


ACTS = (
    Act(
        "calendar.load",
        "录入节假日安排",
        commands.load_calendar,
        PROVINCE,
        subject="",
        form=CalendarForm,
        lane=_no_lane,
        answer=_year_answer,
    ),
    Act(
        "rulebook.try",
        "以案例试算规则",
        trials.ask,
        PROVINCE,
        subject="rulebook_id",
        form=TrialForm,
        lane=_no_lane,
        answer=_trial_answer,
    ),
    Act(
        "deadline.attend",
        "立即处理到期事项",
        commands.attend,
        CENTRE,
        subject="deadline_id",
        lane=_no_lane,
        answer=_deadline_answer,
    ),
)
