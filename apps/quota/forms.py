"""What the registers of quota take."""

from typing import Any, TypedDict

from rest_framework import serializers

from apps.kinds.classes import every_land_use
from apps.kinds.fields import EachKind, WithKinds, amount_input
from apps.kinds.quantities import Quantities
from apps.kinds.table import QuotaKind, count_of_kinds, kinds_of
from apps.land.forms import _project_answer
from apps.parties.roles import Can
from apps.quota import bound, burden_bound, burdens, commands, use
from apps.quota.batch_models import Batch, Encumbrance
from apps.quota.burden_rules import BurdenType
from apps.quota.models import Retirement, UseTerm, YearStatement
from apps.quota.names import (
    PROJECT_VOID,
    QUOTA_BOOK,
    QUOTA_ENCUMBER,
    QUOTA_EXTEND_TERM,
    QUOTA_LIFT_ENCUMBRANCE,
    QUOTA_USE,
    YEAR_CLOSE,
)
from kernel.acts.act import Act, no_lane
from kernel.acts.subjects import Subject
from kernel.clock import iso
from kernel.web.fields import LineInput, LinesInput, NumberInput, WholeInput


class VoidForm(serializers.Serializer[Any]):
    """Why a project is given up."""

    reason = LinesInput(label="撤销理由", max_length=500)


class BatchForm(WithKinds, serializers.Serializer[Any]):
    """What is booked into the reserve."""

    certificate_no = NumberInput(label="入库凭证号", max_length=80)
    quantities = EachKind(amount_input)
    grade = WholeInput(label="质量等别", min_value=1, max_value=15)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The amounts of the kinds as one value."""
        quantities = Quantities.taken(attrs)
        if quantities.is_zero:
            sentence = f"{count_of_kinds()}类指标不能全部为零，请至少填写一类。"
            raise serializers.ValidationError({str(kinds_of()[0]): sentence})
        return {"certificate_no": attrs["certificate_no"], "grade": attrs["grade"], "quantities": quantities}


class UseForm(WithKinds, serializers.Serializer[Any]):
    """Quota to be retired against a construction project."""

    quantities = EachKind(amount_input, None)
    project_name = LineInput(label="建设项目名称", max_length=200, required=False, allow_blank=True)
    project_approval_no = NumberInput(
        label="建设用地批准文号", max_length=80, required=False, allow_blank=True
    )
    land_use = serializers.ChoiceField(
        label="用途（节余指标填写）", choices=every_land_use(), required=False, allow_blank=True
    )
    year = WholeInput(
        label="核销年度（按年度核算的省份填写）",
        min_value=2000,
        max_value=2100,
        required=False,
        allow_null=True,
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The amounts of the kinds as one value."""
        names = ("project_name", "project_approval_no", "land_use", "year")
        rest = {name: attrs[name] for name in names if attrs.get(name) is not None}
        wanted = {str(kind): attrs[str(kind)] for kind in kinds_of(None) if attrs.get(str(kind))}
        if len({QuotaKind(code).quota_class for code in wanted}) > 1:
            raise serializers.ValidationError(
                dict.fromkeys(wanted, "一次只能使用同一类别的指标，请分别办理。")
            )
        return {"quantities": Quantities.stored(wanted), **rest}


class ExtendTermForm(serializers.Serializer[Any]):
    """By how much longer, and why."""

    holder_id = WholeInput(label="持有单位", min_value=1, max_value=2**62)
    days = WholeInput(label="延长日数（自然日）", min_value=1, max_value=3660)
    reason = LinesInput(label="延长理由", max_length=500)


class YearForm(serializers.Serializer[Any]):
    """Which year is closed."""

    year = WholeInput(label="年度", min_value=2000, max_value=2100)


class EncumberForm(WithKinds, serializers.Serializer[Any]):
    """What is registered on quota: of which type, why, on whose and how much of it; without amounts on all."""

    type = serializers.ChoiceField(
        label="权利负担类型",
        choices=[(str(each), each.label) for each in BurdenType],
        required=False,
        default=str(BurdenType.OTHER),
    )
    reason = LineInput(label="权利负担内容", max_length=200)
    holder_id = WholeInput(label="持有单位", min_value=1, max_value=2**62, required=False, allow_null=True)
    quantities = EachKind(amount_input, None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The amounts of the kinds as one value, a zero as it was typed: the act says why it is none."""
        amounts = {kind: attrs[str(kind)] for kind in kinds_of(None) if str(kind) in attrs}
        return {
            "type": BurdenType(attrs["type"]),
            "reason": attrs["reason"],
            "holder_id": attrs.get("holder_id"),
            "amounts": amounts,
        }


class LiftForm(serializers.Serializer[Any]):
    """On what ground a burden is lifted."""

    reason = LineInput(
        label="解除依据",
        max_length=200,
        required=False,
        allow_blank=True,
        default="",
        help_text="如解除查封裁定、还款证明的文号",
    )


class BatchAnswer(TypedDict):
    """A batch."""

    batch: int


def _batch_answer(batch: Batch) -> BatchAnswer:
    return {"batch": batch.pk}


class RetirementAnswer(TypedDict):
    """Quota that was used."""

    retirement: int


def _retirement_answer(made: Retirement) -> RetirementAnswer:
    return {"retirement": made.pk}


class TermAnswer(TypedDict):
    """Until when the rest of a batch is to be used now."""

    batch: int
    ends_at: str


def _term_answer(found: UseTerm) -> TermAnswer:
    return {"batch": found.batch_id, "ends_at": iso(found.ends_at)}


class YearAnswer(TypedDict):
    """A closed year and its digest."""

    statement: int
    sha256: str


def _year_answer(made: YearStatement) -> YearAnswer:
    return {"statement": made.pk, "sha256": made.sha256}


class BurdenAnswer(TypedDict):
    """An encumbrance."""

    encumbrance: int


def _burden_answer(burden: Encumbrance) -> BurdenAnswer:
    return {"encumbrance": burden.pk}


SUBJECTS = (
    Subject("batch_id", "batches"),
    Subject("encumbrance_id", "encumbrances"),
)

ACTS = (
    Act(
        PROJECT_VOID,
        "撤销项目登记",
        commands.void_project,
        Can.VOID_PROJECTS,
        subject="project_id",
        form=VoidForm,
        two_persons=True,
        binds=bound.voiding,
        lane=no_lane,
        answer=_project_answer,
        help="仅限尚无指标入库的项目；撤销后界址和验收文号可重新登记。",
    ),
    Act(
        QUOTA_BOOK,
        "指标入库",
        commands.book_batch,
        Can.DECIDE_FOR_PROVINCE,
        subject="project_id",
        form=BatchForm,
        two_persons=True,
        slot_by="certificate_no",
        binds=bound.booking,
        lane=no_lane,
        answer=_batch_answer,
    ),
    Act(
        QUOTA_USE,
        "使用（核销）指标",
        use.use,
        Can.HOLD_QUOTA,
        subject="",
        form=UseForm,
        two_persons=True,
        slot_by="project_approval_no",
        binds=bound.use,
        lane=no_lane,
        answer=_retirement_answer,
    ),
    Act(
        YEAR_CLOSE,
        "办理年度结清",
        use.close_year,
        Can.DECIDE_FOR_PROVINCE,
        subject="",
        form=YearForm,
        two_persons=True,
        slot_by="year",
        binds=bound.closing,
        lane=no_lane,
        answer=_year_answer,
        help="结清后该年度不再记入，年度报表向社会公开，任何人可以复算。",
    ),
    Act(
        QUOTA_ENCUMBER,
        "登记权利负担",
        burdens.encumber,
        Can.DECIDE_FOR_PROVINCE,
        subject="batch_id",
        form=EncumberForm,
        two_persons=True,
        slot_by="reason",
        binds=burden_bound.burden,
        lane=no_lane,
        answer=_burden_answer,
        help="不填数量的，负担及于该单位持有的本批次全部指标；单位也不填的，及于整个批次。只填数量的，负担在批次权属主体名下。",
    ),
    Act(
        QUOTA_EXTEND_TERM,
        "延长指标使用期限",
        use.extend_term,
        Can.DECIDE_FOR_PROVINCE,
        subject="batch_id",
        form=ExtendTermForm,
        two_persons=True,
        slot_by="holder_id",
        binds=bound.extension,
        lane=no_lane,
        answer=_term_answer,
        help="每个单位对同一批次购入的指标只能延长一次。",
    ),
    Act(
        QUOTA_LIFT_ENCUMBRANCE,
        "解除权利负担",
        burdens.lift_encumbrance,
        Can.DECIDE_FOR_PROVINCE,
        form=LiftForm,
        subject="encumbrance_id",
        two_persons=True,
        binds=burden_bound.lifting,
        lane=no_lane,
        answer=_burden_answer,
    ),
)
