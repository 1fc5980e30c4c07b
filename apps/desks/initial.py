"""What an act's form begins with: present values, suggestions, and choices from the registers."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from apps.crossprovince.names import (
    ADJUSTMENT_AMEND,
    ADJUSTMENT_DRAFT,
    ADJUSTMENT_QUARTER,
    ADJUSTMENT_TRANSFER,
    DEMAND_AMEND,
    DEMAND_PAY_IN,
    DEMAND_RECEIVE,
    PLAN_ACCEPT,
    PLAN_AMEND,
)
from apps.desks import adjustment_initial as adjustments
from apps.desks import demand_initial as demands
from apps.desks import document_initial as documents
from apps.desks import fund_initial as funds
from apps.desks import quota_initial as quota
from apps.desks import verification_initial as verifications
from apps.desks.form_fields import Choices
from apps.desks.prefilled import Prefill
from apps.desks.targets import Subject
from apps.disclosure.evidence import marked, visible_attachments
from apps.documents.names import DOCUMENT_CORRECT, INCOMING_CORRECT
from apps.funds.names import (
    FUNDS_ANSWER,
    FUNDS_AUDIT,
    FUNDS_CONCLUDE,
    FUNDS_DISTRIBUTE,
    FUNDS_RETURN,
    FUNDS_REVERSE,
    FUNDS_SPEND,
)
from apps.kinds.classes import class_terms
from apps.kinds.prices import PriceUnit, unit_of
from apps.kinds.table import QuotaClass, QuotaKind, kinds_of
from apps.kinds.trade import FORM_LABELS, TradeForm
from apps.land.models import Project
from apps.land.names import PROJECT_RECORD
from apps.land.queries import geometry_required, grounds_of
from apps.land.rules import grade_made_by
from apps.listings.models import Listing
from apps.listings.queries import visible_to
from apps.listings.rules import why_not_form
from apps.listings.states import ListingStatus
from apps.money.accounts import open_accounts
from apps.money.gate import province_of
from apps.money.models import Remittance
from apps.money.names import ACCOUNT_REGISTER, MONEY_ANSWER, MONEY_COVER, MONEY_IMPORT, REFUND_RELEASE
from apps.money.queries import last_statement, payment_of, refunds_due
from apps.objections.names import OBJECTION_DISMISS_FLOOD, OBJECTION_REFUSE_TOGETHER
from apps.objections.queries import flood_on
from apps.objections.rules import MOST_AT_ONCE
from apps.pairing import queries as pairing
from apps.parties.models import Organisation, Region
from apps.parties.names import (
    MEMBERSHIP_GRANT,
    ORGANISATION_CHANGE,
    ORGANISATION_DESCRIBE,
    ORGANISATION_REGISTER,
    PERSON_REGISTER,
)
from apps.parties.roles import Can
from apps.prices.names import GUIDE_COMPUTE
from apps.process.names import CALENDAR_LOAD
from apps.questions.names import QUESTION_ANSWER
from apps.quota.burden_queries import burdens_by_kind
from apps.quota.burden_rules import Burden, free_of
from apps.quota.models import Account, Bucket, UseTerm
from apps.quota.names import QUOTA_BOOK, QUOTA_ENCUMBER, QUOTA_EXTEND_TERM
from apps.quota.queries import booked_of
from apps.rulebook.commands import checked
from apps.rulebook.models import Rulebook
from apps.rulebook.names import RULEBOOK_DRAFT
from apps.rulebook.queries import in_force, newest_approved, rules_of
from apps.rulebook.subjects import SUPPLEMENTARY, all_subjects, traded_under
from apps.stages.announcement.commands import earliest_opening, earliest_registration_close
from apps.stages.announcement.names import ANNOUNCEMENT_PUBLISH
from apps.stages.application.names import LISTING_AMEND, LISTING_DRAFT
from apps.stages.commitment.names import COMMITMENT_DECIDE
from apps.stages.commitment.queries import open_report, promised_of
from apps.stages.contract.names import CONTRACT_ACCOUNT, CONTRACT_REVISE, CONTRACT_SIGN
from apps.stages.contract.queries import contract_of
from apps.stages.qualification.names import REGISTRATION_DECIDE, REGISTRATION_SUBMIT
from apps.stages.qualification.queries import terms_of
from apps.stages.review.names import REVIEW_DECIDE
from apps.stages.review.queries import findings, guide_price_of, opinions
from apps.stages.review.states import HEADING_LABELS, Heading, Outcome
from apps.stages.review.states import Subject as Opinion
from apps.stages.transfer.names import QUALITY_CLAIM
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
)
from kernel.actors import SYSTEM, Actor
from kernel.clock import beijing, ended, read_instant
from kernel.web.filters import MOST_ID
from kernel.workdays.queries import at_nine

PRICE = Heading.PRICE

Maker = Callable[[Subject, Actor, datetime, HttpRequest], Prefill]


def _local(at: datetime) -> str:
    return f"{beijing(at):%Y-%m-%dT%H:%M}"


def _batches(by: Actor, of: QuotaClass) -> Choices:
    """The holder's own batches of a class with what is available of each kind, and what burdens leave free of it."""
    rows = Account.objects.filter(
        holder_id=by.organisation_id, bucket=Bucket.AVAILABLE, balance__gt=0, kind__in=kinds_of(of)
    ).select_related("batch")
    burdens = burdens_by_kind({row.batch_id for row in rows}, holder_id=by.organisation_id)
    start = _("（")
    texts: dict[int, list[str]] = {}
    names: dict[int, str] = {}
    for row in rows.order_by("batch_id", "id"):
        graded = _("，%(grade)s等") % {"grade": row.batch.grade} if row.batch.grade is not None else ""
        names[row.batch_id] = f"{row.batch.certificate_no}{start}{row.batch.title}{graded}"
        burdened = burdens[row.batch_id, QuotaKind(row.kind)]
        texts.setdefault(row.batch_id, []).append(_available(row, burdened))
    comma, end = _("，"), _("）")
    return [(str(pk), f"{names[pk]}{comma}{comma.join(said)}{end}") for pk, said in texts.items()]


def _available(row: Account, burdens: list[Burden]) -> str:
    kind = QuotaKind(row.kind)
    said = {"kind": _(kind.label), "amount": f"{row.balance:.{kind.places}f}", "unit": _(kind.unit)}
    if not burdens:
        return _("%(kind)s可用%(amount)s%(unit)s") % said
    said["free"] = f"{free_of(row.balance, burdens):.{kind.places}f}"
    return _("%(kind)s可用%(amount)s%(unit)s，其中无权利负担%(free)s%(unit)s") % said


def _accounts(by: Actor) -> Choices:
    """The organisation's verified accounts, the newest first."""
    return [
        (str(each.pk), f"{each.name} {each.bank} {each.number}") for each in open_accounts(by.organisation_id)
    ]


def _lot_draft(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    asked = request.GET.get("class", "")
    of = next((each for each in QuotaClass if str(each) == asked), QuotaClass.SUPPLEMENTARY)
    return Prefill(
        data={
            "form": str(TradeForm.LISTING),
            "price_unit": str(PriceUnit.YUAN_PER_MU),
            "fiscal_account": next((pk for pk, _name in _accounts(by)), None),
        },
        offered={
            "lines.batch": _batches(by, of),
            "fiscal_account": _accounts(by),
            **_kinds(of),
            **_forms(by, of, now=now),
            **_agreements(by, of, now=now),
            "commitment_project": _projects(by),
        },
        hint=_("标的数量须等于各批次合计。保留价提交后密封保存，竞价截止前任何人不可见。"),
        title=_("起草%(what)s出让申请") % {"what": _(class_terms(of).title)},
        of_class=of,
    )


def _kinds(of: QuotaClass) -> dict[str, Choices]:
    """The kinds and the units of price of a class, for the form of a lot."""
    kinds = kinds_of(of)
    units = dict.fromkeys(unit_of(each) for each in kinds)
    return {
        "lines.kind": [(str(each), _(each.label)) for each in kinds],
        "price_unit": [(str(each), _(each.label)) for each in units],
    }


def _forms(by: Actor, of: QuotaClass, *, now: datetime) -> dict[str, Choices]:
    """The forms of trade that the rules of the day take; all where there are no rules, which the act itself says."""
    book = in_force(province=f"{by.region[:2]}0000", subject=traded_under(of), now=now)
    rules = rules_of(book).parameters if book is not None else None
    taken = {form for form in TradeForm if rules is None or why_not_form(form=form, rules=rules) is None}
    return {"form": [(code, _(label)) for code, label in FORM_LABELS.items() if code in taken]}


def _agreements(by: Actor, of: QuotaClass, *, now: datetime) -> dict[str, Choices]:
    """Whom an agreement may name, and under which pairing, for the form of a lot: nobody whom no pairing covers."""
    pairings = list(pairing.open_to(by, quota_class=str(of), now=now))
    takers, words = pairing.takers_under(pairings, but=by.organisation_id), pairing.called(pairings)
    between = {each.pk: f"{words[each.pk].giving}→{words[each.pk].taking}" for each in pairings}
    return {
        "counterparty": [(str(each.pk), each.name) for each in takers],
        "pairing": [(str(each.pk), f"{between[each.pk]} {each.document.document_no}") for each in pairings],
    }


def _projects(by: Actor) -> Choices:
    """The organisation's projects of which something is booked, for the form of a commitment."""
    found = Project.objects.filter(owner_id=by.organisation_id, voided_at=None, batches__isnull=False)
    return [(str(each.pk), each.name) for each in found.distinct().order_by("-pk")]


def _promised(listing: Listing) -> dict[str, Any]:
    """What is promised of a lot, as its form has it."""
    promised = listing.promised
    if promised is None:
        return {}
    return {
        "target_grade": promised.target_grade,
        "commitment_project": str(promised.project_id),
        "commitment_area": f"{promised.area:.4f}",
        "commitment_days": promised.days,
        "proceeds_use": promised.proceeds_use,
    }


def _lot_amend(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    listing = _listing(subject)
    data: dict[str, Any] = {
        "title": listing.title,
        "form": listing.form,
        "counterparty": str(listing.counterparty_id or ""),
        "pairing": str(listing.pairing_id or ""),
        "lines": [
            {
                "batch": str(line.batch_id),
                "kind": line.kind,
                "amount": f"{line.amount:.{QuotaKind(line.kind).places}f}",
            }
            for line in listing.lines.order_by("id")
        ],
        "grade": listing.grade,
        "planning_no": listing.planning_no,
        "planning_mu": f"{listing.planning_mu:.4f}" if listing.planning_mu is not None else None,
        **listing.declared,
        **_promised(listing),
        "starting_price": str(listing.starting_price),
        "price_unit": listing.price_unit,
        "increment": str(listing.increment) if listing.increment is not None else None,
        "ceiling": str(listing.named_ceiling) if listing.named_ceiling is not None else None,
        "fiscal_account": listing.fiscal_account_id,
        "contact": listing.contact,
        "acceptance_record_no": listing.acceptance_record_no,
        "ecology_no": listing.ecology_no,
    }
    hint = (
        _("保留价已密封，留空则不变；不再需要保留价的，请勾选“取消已密封的保留价”。")
        if listing.has_reserve
        else ""
    )
    offered = _batches(by, listing.quota_class)
    known = {value for value, _ in offered}
    drawn = listing.lines.select_related("batch").order_by("id")
    offered += [
        (str(line.batch_id), line.batch.certificate_no) for line in drawn if str(line.batch_id) not in known
    ]
    return Prefill(
        data,
        {
            "lines.batch": list(dict(offered).items()),
            "fiscal_account": _accounts(by),
            **_kinds(listing.quota_class),
            **_forms(by, listing.quota_class, now=now),
            **_agreements(by, listing.quota_class, now=now),
            "commitment_project": _projects(by),
        },
        hint=hint,
        remarks=_return_remarks(listing),
        of_class=listing.quota_class,
    )


_ITEM_FIELDS = {
    "spatial_plan": "title",
    "ecology": "title",
    "approval": "title",
    "quantity": "lines",
    "grade": "grade",
    "not_traded": "lines",
    "holding": "lines",
    "encumbrance": "lines",
}
"""Beside which input a reviewer's objection to a point is shown; the evidence has a list of its own."""


def _return_remarks(listing: Listing) -> dict[str, str]:
    """Why the application came back, at the input each reason is about."""
    said: dict[str, list[str]] = {}
    for each in opinions(listing):
        if each.outcome == Outcome.PASS:
            continue
        points = [item for item, holds in each.items.items() if holds is not True]
        for item in points:
            label = listing.checklist[each.subject].get(item, "")
            if label and item in _ITEM_FIELDS:
                said.setdefault(_ITEM_FIELDS[item], []).append(f"{label}：{each.reason}")
    return {name: "；".join(dict.fromkeys(texts)) for name, texts in said.items()}


def _listing(subject: Subject) -> Listing:
    if subject.listing is None:
        raise ValueError(f"{subject.title} is no listing")
    return subject.listing


def _announcement(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """The earliest moments that the rules allow, as a suggestion."""
    listing = _listing(subject)
    book = newest_approved(province=listing.province, subject=traded_under(listing.quota_class), now=now)
    if book is None:
        return Prefill()
    listing.rules_copy = rules_of(book).as_json()
    if not listing.trade.has("bidding"):
        days = listing.rules.parameters.agreement_notice_days
        hint = _("%(form)s方式无人报名、不竞价：公示%(days)s日，期满无异议即成交。各项时间请勿填写。")
        return Prefill(
            {"contact": listing.contact}, hint=hint % {"form": _(listing.trade.label), "days": days}
        )
    typed = _typed_instant(request.POST.get("registration_closes"))
    least = earliest_registration_close(listing, now=now)
    first = max(typed, least) if typed else least
    closes = first if first == typed else at_nine(first)
    opens = at_nine(earliest_opening(listing, closes))
    if listing.trade.rounds_from_opening:
        return _session(listing, least=least, closes=closes, opens=opens)
    ends = at_nine(opens + timedelta(days=listing.rules.parameters.bidding_min_days))
    hint = _("依现行规则，报名截止不早于%(closes)s，竞价开始不早于%(opens)s，竞价截止不早于%(ends)s。")
    hint %= {
        "closes": _said(least),
        "opens": _said(earliest_opening(listing, closes)),
        "ends": _said(opens + timedelta(days=listing.rules.parameters.bidding_min_days)),
    }
    data = {
        "registration_closes": _local(closes),
        "bidding_opens": _local(opens),
        "bidding_closes": _local(ends),
        "contact": listing.contact,
    }
    return Prefill(data, hint=hint, fills=("registration_closes", "bidding_opens", "bidding_closes"))


def _session(listing: Listing, *, least: datetime, closes: datetime, opens: datetime) -> Prefill:
    """The same for a session of rounds, which ends by itself."""
    hint = _("依现行规则，报名截止不早于%(closes)s，竞价开始不早于%(opens)s；竞价逐轮进行，不填写竞价截止。")
    hint %= {"closes": _said(least), "opens": _said(earliest_opening(listing, closes))}
    data = {
        "registration_closes": _local(closes),
        "bidding_opens": _local(opens),
        "contact": listing.contact,
    }
    return Prefill(data, hint=hint, fills=("registration_closes", "bidding_opens"))


def _typed_instant(text: str | None) -> datetime | None:
    try:
        return read_instant(text)
    except ValueError:
        return None


def _said(at: datetime) -> str:
    return f"{beijing(at):%Y-%m-%d %H:%M}"


def _opinion(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    listing = _listing(subject)
    chosen = request.POST.get("opinion") or request.GET.get("opinion", "")
    opinion = Opinion(chosen) if chosen in list(Opinion) else Opinion.LEGALITY
    found, computed = findings(listing), guide_price_of(listing)
    return Prefill(
        {"opinion": str(opinion)},
        guide_price=computed.pk if computed is not None else 0,
        items=dict(listing.checklist[str(opinion)]),
        findings=[each for each in found if str(each.subject) == str(opinion)],
        hint="；".join(
            f"{HEADING_LABELS[each.subject]}：{each.sentence}" for each in found if each.subject == PRICE
        ),
        evidence=marked(
            visible_attachments(listing, by=by).filter(organisation_id=listing.seller_id), listing=listing
        ),
    )


def _registration(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    listing, name = _listing(subject), dict(subject.facts).get("竞买申请单位", "")
    bidder = Organisation.objects.filter(registrations__listing=listing, name=name).first()
    files = visible_attachments(listing, by=by).filter(organisation_id=bidder.pk if bidder else 0)
    return Prefill(evidence=list(files))


def _application(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """The texts to read and confirm; what was confirmed before has to be confirmed anew."""
    return Prefill(terms={str(each.document): each for each in terms_of(_listing(subject))})


def _answer(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """The question as it was asked, to be published without what would tell who asked."""
    hint = _("答复审核后向所有人公布。请从公开的问题中去掉可能表明咨询人身份的内容，其余照录。")
    return Prefill({"published_text": dict(subject.facts).get(_("咨询内容"), "")}, hint=hint)


def _signature(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    contract = contract_of(_listing(subject).pk)
    hint = _("签署前请先在项目页阅读合同文本。摘要对应您所阅读的文本，合同修改后须重新阅读、签署。")
    return Prefill({"text_sha256": contract.text_sha256 if contract else ""}, hint=hint)


def _revision(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    contract = contract_of(_listing(subject).pk)
    return Prefill({"special": contract.terms.get("special", "") if contract else ""})


def _quality_claim(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """What a retest of the lot's class finds."""
    return Prefill(of_class=_listing(subject).quota_class)


def _commitment_decision(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """The grade that is reported, with the report that it rests on."""
    listing = _listing(subject)
    found = open_report(listing.pk)
    if found is None:
        return Prefill()
    promise = promised_of(listing).promise
    hint = _(
        "现状%(now)s等，承诺%(target)s等；%(measurer)s复评为%(grade)s等。认定后不可更改，退款和划付金额在审核页列明。"
    ) % {
        "now": promise.now,
        "target": promise.target,
        "measurer": found.measurer,
        "grade": found.grade,
    }
    return Prefill({"grade": found.grade}, hint=hint, evidence=[found.attachment])


def _refund(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    due = refunds_due(by).filter(entry__sub_account__case_id=_listing(subject).pk)
    owners = {
        each.entry.sub_account.organisation_id: each.entry.sub_account.organisation.name
        for each in due
        if each.entry.sub_account is not None
    }
    data = {"organisation_id": request.GET.get("organisation_id", "")[:18]}
    return Prefill(data, {"organisation_id": [(str(pk), name) for pk, name in owners.items()]})


def _project(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    near = Region.objects.filter(code__startswith=by.region[:4]).order_by("code")
    return Prefill(
        {"region": by.region},
        {"region": [(each.code, f"{each.code} {each.name}") for each in near]},
        musts=("parts.geometry",) if geometry_required(by.region, now=now) else (),
    )


def _batch(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """What is left of the project, and the grade that its parts have."""
    project = Project.objects.get(pk=subject.pk)
    left = project.made - booked_of(project.pk)
    return Prefill(
        {**left.as_strings(), "grade": grade_made_by(grounds_of(project))},
        hint=_("可分批入库，也可不含某类指标；各批合计不得超过项目各地块合计，否则系统不予入库并指明差额。"),
    )


def _rulebook(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """The newest rules on the subject that the address or the form names; without any, its defaults."""
    province = f"{by.region[:2]}0000"
    asked = request.POST.get("subject") or request.GET.get("subject", "")
    topic = next((each for each in all_subjects() if each.code == asked), SUPPLEMENTARY)
    book: Rulebook | None = newest_approved(province=province, subject=topic, now=now)
    data: dict[str, Any] = {"province": province, "subject": topic.code}
    if book is not None:
        data |= {
            "name": book.name,
            "legal_basis": book.legal_basis,
            "verified_basis": book.verified_basis,
            "parameters": checked(book.parameters, subject=topic).as_json(),
        }
    elif not any(each.required for each in topic.declared.values()):
        data |= {"parameters": checked({}, subject=topic).as_json()}
    offered = {"subject": [(topic.code, _(topic.label))]}
    return Prefill(data, offered, hint=_("以现行规则为底稿，修改后由审核人员批准生效。"))


_MOST_LOTS = 200


def _guide(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """The applications that it may be for: a seller's own that it may change, an office's under review."""
    if by.can(Can.SELL):
        own = Listing.objects.filter(seller_id=by.organisation_id)
        lots = own.filter(status__in=(ListingStatus.DRAFT, ListingStatus.RETURNED))
    else:
        lots = visible_to(by).filter(status__in=(ListingStatus.UNDER_REVIEW, ListingStatus.APPROVED))
    drafts = [(str(each.pk), f"{each} {each.title}") for each in lots.order_by("-pk")[:_MOST_LOTS]]
    hint = _("预算各项按每单位填写，留空的按成本标准计算；既无标准也无预算的，不能测算。")
    near = Region.objects.filter(code__startswith=by.region[:2]).exclude(code__endswith="00").order_by("code")
    offered = {"case_id": drafts, "region": [(each.code, f"{each.code} {each.name}") for each in near]}
    data: dict[str, Any] = {"region": by.region}
    lot = next((each for each in drafts if each[0] == request.GET.get("case_id")), None)
    if lot is not None:
        found = Listing.objects.get(case_id=int(lot[0]))
        data |= {
            "case_id": lot[0],
            "kind": found.priced_kind,
            "grade": found.grade,
            "region": found.case.region,
        }
    offered["case_id"] = drafts or [("", _("没有可以测算的出让申请"))]
    return Prefill(data, {key: rows for key, rows in offered.items() if rows}, hint=hint)


def _entry(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    return Prefill({"arrived_at": _local(now)})


def _cover(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """The opening balance is the last closing one; what the bank says now is for people to type."""
    hint = _("期初余额 + 收入 − 支出须等于期末余额；关闭后，其中的流水方计为到账，系统按此判断款项是否逾期。")
    number = settings.COLLECTION_ACCOUNT["number"]
    last = last_statement(account=number, province=province_of(by))
    data = {
        "account": number,
        "covers_until": _local(now - timedelta(minutes=1)),
        "opening_balance": str(last.closing_balance) if last and last.closing_balance is not None else None,
    }
    return Prefill(data, hint=hint)


def _contract_account(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    return Prefill(offered={"fiscal_account": _accounts(by)})


def _details(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    own = Organisation.objects.get(pk=by.organisation_id)
    names = ("credit_code", "representative", "address", "phone")
    return Prefill({name: getattr(own, name) for name in names})


def _own_account(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    return Prefill({"name": by.organisation_name})


def _calendar(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    hint = _(
        "日期每行一个，如2027-01-01。放假日期填写全部放假调休日期（含周末），上班日期填写调休上班的周末。"
    )
    return Prefill({"year": beijing(now).year + 1}, hint=hint)


def _flood(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    waiting = flood_on(_listing(subject).pk, up_to=MOST_ID)
    newest = waiting.values_list("id", flat=True).last()
    hint = _("未登录提出、尚未决定是否受理的异议共%(count)s件。") % {"count": waiting.count()}
    return Prefill({"up_to": newest} if newest else {}, hint=hint)


def _together(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """The flood up to its newest, each with its text beside the form."""
    flood = list(flood_on(subject.pk, up_to=MOST_ID)[:MOST_AT_ONCE])
    hint = _("未登录提出、尚未决定是否受理的异议共%(count)s件。") % {"count": len(flood)}
    figures = [(_("异议%(number)s") % {"number": each.pk}, each.text) for each in flood]
    return Prefill({"up_to": flood[-1].pk} if flood else {}, hint=hint, figures=figures)


def _bodies() -> Choices:
    rows = Organisation.objects.filter(active=True).exclude(kind=SYSTEM.role).order_by("name", "id")
    return [(str(pk), name) for pk, name in rows.values_list("pk", "name")]


def _new_person(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    hint = _("审核通过后，再为其生成设置密码的一次性链接。")
    return Prefill(offered={"organisation_id": _bodies()}, hint=hint)


def _new_duty(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    return Prefill(offered={"organisation_id": _bodies()}, hint=_("平台管理人员不得兼任交易、监管等岗位。"))


def _term(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """Whose term of use may still be extended."""
    open_ones = UseTerm.objects.filter(batch_id=subject.pk, extended_days=None).select_related("holder")
    return Prefill(
        offered={
            "holder_id": [
                (
                    str(each.holder_id),
                    _("%(holder)s（使用期限%(at)s）")
                    % {"holder": each.holder.name, "at": ended(each.ends_at)},
                )
                for each in open_ones.order_by("ends_at", "id")
            ]
        }
    )


def _new_body(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    return Prefill(offered={"superior_id": _bodies()})


def _changed_body(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    found = Organisation.objects.get(pk=subject.pk)
    data = {"name": found.name, "superior_id": str(found.superior_id or ""), "active": found.active}
    return Prefill(data, {"superior_id": _bodies()})


def _bank_answer(subject: Subject, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """The order that the answer is of, where a desk's task leads here, and the account that it was paid from.

    What came of it and how much was paid is read from the bank's paper, so that a payment of another amount shows.
    """
    payment = payment_of(request.GET.get("request_id", ""))
    if not isinstance(payment, Remittance) or payment.province[:2] != by.region[:2]:
        return Prefill()
    return Prefill({"request_id": payment.request_id.hex, "account": settings.COLLECTION_ACCOUNT["number"]})


_MAKERS: dict[str, Maker] = {
    PERSON_REGISTER: _new_person,
    MEMBERSHIP_GRANT: _new_duty,
    ORGANISATION_REGISTER: _new_body,
    ORGANISATION_CHANGE: _changed_body,
    OBJECTION_DISMISS_FLOOD: _flood,
    OBJECTION_REFUSE_TOGETHER: _together,
    LISTING_DRAFT: _lot_draft,
    LISTING_AMEND: _lot_amend,
    INCOMING_CORRECT: documents.incoming,
    DOCUMENT_CORRECT: documents.document,
    ANNOUNCEMENT_PUBLISH: _announcement,
    REVIEW_DECIDE: _opinion,
    QUESTION_ANSWER: _answer,
    REGISTRATION_SUBMIT: _application,
    REGISTRATION_DECIDE: _registration,
    CONTRACT_SIGN: _signature,
    CONTRACT_REVISE: _revision,
    QUALITY_CLAIM: _quality_claim,
    COMMITMENT_DECIDE: _commitment_decision,
    REFUND_RELEASE: _refund,
    PROJECT_RECORD: _project,
    QUOTA_BOOK: _batch,
    QUOTA_EXTEND_TERM: _term,
    QUOTA_ENCUMBER: quota.burden,
    RULEBOOK_DRAFT: _rulebook,
    GUIDE_COMPUTE: _guide,
    MONEY_IMPORT: _entry,
    MONEY_COVER: _cover,
    MONEY_ANSWER: _bank_answer,
    CONTRACT_ACCOUNT: _contract_account,
    ORGANISATION_DESCRIBE: _details,
    ACCOUNT_REGISTER: _own_account,
    CALENDAR_LOAD: _calendar,
    FUNDS_DISTRIBUTE: funds.distribution,
    FUNDS_SPEND: funds.spending,
    FUNDS_RETURN: funds.giving_back,
    FUNDS_REVERSE: funds.reversal,
    FUNDS_AUDIT: funds.finding,
    FUNDS_ANSWER: funds.answer,
    FUNDS_CONCLUDE: funds.conclusion,
    ADJUSTMENT_DRAFT: adjustments.draft,
    ADJUSTMENT_AMEND: adjustments.amend,
    ADJUSTMENT_TRANSFER: adjustments.transfer,
    PLAN_AMEND: adjustments.plan_amendment,
    PLAN_ACCEPT: adjustments.plan_acceptance,
    ADJUSTMENT_QUARTER: adjustments.quarter,
    **dict.fromkeys(adjustments.DECIDED, adjustments.decide),
    DEMAND_AMEND: demands.amend,
    DEMAND_PAY_IN: demands.pay_in,
    DEMAND_RECEIVE: demands.receive,
    **dict.fromkeys(demands.DECIDED, demands.decide),
    VERIFICATION_DRAFT: verifications.draft,
    VERIFICATION_AMEND: verifications.amend,
    VERIFICATION_COMMISSION: verifications.commission,
    VERIFICATION_REPORT: verifications.report,
    **dict.fromkeys(
        (
            VERIFICATION_SUBMIT,
            VERIFICATION_CITY_DECIDE,
            VERIFICATION_PROVINCE_DECIDE,
            VERIFICATION_RETURN,
            VERIFICATION_REOPEN,
            VERIFICATION_RECORD,
            VERIFICATION_CERTIFY,
            VERIFICATION_REDUCE,
            VERIFICATION_REVOKE,
        ),
        verifications.decide,
    ),
}


def prefill(act_name: str, subject: Subject, *, by: Actor, now: datetime, request: HttpRequest) -> Prefill:
    """What the form of this act begins with; empty for acts that need nothing known beforehand."""
    maker = _MAKERS.get(act_name)
    return maker(subject, by, now, request) if maker else Prefill()
