"""What an act is done to: found only if the person may know of it, and shown with a name and a way back."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils.translation import gettext_noop as _

from apps.crossprovince.demand_models import Demand
from apps.crossprovince.demand_queries import demand_for
from apps.crossprovince.demand_states import LABELS as DEMAND_LABELS
from apps.crossprovince.names import ADJUSTMENT_DRAFT, DEMAND_DRAFT, SCHEME_IMPORT
from apps.crossprovince.queries import adjustment_for, scheme_for
from apps.crossprovince.standing import Standing
from apps.crossprovince.states import LABELS as ADJUSTMENT_LABELS
from apps.desks.queue import sent_back
from apps.disclosure.deadlines import of_visible_cases, visible_deadlines
from apps.documents.corrections import incoming_for
from apps.documents.mending import document_for
from apps.documents.rules import why_not_again
from apps.documents.states import DocumentKind
from apps.funds.findings import called, finding_for, summary_of
from apps.funds.queries import fund_for, movement_for, pool_of, size_of, source_title
from apps.funds.sources import bucket_labels
from apps.funds.states import REASON_LABELS
from apps.kinds.table import QuotaKind
from apps.land.models import Project
from apps.land.names import PROJECT_RECORD
from apps.listings.models import Listing
from apps.listings.queries import listing_for, require_visible
from apps.money import accounts
from apps.money.gate import require_here
from apps.money.models import Exceptional
from apps.money.names import (
    ACCOUNT_REGISTER,
    MONEY_ANSWER,
    MONEY_BALANCE,
    MONEY_COVER,
    MONEY_IMPORT,
    MONEY_LINE,
)
from apps.money.queries import refunds_due
from apps.objections.queries import visible_to as objections_visible_to
from apps.parties.models import Membership, Organisation, Person
from apps.parties.names import ORGANISATION_DESCRIBE, ORGANISATION_REGISTER, PERSON_REGISTER
from apps.parties.queries import in_province
from apps.parties.roles import ROLE_LABELS, Can
from apps.prices.names import GUIDE_COMPUTE
from apps.process.names import CALENDAR_LOAD
from apps.questions.queries import visible_to as questions_visible_to
from apps.quota.batch_models import Encumbrance
from apps.quota.burden_queries import said_of
from apps.quota.names import QUOTA_USE, YEAR_CLOSE
from apps.quota.queries import batch_for
from apps.rulebook.models import Rulebook
from apps.rulebook.names import RULEBOOK_DRAFT
from apps.stages.application.names import LISTING_DRAFT
from apps.stages.contract.models import Contract
from apps.stages.deposit.bound import is_masked
from apps.stages.qualification.queries import registration_for
from apps.stages.transfer.models import QualityClaim
from apps.surplus.models import Verification
from apps.surplus.names import VERIFICATION_DRAFT
from apps.surplus.queries import verification_for
from apps.surplus.states import LABELS as STATUS_LABELS
from kernel.access.models import Preparation
from kernel.actors import DUTY_LABELS, Actor, Duty
from kernel.acts.act import Act, act_called
from kernel.cases.queries import named
from kernel.clock import beijing, ended
from kernel.deadlines.registry import kind_of
from kernel.errors import Refusal, Refused, not_found


@dataclass(frozen=True)
class Subject:
    """One thing that is acted on: its name, its page, the listing it belongs to, and what to know of it."""

    title: str
    url: str
    listing: Listing | None = None
    facts: list[tuple[str, str]] = field(default_factory=list)
    pk: int = 0
    verification: Verification | None = None
    adjustment: Standing | None = None
    demand: Demand | None = None
    refusal: Refusal | None = None
    """Why nothing is done to it, as it stands."""


def _listing(listing_id: int, by: Actor) -> Subject:
    listing = listing_for(listing_id, by=by)
    return Subject(f"{listing} {listing.title}", f"/desk/listings/{listing.pk}/", listing)


def _registration(registration_id: int, by: Actor) -> Subject:
    found = registration_for(registration_id, by=by)
    facts = [
        (_("竞买申请单位"), found.organisation.name),
        (_("提交时间"), f"{beijing(found.submitted_at):%Y-%m-%d %H:%M}"),
        (_("第几次提交"), str(found.submission)),
    ]
    return Subject(f"{found.listing} 竞买申请", f"/desk/listings/{found.listing_id}/", found.listing, facts)


def _objection(objection_id: int, by: Actor) -> Subject:
    found = objections_visible_to(by).filter(pk=objection_id).first()
    if found is None:
        raise not_found("异议")
    facts = [(_("异议内容"), found.text), (_("提出时间"), f"{beijing(found.raised_at):%Y-%m-%d %H:%M}")]
    case = named([found.case_id])[found.case_id]
    return Subject(f"{case.number} 异议{found.pk}", case.page, getattr(found.case, "listing", None), facts)


def _question(question_id: int, by: Actor) -> Subject:
    found = questions_visible_to(by).filter(pk=question_id).first()
    if found is None:
        raise not_found("咨询")
    facts = [(_("咨询内容"), found.text), (_("提出时间"), f"{beijing(found.asked_at):%Y-%m-%d %H:%M}")]
    return Subject(
        f"{found.case.listing} 咨询", f"/desk/listings/{found.case_id}/", found.case.listing, facts
    )


def _refund(refund_id: int, by: Actor) -> Subject:
    found = refunds_due(by).filter(pk=refund_id).first() if by.can(Can.BOOK_MONEY) else None
    if found is None:
        raise not_found("待退款项")
    facts = [
        (_("退款金额（元）"), f"{found.amount:,}"),
        *([] if is_masked(found) else [(_("原付款人"), found.entry.payer_name)]),
        (_("原付款账号"), found.entry.payer_account or _("（流水未载明）")),
        (_("原流水号"), found.entry.reference),
        (_("退款事由"), found.reason),
    ]
    return Subject(f"退款 {found.entry.reference}", "/desk/finance/", None, facts)


def _exceptional(exceptional_id: int, by: Actor) -> Subject:
    found = Exceptional.objects.select_related("entry").filter(pk=exceptional_id).first()
    if found is None or not by.can(Can.BOOK_MONEY):
        raise not_found("例外款项")
    require_here(by, found.entry.province, what="例外款项")
    facts = [
        (_("暂存金额（元）"), f"{found.amount:,}"),
        (_("付款账号"), found.entry.payer_account or _("（流水未载明）")),
        (_("流水号"), found.entry.reference),
        (_("暂存原因"), found.sentence),
    ]
    return Subject(f"暂存款项 {found.entry.reference}", "/desk/finance/", None, facts)


def _account(account_id: int, by: Actor) -> Subject:
    found = accounts.own(account_id, organisation_id=by.organisation_id)
    return Subject(f"{found.name} {found.number}", "/desk/organisation/", None, [(_("开户银行"), found.bank)])


def _project(project_id: int, by: Actor) -> Subject:
    found = Project.objects.select_related("owner", "region").filter(pk=project_id).first()
    here = found is not None and by.can(Can.DECIDE_FOR_PROVINCE) and found.region_id[:2] == by.region[:2]
    if found is None or not (here or found.owner_id == by.organisation_id):
        raise not_found("土地整治项目")
    facts = [
        (_("申报单位"), found.owner.name),
        (_("立项批复文号"), found.approval_no),
        ("验收文号", found.acceptance_no),
        *(
            (
                f"地块{index}",
                f"{QuotaKind(part.kind).label} {part.quantity:,.4f}亩，{part.grade_before}等→{part.grade_after}等",
            )
            for index, part in enumerate(found.parts.all(), start=1)
        ),
    ]
    return Subject(found.name, "/desk/reserve/", None, facts, found.pk)


def _batch(batch_id: int, by: Actor) -> Subject:
    found = batch_for(batch_id, by=by)
    if by.can(Can.SEE_RESERVE) and found.region_id[:2] != by.region[:2]:
        raise not_found("指标批次")
    facts = [("所属项目", found.title)]
    return Subject(f"入库凭证 {found.certificate_no}", "/desk/reserve/", None, facts, found.pk)


def _encumbrance(encumbrance_id: int, by: Actor) -> Subject:
    burdens = Encumbrance.objects.filter(in_province(by, "batch__region__code"), lifted_at=None)
    found = burdens.filter(pk=encumbrance_id).select_related("batch", "holder").first()
    if found is None or not by.can(Can.DECIDE_FOR_PROVINCE):
        raise not_found("权利负担")
    return Subject(
        f"入库凭证 {found.batch}", "/desk/reserve/", None, [("权利负担", said_of(found, holder=True))]
    )


def _claim(claim_id: int, by: Actor) -> Subject:
    found = QualityClaim.objects.filter(pk=claim_id).select_related("listing__seller").first()
    if found is None or not _may_know_claim(found, by):
        raise not_found("质量退款申请")
    facts = [
        ("成交时", found.sold_text),
        ("复测结果", found.found_text),
        ("复测机构", found.measurer),
        ("应退价款（元）", f"{found.refund:,}"),
        (_("复测情况"), found.reason),
    ]
    return Subject(f"{found.listing} 质量退款", f"/desk/listings/{found.listing_id}/", found.listing, facts)


def _may_know_claim(claim: QualityClaim, by: Actor) -> bool:
    if by.can(Can.SEE_CASES):
        return True
    parties = Contract.objects.filter(listing_id=claim.listing_id).values_list(
        "winner_id", "listing__seller_id"
    )
    return any(by.organisation_id in pair for pair in parties)


def _rulebook(rulebook_id: int, by: Actor) -> Subject:
    found = Rulebook.objects.filter(pk=rulebook_id).first()
    if found is None or not by.can(Can.DECIDE_FOR_PROVINCE) or found.province[:2] != by.region[:2]:
        raise not_found("规则版本")
    facts = [("依据", "；".join(found.legal_basis)), ("生效日期", str(found.valid_from))]
    return Subject(str(found), "/desk/rulebooks/", None, facts)


def _deadline(deadline_id: int, by: Actor) -> Subject:
    found = visible_deadlines(by).filter(of_visible_cases(by), pk=deadline_id).first()
    if found is None or not by.can(Can.RUN_TRADES):
        raise not_found("期限")
    facts = [
        (_("期限届满"), ended(found.due_at)),
        (_("当前情况"), found.waiting_for or found.status),
    ]
    return Subject(kind_of(found.kind).label, "/desk/deadlines/", None, facts)


def _person(person_id: int, by: Actor) -> Subject:
    found = Person.objects.filter(pk=person_id).first()
    if found is None or not by.can(Can.ADMINISTER):
        raise not_found("人员")
    return Subject(str(found), f"/desk/people/{found.pk}/", None, [(_("用户名"), found.username)])


def _membership(membership_id: int, by: Actor) -> Subject:
    found = Membership.objects.select_related("person", "organisation").filter(pk=membership_id).first()
    if found is None or not by.can(Can.ADMINISTER):
        raise not_found("任职")
    facts = [(_("任职机构"), found.organisation.name), (_("职责"), DUTY_LABELS[Duty(found.duty)])]
    return Subject(str(found.person), f"/desk/people/{found.person_id}/", None, facts)


def _body(organisation_id: int, by: Actor) -> Subject:
    found = Organisation.objects.filter(pk=organisation_id).first()
    if found is None or not by.can(Can.ADMINISTER):
        raise not_found("机构")
    facts = [(_("类型"), ROLE_LABELS[found.kind])]
    return Subject(found.name, "/desk/people/", None, facts, pk=found.pk)


def _verification(verification_id: int, by: Actor) -> Subject:
    found = verification_for(verification_id, by=by)
    facts = [
        (_("权属主体"), found.holder.name),
        ("复垦验收文号", found.acceptance_no),
        (_("状态"), STATUS_LABELS[found.state]),
        *([("委托合同编号", found.contract_no)] if found.contract_no else []),
    ]
    title = f"{found.case.number or '核定草稿'} {found.title}"
    return Subject(title, f"/desk/verifications/{found.pk}/", None, facts, found.pk, found)


def _adjustment(adjustment_id: int, by: Actor) -> Subject:
    found = adjustment_for(adjustment_id, by=by)
    facts = [("申请单位", found.holder.name), (_("状态"), ADJUSTMENT_LABELS[found.state])]
    title = f"{found.case.number or '调剂草稿'} {found.title}"
    return Subject(title, f"/desk/adjustments/{found.pk}/", None, facts, found.pk, adjustment=Standing(found))


def _demand(demand_id: int, by: Actor) -> Subject:
    found = demand_for(demand_id, by=by)
    facts = [("需求单位", found.holder.name), (_("状态"), DEMAND_LABELS[found.state])]
    title = f"{found.case.number or '调入草稿'} {found.title}"
    return Subject(title, f"/desk/demands/{found.pk}/", None, facts, found.pk, demand=found)


def _scheme(scheme_id: int, by: Actor) -> Subject:
    found = scheme_for(scheme_id, by=by)
    facts = [("来文文号", found.document.document_no)]
    return Subject(f"调剂方案 {found.scheme_no}", "/desk/adjustments/", None, facts, found.pk)


def _incoming(incoming_id: int, by: Actor) -> Subject:
    found = incoming_for(incoming_id, by=by)
    case = named([found.case_id]).get(found.case_id or 0)
    facts = [
        ("据以办理的事项", _(act_called(found.act).label)),
        ("来文机关", found.body),
        ("来文文号", found.document_no),
        ("来文日期", f"{found.document_date:%Y-%m-%d}"),
        *([("登记号", found.register_no)] if found.register_no else []),
        *([("所属办件", f"{case.number} {case.title}")] if case is not None else []),
    ]
    page = case.page if case is not None else "/desk/pairings/"
    return Subject(f"来文 {found.document_no}", page, None, facts, found.pk)


def _document(document_id: int, by: Actor) -> Subject:
    found = document_for(document_id, by=by)
    facts = [(_("出具时间"), f"{beijing(found.issued_at):%Y-%m-%d %H:%M}")]
    again = why_not_again(found.number, corrected=found.corrected_at is not None)
    title = f"{DocumentKind(found.kind).label} {found.number}"
    return Subject(title, "/desk/documents/", None, facts, found.pk, refusal=again)


def _fund(fund_id: int, by: Actor) -> Subject:
    found = fund_for(fund_id, by=by)
    facts = [
        (_("收益所有单位"), found.holder.name),
        (bucket_labels(found.source.process)[found.bucket], f"{found.balance:,}元"),
    ]
    return Subject(f"{source_title(found)} 收益资金", f"/desk/funds/{found.pk}/", None, facts, found.pk)


def _movement(movement_id: int, by: Actor) -> Subject:
    found = movement_for(movement_id, by=by)
    facts = [
        (_("收益所有单位"), found.holder.name),
        (_("原记账"), f"{REASON_LABELS[found.reason]}{size_of(found):,}元"),
        (_("原记账时间"), f"{beijing(found.at):%Y-%m-%d %H:%M}"),
    ]
    return Subject(
        f"{source_title(found)} 收益资金", f"/desk/funds/{pool_of(found).pk}/", None, facts, found.pk
    )


def _objected(case_id: int, by: Actor) -> Subject:
    """A case that was objected to, for the office that answers."""
    if not objections_visible_to(by).filter(case_id=case_id).exists():
        raise not_found("异议")
    case = named([case_id])[case_id]
    facts = [(_("项目"), case.title)]
    return Subject(f"{case.number} 异议", case.page, None, facts, case_id)


def _finding(finding_id: int, by: Actor) -> Subject:
    found = finding_for(finding_id, by=by)
    facts = [
        (_("收益所有单位"), found.holder.name),
        (_("审计机关"), found.organisation.name),
        (_("针对的记账"), called(found.about)),
        (_("涉及金额（元）"), f"{found.amount:,}"),
        (_("审计意见"), found.text),
        *([(_("被审计单位的答复"), found.answer.text)] if found.is_answered else []),
    ]
    return Subject(
        f"{source_title(found)} 审计意见：{summary_of(found)}",
        f"/desk/funds/{pool_of(found).pk}/",
        None,
        facts,
        found.pk,
    )


_FINDERS: dict[str, Callable[[int, Actor], Subject]] = {
    "listing_id": _listing,
    "registration_id": _registration,
    "objection_id": _objection,
    "question_id": _question,
    "refund_id": _refund,
    "exceptional_id": _exceptional,
    "account_id": _account,
    "project_id": _project,
    "batch_id": _batch,
    "encumbrance_id": _encumbrance,
    "claim_id": _claim,
    "rulebook_id": _rulebook,
    "deadline_id": _deadline,
    "person_id": _person,
    "membership_id": _membership,
    "organisation_id": _body,
    "verification_id": _verification,
    "fund_id": _fund,
    "movement_id": _movement,
    "finding_id": _finding,
    "case_id": _objected,
    "adjustment_id": _adjustment,
    "demand_id": _demand,
    "scheme_id": _scheme,
    "incoming_id": _incoming,
    "document_id": _document,
}

_HOMES = {
    PROJECT_RECORD: "/desk/quota/",
    QUOTA_USE: "/desk/quota/",
    YEAR_CLOSE: "/desk/reserve/",
    LISTING_DRAFT: "/desk/listings/",
    VERIFICATION_DRAFT: "/desk/verifications/",
    ADJUSTMENT_DRAFT: "/desk/adjustments/",
    DEMAND_DRAFT: "/desk/demands/",
    SCHEME_IMPORT: "/desk/adjustments/",
    MONEY_IMPORT: "/desk/finance/",
    MONEY_COVER: "/desk/finance/",
    MONEY_LINE: "/desk/finance/",
    MONEY_BALANCE: "/desk/finance/",
    MONEY_ANSWER: "/desk/finance/",
    ACCOUNT_REGISTER: "/desk/organisation/",
    ORGANISATION_DESCRIBE: "/desk/organisation/",
    RULEBOOK_DRAFT: "/desk/rulebooks/",
    CALENDAR_LOAD: "/desk/calendars/",
    GUIDE_COMPUTE: "/desk/guide-prices/",
    ORGANISATION_REGISTER: "/desk/people/",
    PERSON_REGISTER: "/desk/people/",
}


def subject_of(act: Act, subject_id: int, *, by: Actor) -> Subject:
    """What `act` would be done to. Refuses not_found for what does not exist and for what the actor may not know."""
    if act.subject:
        found = _FINDERS[act.subject](subject_id, by)
        if found.listing is not None:
            require_visible(found.listing.pk, by=by)
        return found
    if subject_id:
        raise not_found("办理事项")
    name = Organisation.objects.values_list("name", flat=True).get(pk=by.organisation_id)
    return Subject(name, _HOMES.get(act.name, "/desk/"))


def title_of(act: Act, subject_id: int, *, by: Actor) -> str:
    """The subject's name, or nothing when the actor may not (or no longer) know of it."""
    try:
        return subject_of(act, subject_id, by=by).title
    except Refused:
        return ""


def returned_to(by: Actor) -> list[tuple[Preparation, Act, str]]:
    """What an approver sent back to this operator last, with the act and what it is about."""
    found = [(each, act_called(each.act)) for each in sent_back(by)[:5]]
    return [(each, act, title_of(act, each.subject_id, by=by)) for each, act in found]
