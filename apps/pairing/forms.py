"""What the province fills in to record a pairing and to end one."""

from typing import Any, TypedDict

from rest_framework import serializers

from apps.documents.forms import IncomingForm
from apps.kinds.table import QuotaClass
from apps.pairing import bound, commands
from apps.pairing.models import Pairing
from apps.pairing.names import PAIRING_END, PAIRING_RECORD
from apps.pairing.rules import Stated
from apps.parties.roles import Can
from kernel.acts.act import Act, no_lane
from kernel.acts.subjects import Subject
from kernel.transparency import Told
from kernel.web.fields import DayInput, NumberInput, WholeInput

_REGION = r"^[0-9]{2}([0-9]{2}([0-9]{2})?)?$"
_HINT = "行政区划代码的前2、4或6位"


class PairingForm(IncomingForm):
    """Between whom, of what, from when to when: a taking region, or a major project with its unit."""

    giving_region = serializers.RegexField(_REGION, label="出让方行政区划", help_text=_HINT)
    taking_region = serializers.RegexField(
        _REGION, label="受让方行政区划", help_text=_HINT, required=False, allow_blank=True, default=""
    )
    major_project_no = NumberInput(
        label="重大项目文号", max_length=80, required=False, allow_blank=True, default=""
    )
    project_unit = WholeInput(label="项目单位", min_value=1, max_value=2**62, required=False, allow_null=True)
    classes = serializers.MultipleChoiceField(
        label="指标类别", choices=[(str(each), each.label) for each in QuotaClass], allow_empty=False
    )
    valid_from = DayInput(label="有效期开始")
    valid_to = DayInput(label="有效期截止", required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The pairing as one value, and its document as another."""
        read = super().validate(attrs)
        stated = Stated(
            giving_region=read["giving_region"],
            taking_region=read["taking_region"],
            major_project_no=read["major_project_no"],
            project_unit_id=read.get("project_unit"),
            classes=tuple(sorted(read["classes"])),
            valid_from=read["valid_from"],
            valid_to=read.get("valid_to"),
        )
        return {"stated": stated, "incoming": read["incoming"]}


class PairingAnswer(TypedDict):
    """A pairing that was recorded or ended."""

    pairing: int


def _answer(found: Pairing) -> PairingAnswer:
    return {"pairing": found.pk}


SUBJECTS = (Subject("pairing_id", "pairings"),)

ACTS = (
    Act(
        PAIRING_RECORD,
        "登记对口关系",
        commands.record,
        Can.DECIDE_FOR_PROVINCE,
        form=PairingForm,
        two_persons=True,
        binds=bound.record_bound,
        slot_by="document_no",
        lane=no_lane,
        answer=_answer,
        told=Told.OFFICES,
        help="先上传来文，再登记。",
    ),
    Act(
        PAIRING_END,
        "终止对口关系",
        commands.end,
        Can.DECIDE_FOR_PROVINCE,
        subject="pairing_id",
        form=IncomingForm,
        two_persons=True,
        binds=bound.end_bound,
        lane=no_lane,
        answer=_answer,
        told=Told.OFFICES,
        help="先上传来文，再终止。已提交的协议转让不受影响。",
    ),
)
