"""What people are told of verifications of surplus quota: the owner of every change, and whoever acts next."""

from datetime import datetime

from apps.notices.commands import tell_all
from apps.objections.events import ObjectionAccepted, ObjectionRaised, ObjectionSettled
from apps.parties.queries import office
from apps.parties.roles import Can
from apps.quota.events import ClaimMet
from apps.quota.models import Claim
from apps.surplus.events import (
    VerificationAmended,
    VerificationCertified,
    VerificationCommissioned,
    VerificationEnded,
    VerificationMeasured,
    VerificationRecorded,
    VerificationReduced,
    VerificationReopened,
    VerificationReturned,
    VerificationReviewed,
    VerificationSubmitted,
)
from apps.surplus.models import Verification
from apps.surplus.queries import city_office
from apps.surplus.states import LEVEL_LABELS, OUTCOME_LABELS, Level, Outcome
from apps.surplus.states import VerificationStatus as S


def _found(verification_id: int) -> Verification:
    return Verification.objects.select_related("case", "holder", "region", "measurer").get(pk=verification_id)


def _owners(found: Verification) -> list[int]:
    return list(dict.fromkeys([found.filed_by_id, found.holder_id]))


def _tell(
    found: Verification, to: list[int], kind: str, title: str, text: str, now: datetime, about: str = ""
) -> None:
    tell_all(organisation_ids=to, kind=kind, title=title, text=text, now=now, case_id=found.pk, about=about)


def _reviewers(found: Verification) -> list[int]:
    if found.state is S.CITY_REVIEW:
        city = city_office(found)
        return [city.pk] if city else []
    return [office(Can.DECIDE_FOR_PROVINCE, province=found.province).pk]


def commissioned(event: VerificationCommissioned) -> None:
    """The measurer hears what it has to measure."""
    found = _found(event.verification_id)
    text = (
        f"{found.holder.name}委托贵单位核定“{found.title}”，合同编号{found.contract_no}，请按期出具核定报告。"
    )
    to = [found.measurer_id] if found.measurer_id else []
    _tell(
        found, to, "verification.commissioned", "节余指标核定委托", text, event.now, about=found.contract_no
    )


def amended(event: VerificationAmended) -> None:
    """The measurer hears that parcels were changed and what it has to do."""
    found = _found(event.verification_id)
    text = (
        f"{found.holder.name}变更了“{found.title}”的申报地块，原核定报告不再适用，请重新测量并出具核定报告。"
    )
    to = [found.measurer_id] if found.measurer_id else []
    _tell(found, to, "verification.amended", "核定地块已变更", text, event.now, about=str(event.version))


def measured(event: VerificationMeasured) -> None:
    """The county hears that it can submit."""
    found = _found(event.verification_id)
    text = f"“{found.title}”的核定报告已出具，请核对后提交申报。"
    about = str(found.measurements.count())
    _tell(found, _owners(found), "verification.measured", "核定报告已出具", text, event.now, about=about)


def submitted(event: VerificationSubmitted) -> None:
    """Whoever reviews first hears of a new round."""
    found = _found(event.verification_id)
    text = f"{found.holder.name}提交了“{found.title}”的节余指标核定申报（{found.case.number}），请按期审核。"
    about = str(found.review_round)
    _tell(found, _reviewers(found), "verification.review", "节余指标核定待审核", text, event.now, about=about)


def reviewed(event: VerificationReviewed) -> None:
    """The county hears the opinion, and the next level that it is its turn."""
    found = _found(event.verification_id)
    level, outcome = LEVEL_LABELS[Level(event.level)], OUTCOME_LABELS[Outcome(event.outcome)]
    about = f"{found.review_round}/{event.level}"
    text = f"“{found.title}”的{level}意见：{outcome}。"
    _tell(found, _owners(found), "verification.opinion", f"{level}意见", text, event.now, about=about)
    if found.state is S.PROVINCE_REVIEW and event.level == Level.CITY:
        text = f"“{found.title}”已通过市级初审，请按期终审。"
        _tell(
            found,
            _reviewers(found),
            "verification.review",
            "节余指标核定待终审",
            text,
            event.now,
            about=about,
        )


def returned(event: VerificationReturned) -> None:
    """The county hears why."""
    found = _found(event.verification_id)
    text = f"“{found.title}”的核定申报被退回，理由：{event.reason}。请补正后重新提交。"
    about = str(found.review_round)
    _tell(found, _owners(found), "verification.returned", "核定申报退回补正", text, event.now, about=about)


def reopened(event: VerificationReopened) -> None:
    """The county hears who sent it back and why; whoever reviewed it, that it comes again."""
    found = _found(event.verification_id)
    text = f"{event.body}来文（{event.document_no}）退回“{found.title}”，理由：{event.reason}。请补正后重新提交。"
    about = event.document_no
    _tell(found, _owners(found), "verification.reopened", "核定项目被部里退回", text, event.now, about=about)
    city = city_office(found)
    if city is not None and found.opinions.filter(level=Level.CITY).exists():
        text = f"{event.body}来文（{event.document_no}）退回“{found.title}”，补正后将重新提交审核。"
        _tell(found, [city.pk], "verification.reopened", "核定项目被部里退回", text, event.now, about=about)


def recorded(event: VerificationRecorded) -> None:
    """The county hears that its certificate is due."""
    found = _found(event.verification_id)
    text = f"“{found.title}”已报部备案（{found.record_no}），待发证入库。"
    _tell(found, _owners(found), "verification.recorded", "节余指标已备案", text, event.now)


def certified(event: VerificationCertified) -> None:
    """The county hears under which certificate it holds what."""
    found = _found(event.verification_id)
    text = f"“{found.title}”的节余指标已入库，登记证号{found.certificate_no}。"
    _tell(found, _owners(found), "verification.certified", "节余指标已发证入库", text, event.now)


def reduced(event: VerificationReduced) -> None:
    """The county hears what was taken off and what it still owes; whoever runs its trades, which lots stand still."""
    found = _found(event.verification_id)
    claim = Claim.objects.get(pk=event.claim_id)
    text = (
        f"依据“{claim.finding_no}”核减“{found.title}”（{found.certificate_no}）{claim.amount:,}亩，理由：{claim.reason}。"
        f"已核减{claim.amount - claim.left:,}亩。"
    )
    if claim.left:
        text += f"尚有{claim.left:,}亩待解冻、入库后先行核减，在此之前不能申请出让该类指标。"
    title = "节余指标被核减"
    _tell(found, _owners(found), "verification.reduced", title, text, event.now, about=claim.finding_no)


def claim_met(event: ClaimMet) -> None:
    """The county and the province hear what was written off later, and what is still left."""
    claim = Claim.objects.select_related("batch").get(pk=event.claim_id)
    found = _found(claim.case_id)
    left = f"尚有{claim.left:,}亩未核减" if claim.left else "已核减完毕"
    text = f"登记证“{claim.batch.certificate_no}”所涉核减决定“{claim.finding_no}”又核减{event.amount:,}亩，{left}。"
    to = [*_owners(found), office(Can.DECIDE_FOR_PROVINCE, province=found.province).pk]
    about = f"{claim.finding_no}/{claim.left}"
    _tell(found, to, "verification.claim_met", "核减决定已执行", text, event.now, about=about)


def ended(event: VerificationEnded) -> None:
    """The county and the measurer hear that it is over."""
    found = _found(event.verification_id)
    to = _owners(found) + ([found.measurer_id] if found.measurer_id else [])
    text = f"“{found.title}”的核定已终结，理由：{event.reason}。"
    _tell(found, to, "verification.ended", "节余指标核定终结", text, event.now)


def reported_wrong(event: ObjectionRaised) -> None:
    """The province hears of a report on a certificate, without who made it."""
    found = _found(event.case_id)
    text = f"登记证{found.certificate_no}（{found.title}）收到举报，请按期决定是否受理。"
    to = [office(Can.DECIDE_FOR_PROVINCE, province=found.province).pk]
    _tell(found, to, "objection", "收到异议", text, event.now, about=str(event.objection_id))


def report_accepted(event: ObjectionAccepted) -> None:
    """Who holds the certificate hears that a report on it is looked into."""
    found = _found(event.case_id)
    text = f"登记证{found.certificate_no}的一件举报已受理，核查期间指标可照常流转和使用。"
    about = str(event.objection_id)
    _tell(found, _owners(found), "objection_accepted", "异议已受理", text, event.now, about=about)


def report_settled(event: ObjectionSettled) -> None:
    """Who holds the certificate hears that the report is dealt with."""
    found = _found(event.case_id)
    text = f"登记证{found.certificate_no}的一件举报已办结。"
    about = str(event.objection_id)
    _tell(found, _owners(found), "objection_settled", "异议办结", text, event.now, about=about)
