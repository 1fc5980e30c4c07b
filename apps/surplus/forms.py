"""What counties, measurers, cities and the province fill in to verify surplus quota."""

from typing import Any, TypedDict

from rest_framework import serializers

from apps.documents.forms import IncomingForm
from apps.documents.queries import Printed
from apps.documents.states import DocumentKind
from apps.land.forms import GeometryInput
from apps.parties.models import Region
from apps.parties.roles import Can
from apps.quota.batch_models import Batch, Source
from apps.quota.models import Claim
from apps.surplus import bound, certificates, commands, decisions, measuring, queries, reductions
from apps.surplus.classes import After, Before
from apps.surplus.commands import VerificationFacts
from apps.surplus.facts import DeclaredPart
from apps.surplus.formulas import Stated
from apps.surplus.imports import parts_from_map
from apps.surplus.measuring import ReportFacts
from apps.surplus.models import Measurement, Opinion, Verification
from apps.surplus.names import (
    VERIFICATION_AMEND,
    VERIFICATION_CERTIFY,
    VERIFICATION_CITY_DECIDE,
    VERIFICATION_COMMISSION,
    VERIFICATION_DRAFT,
    VERIFICATION_PROVINCE_DECIDE,
    VERIFICATION_RECORD,
    VERIFICATION_REDUCE,
    VERIFICATION_REOPEN,
    VERIFICATION_REPORT,
    VERIFICATION_RETURN,
    VERIFICATION_REVOKE,
    VERIFICATION_SUBMIT,
    VERIFICATION_WITHDRAW,
)
from apps.surplus.states import (
    COMMISSIONABLE,
    EDITABLE,
    OUTCOME_LABELS,
    REPORTABLE,
    REVOCABLE,
    SUBMITTABLE,
    WITHDRAWABLE,
    Outcome,
)
from apps.surplus.states import VerificationStatus as S
from kernel.acts.act import Act
from kernel.acts.subjects import Subject
from kernel.transparency import Told
from kernel.web.fields import AreaInput, DayInput, LineInput, LinesInput, NumberInput, WholeInput, YuanInput


class ReclaimedPartForm(serializers.Serializer[Any]):
    """One reclaimed parcel."""

    parcel_no = NumberInput(label="地块编号", max_length=40)
    village = LineInput(label="所在村", max_length=100)
    class_before = serializers.ChoiceField(
        label="复垦前类型", choices=[(str(each), each.label) for each in Before]
    )
    class_after = serializers.ChoiceField(
        label="复垦后地类", choices=[(str(each), each.label) for each in After]
    )
    area = AreaInput(label="面积（亩）")
    grade_after = WholeInput(
        label="复垦后质量等别（耕地必填）", min_value=1, max_value=15, required=False, allow_null=True
    )
    high_standard = serializers.ChoiceField(
        label="是否高标准农田",
        choices=[("yes", "是"), ("no", "否")],
        required=False,
        allow_blank=True,
        help_text="填写了验收文号的可不选",
    )
    high_standard_no = NumberInput(
        label="高标准农田验收文号（是高标准农田的填写）", max_length=80, required=False, allow_blank=True
    )
    building_area = AreaInput(label="拆除建筑面积（平方米）", required=False)
    demolition = LineInput(label="拆除证明", max_length=200, required=False, allow_blank=True)
    geometry = GeometryInput(label="界址（GeoJSON）", help_text="GeoJSON面，CGCS2000经纬度")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The parcel as one value."""
        if attrs["area"] <= 0:
            raise serializers.ValidationError({"area": "面积须大于零。"})
        classes = {"class_before": Before(attrs["class_before"]), "class_after": After(attrs["class_after"])}
        return {"part": DeclaredPart(**attrs | classes)}


_FROM_MAP = {"rows_from": parts_from_map}
"""Many parcels come in a map file."""


class VerificationForm(serializers.Serializer[Any]):
    """A project area whose surplus quota is to be verified."""

    title = LineInput(label="项目区名称", max_length=200)
    acceptance_no = NumberInput(label="复垦验收文号", max_length=80)
    region = serializers.RegexField(r"^[0-9]{6}$", label="行政区划代码")
    declared = AreaInput(label="复垦为农用地面积（亩）")
    resettlement = AreaInput(label="安置区建设用地（亩）")
    returned = AreaInput(label="归还周转指标（亩）")
    reserved = AreaInput(label="村内预留（亩）")
    parts = ReclaimedPartForm(label="复垦地块", many=True, allow_empty=False, style=_FROM_MAP)

    def validate_region(self, value: str) -> str:
        """A division that exists."""
        if not Region.objects.filter(pk=value).exists():
            raise serializers.ValidationError(f"没有行政区划代码{value}，请核对。")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The facts as one value."""
        if attrs["declared"] <= 0:
            raise serializers.ValidationError({"declared": "复垦面积须大于零。"})
        stated = Stated(attrs.pop("resettlement"), attrs.pop("returned"), attrs.pop("reserved"))
        parts = [each["part"] for each in attrs.pop("parts")]
        return {"facts": VerificationFacts(stated=stated, parts=parts, **attrs)}


class CommissionForm(serializers.Serializer[Any]):
    """Who measures, under which contract."""

    measurer_id = WholeInput(label="第三方核定机构", min_value=1, max_value=2**62)
    contract_no = NumberInput(label="委托合同编号", max_length=80)
    contract_price = YuanInput(label="合同价款")


class MeasurementForm(serializers.Serializer[Any]):
    """A measurement report."""

    declared = AreaInput(label="报告载明的复垦面积（亩）")
    resettlement = AreaInput(label="实测安置区建设用地（亩）")
    method = LineInput(label="测量方法", max_length=200)
    instrument = LineInput(label="测量仪器", max_length=200)
    surveyors = LineInput(label="测量人员", max_length=200)
    measured_on = DayInput(label="测量日期")
    parts = ReclaimedPartForm(label="实测地块", many=True, allow_empty=False, style=_FROM_MAP)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The report as one value."""
        parts = [each["part"] for each in attrs.pop("parts")]
        return {"report": ReportFacts(parts=parts, **attrs)}


class VerificationOpinionForm(serializers.Serializer[Any]):
    """An opinion on a verification."""

    outcome = serializers.ChoiceField(
        label="审核结论", choices=[(str(each), label) for each, label in OUTCOME_LABELS.items()]
    )
    reason = LinesInput(label="理由", max_length=2000, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The outcome as an enumeration."""
        return {**attrs, "outcome": Outcome(attrs["outcome"])}


class VerificationEndForm(serializers.Serializer[Any]):
    """A reason, kept with the case."""

    reason = LinesInput(label="理由", max_length=500)


class MinistryRecordForm(IncomingForm):
    """The ministry's record, as its document says."""

    record_no = NumberInput(label="部备案号", max_length=80)


class MinistryReturnForm(IncomingForm):
    """Why the ministry sends back what was verified, as its document says."""

    reason = LinesInput(label="退回理由", max_length=500)


class ReductionForm(serializers.Serializer[Any]):
    """What a re-check found less."""

    amount = AreaInput(label="核减数量（亩）")
    finding_no = NumberInput(label="核减决定文号", max_length=80)
    reason = LinesInput(label="核减理由", max_length=500)


class ReductionAnswer(TypedDict):
    """What was written off of a reduction, and what is a claim still, in 亩."""

    verification: int
    written_off: str
    claim: str


def _reduction_answer(found: Claim) -> ReductionAnswer:
    return {
        "verification": found.case_id,
        "written_off": str(found.amount - found.left),
        "claim": str(found.left),
    }


class VerificationAnswer(TypedDict):
    """A verification as it stands."""

    verification: int
    number: str | None
    status: str


def _verification_answer(found: Verification) -> VerificationAnswer:
    return {"verification": found.pk, "number": found.case.number, "status": found.status}


class CertifiedAnswer(TypedDict):
    """A verification that was certified: its batch, T that was booked, N, and what the batch carries; in 亩."""

    batch: int
    verification: int
    number: str | None
    status: str
    certificate_no: str | None
    surplus: str
    tradeable: str
    high_standard: str
    carried_farmland: str
    carried_paddy: str


def _certified_answer(found: Verification) -> CertifiedAnswer:
    account = queries.account_of(queries.reported(found))
    return {
        "batch": Batch.objects.get(source=Source.VERIFICATION, source_id=found.pk).pk,
        "verification": found.pk,
        "number": found.case.number,
        "status": found.status,
        "certificate_no": found.certificate_no,
        "surplus": str(account.surplus),
        "tradeable": str(account.tradeable),
        "high_standard": str(account.high_standard),
        "carried_farmland": str(account.carried_farmland),
        "carried_paddy": str(account.carried_paddy),
    }


class MeasurementAnswer(TypedDict):
    """A report that was handed in."""

    verification: int
    version: int


def _measurement_answer(found: Measurement) -> MeasurementAnswer:
    return {"verification": found.verification_id, "version": found.version}


class OpinionAnswer(TypedDict):
    """An opinion that was given."""

    verification: int
    level: str
    outcome: str


def _opinion_answer(found: Opinion) -> OpinionAnswer:
    return {"verification": found.verification_id, "level": found.level, "outcome": found.outcome}


SUBJECTS = (Subject("verification_id", "verifications"),)

_OF_CASE: dict[str, Any] = {"subject": "verification_id", "told": Told.OFFICES}


def _statuses(statuses: frozenset[S]) -> frozenset[str]:
    return frozenset(str(each) for each in statuses)


ACTS = (
    Act(
        VERIFICATION_DRAFT,
        "起草节余指标核定申报",
        commands.draft,
        Can.APPLY_FOR_VERIFICATION,
        form=VerificationForm,
        slow_input=True,
        answer=_verification_answer,
        lane=lambda _: None,
        told=Told.OFFICES,
    ),
    Act(
        VERIFICATION_AMEND,
        "修改节余指标核定申报",
        commands.amend,
        Can.APPLY_FOR_VERIFICATION,
        form=VerificationForm,
        slow_input=True,
        answer=_verification_answer,
        statuses=_statuses(EDITABLE),
        help="地块有改动的，须由受托机构重新出具核定报告。",
        **_OF_CASE,
    ),
    Act(
        VERIFICATION_COMMISSION,
        "委托第三方核定",
        measuring.commission,
        Can.APPLY_FOR_VERIFICATION,
        form=CommissionForm,
        two_persons=True,
        binds=bound.commission_bound,
        answer=_verification_answer,
        statuses=_statuses(COMMISSIONABLE),
        **_OF_CASE,
    ),
    Act(
        VERIFICATION_REPORT,
        "提交核定报告",
        measuring.report,
        Can.MEASURE,
        form=MeasurementForm,
        slow_input=True,
        two_persons=True,
        binds=bound.report_bound,
        answer=_measurement_answer,
        statuses=_statuses(REPORTABLE),
        **_OF_CASE,
    ),
    Act(
        VERIFICATION_SUBMIT,
        "提交节余指标核定申报",
        commands.submit,
        Can.APPLY_FOR_VERIFICATION,
        two_persons=True,
        binds=bound.submit_bound,
        answer=_verification_answer,
        statuses=_statuses(SUBMITTABLE),
        help="以核定报告的数据提交，不以申报数据为准。",
        **_OF_CASE,
    ),
    Act(
        VERIFICATION_WITHDRAW,
        "撤回节余指标核定申报",
        commands.withdraw,
        Can.APPLY_FOR_VERIFICATION,
        form=VerificationEndForm,
        two_persons=True,
        binds=bound.end_bound,
        answer=_verification_answer,
        statuses=_statuses(WITHDRAWABLE),
        **_OF_CASE,
    ),
    Act(
        VERIFICATION_CITY_DECIDE,
        "出具市级初审意见",
        decisions.city_decide,
        Can.REVIEW_FOR_CITY,
        form=VerificationOpinionForm,
        two_persons=True,
        binds=bound.decision_bound,
        answer=_opinion_answer,
        statuses=_statuses(frozenset({S.CITY_REVIEW})),
        **_OF_CASE,
    ),
    Act(
        VERIFICATION_PROVINCE_DECIDE,
        "出具省级终审意见",
        decisions.province_decide,
        Can.DECIDE_FOR_PROVINCE,
        form=VerificationOpinionForm,
        two_persons=True,
        binds=bound.decision_bound,
        answer=_opinion_answer,
        statuses=_statuses(frozenset({S.PROVINCE_REVIEW})),
        **_OF_CASE,
    ),
    Act(
        VERIFICATION_RETURN,
        "退回节余指标核定申报",
        decisions.send_back,
        Can.RETURN_VERIFICATIONS,
        form=VerificationEndForm,
        answer=_verification_answer,
        statuses=_statuses(frozenset({S.CITY_REVIEW, S.PROVINCE_REVIEW})),
        **_OF_CASE,
    ),
    Act(
        VERIFICATION_REOPEN,
        "登记部里退回",
        decisions.reopen,
        Can.DECIDE_FOR_PROVINCE,
        form=MinistryReturnForm,
        two_persons=True,
        binds=bound.reopen_bound,
        answer=_verification_answer,
        statuses=_statuses(frozenset({S.VERIFIED})),
        help="部里退回的，退给申报单位补正，补正后重新提交、重新审核。",
        **_OF_CASE,
    ),
    Act(
        VERIFICATION_RECORD,
        "登记部备案号",
        decisions.record,
        Can.DECIDE_FOR_PROVINCE,
        form=MinistryRecordForm,
        two_persons=True,
        binds=bound.record_bound,
        answer=_verification_answer,
        statuses=_statuses(frozenset({S.VERIFIED})),
        **_OF_CASE,
    ),
    Act(
        VERIFICATION_CERTIFY,
        "节余指标发证入库",
        certificates.certify,
        Can.DECIDE_FOR_PROVINCE,
        two_persons=True,
        binds=bound.certify_bound,
        paper=Printed(DocumentKind.QUOTA_CERTIFICATE),
        answer=_certified_answer,
        statuses=_statuses(frozenset({S.RECORDED})),
        **_OF_CASE,
    ),
    Act(
        VERIFICATION_REDUCE,
        "核减节余指标",
        reductions.reduce,
        Can.DECIDE_FOR_PROVINCE,
        form=ReductionForm,
        two_persons=True,
        binds=bound.reduce_bound,
        answer=_reduction_answer,
        statuses=_statuses(frozenset({S.CERTIFIED})),
        help="可用的立即核减；不足部分待其解冻、入库时先行核减，在此之前权属主体不能申请出让。已售出的不追减。",
        **_OF_CASE,
    ),
    Act(
        VERIFICATION_REVOKE,
        "撤销节余指标核定",
        certificates.revoke,
        Can.DECIDE_FOR_PROVINCE,
        form=VerificationEndForm,
        two_persons=True,
        binds=bound.end_bound,
        answer=_verification_answer,
        statuses=_statuses(REVOCABLE),
        **_OF_CASE,
    ),
)
