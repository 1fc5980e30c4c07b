"""What bidders and the centre fill in around an application to bid."""

from typing import Any, TypedDict

from rest_framework import serializers

from apps.listings.states import BEFORE_CLOSE, ListingStatus
from apps.parties.roles import Can
from apps.stages.qualification import commands
from apps.stages.qualification.bound import decide_bound, submit_bound
from apps.stages.qualification.models import Registration
from apps.stages.qualification.names import REGISTRATION_DECIDE, REGISTRATION_SUBMIT
from apps.stages.qualification.queries import listing_of
from apps.stages.qualification.states import DECISIONS, LABELS, RegistrationStatus
from kernel.acts.act import Act
from kernel.acts.subjects import Subject
from kernel.web.fields import LinesInput


class RegistrationForm(serializers.Serializer[Any]):
    """What the applicant confirms to have read: each text by its SHA-256, as `terms/` of the lot gives it."""

    notice_sha256 = serializers.RegexField(
        r"^[0-9a-f]{64}$",
        label="已阅读并确认竞买须知",
        required=False,
        allow_blank=True,
        help_text="所读《竞买须知》全文的SHA-256，未确认的申请不予受理。",
        style={"terms": True},
    )
    pledge_sha256 = serializers.RegexField(
        r"^[0-9a-f]{64}$",
        label="已阅读并作出竞买承诺",
        required=False,
        allow_blank=True,
        help_text="所读《竞买承诺书》全文的SHA-256，未确认的申请不予受理。",
        style={"terms": True},
    )


class RegistrationDecisionForm(serializers.Serializer[Any]):
    """The decision on an application to bid."""

    outcome = serializers.ChoiceField(
        label="审核结论", choices=[(str(each), LABELS[each]) for each in sorted(DECISIONS)]
    )
    reason = LinesInput(label="理由", max_length=2000, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The choice as an enumeration."""
        return {**attrs, "outcome": RegistrationStatus(attrs["outcome"])}


class RegistrationAnswer(TypedDict):
    """An application, and where its deposit goes."""

    registration: int
    status: str
    sub_account: str


def _registration_answer(registration: Registration) -> RegistrationAnswer:
    return {
        "registration": registration.pk,
        "status": registration.status,
        "sub_account": registration.sub_account.number,
    }


class DecisionAnswer(TypedDict):
    """An application as decided."""

    registration: int
    status: str


def _decision_answer(registration: Registration) -> DecisionAnswer:
    return {"registration": registration.pk, "status": registration.status}


SUBJECTS = (Subject("registration_id", "registrations", opaque=True),)

ACTS = (
    Act(
        REGISTRATION_SUBMIT,
        "提交竞买申请",
        commands.submit,
        Can.BUY,
        form=RegistrationForm,
        two_persons=True,
        binds=submit_bound,
        answer=_registration_answer,
        statuses=frozenset({ListingStatus.ANNOUNCED}),
        help="提交后取得保证金子账户。",
        subject="listing_id",
    ),
    Act(
        REGISTRATION_DECIDE,
        "审核竞买申请",
        commands.decide,
        Can.RUN_TRADES,
        subject="registration_id",
        form=RegistrationDecisionForm,
        two_persons=True,
        binds=decide_bound,
        lane=listing_of,
        answer=_decision_answer,
        statuses=BEFORE_CLOSE,
    ),
)
