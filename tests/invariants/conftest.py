"""One whole deal, from the first parcel to the accepted filing, in a database of the module's own."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connections, transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from apps.crossprovince.drawing import commitment_of
from apps.crossprovince.models import (
    Adjustment,
    AuditDraw,
    AuditRound,
    Plan,
    PlanAcceptance,
    PlanLine,
    QuarterReport,
)
from apps.demo.models import Seeding
from apps.desks.models import SavedView
from apps.documents.commands import open_document
from apps.documents.models import Attachment, Document, IncomingCorrection, IncomingDocument
from apps.funds import ledger
from apps.funds.ledger import Source
from apps.funds.models import (
    Answer,
    Conclusion,
    Distribution,
    Finding,
    Payee,
    Portion,
    Receipt,
    Restitution,
    Reversal,
    Spending,
)
from apps.kinds.table import QuotaKind
from apps.kinds.trade import TradeForm
from apps.land.models import Part, Regrade
from apps.listings.models import Commitment, Listing, Suspension, Termination
from apps.money import commands as money
from apps.money import payments
from apps.money.models import Answered, Remittance
from apps.objections import commands as objections
from apps.pairing.models import Pairing
from apps.parties.commands import bar, flag_seller, note_debt
from apps.parties.models import ApiToken, KnownDevice
from apps.prices.models import Computation
from apps.questions.models import Question
from apps.quota import burdens
from apps.quota.batch_models import Batch
from apps.quota.models import Claim, Movement, Retirement, UseTerm, YearStatement
from apps.rulebook.models import Rulebook
from apps.stages.agreement.models import Notice
from apps.stages.announcement.models import Supplement
from apps.stages.application import commands as application
from apps.stages.commitment.models import Report
from apps.stages.consent.models import Consent
from apps.stages.filing import commands as filing
from apps.stages.review.models import ReturnNotice
from apps.stages.transfer.models import QualityClaim
from apps.watching.models import Watch
from config import scratch
from kernel.access import assignments
from kernel.access import commands as access
from kernel.actors import PUBLIC
from kernel.acts import drafts
from kernel.acts.act import act_called
from kernel.acts.models import KeptAnswer
from kernel.availability import commands as availability
from kernel.deadlines import commands as deadlines
from kernel.money import ZERO, Yuan
from kernel.outbox.commands import relay
from tests.factories import bank
from tests.factories.across import Across
from tests.factories.deal import CENTRE, FINANCE, PROVINCE, SELLER, A, B, Deal, at
from tests.factories.journey import contract_on, contracted, import_payment
from tests.factories.kept import kept
from tests.factories.taking import Taking


@pytest.fixture(scope="module")
def whole(
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Deal]:
    """A deal that has left a row in every table."""
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")),
    ):
        world = kept("whole", _whole)
        with world.copied("whole") as name, scratch.point_at(name):
            yield world.given
            connections.close_all()


def _whole() -> Deal:
    deal = contracted()
    _finish(deal)
    _leave_traces(deal)
    _verify(deal)
    _share_out(deal)
    _report_and_audit()
    _agree(deal)
    _take_across()
    return deal


def _finish(deal: Deal) -> None:
    import_payment(deal, "1100000.00", now=at("04-20 10:00"))
    deal.transfer()
    deal.publicise()
    now = at("05-09 10:00")
    deal.do(CENTRE, "filing.submit", filing.submit, now=now, listing_id=deal.listing_id)
    for document in Document.objects.all():
        open_document(document_id=document.pk, now=now)


def _verify(deal: Deal) -> None:
    """What was verified of another province is found less, and the deal's lot has a guide price."""
    _go_across()
    certified = Batch.objects.latest("pk")
    case_id = certified.source_id or 0
    Claim.objects.create(
        case_id=case_id,
        batch=certified,
        holder_id=certified.owner_id,
        kind="construction_area",
        amount=1,
        left=1,
        finding_no="核减一",
        reason="复核",
        opened_at=at("05-10 09:00"),
    )
    UseTerm.objects.create(
        batch=certified,
        holder_id=certified.owner_id,
        ends_at=at("06-10 09:00"),
        extended_days=30,
        reason="工期",
    )
    entered = IncomingDocument.objects.create(
        case_id=case_id,
        act="verification.reopen",
        body="某部",
        document_no="一号",
        document_date=at("05-10 09:00").date(),
        attachment=Attachment.objects.earliest("pk"),
        entered_at=at("05-10 09:00"),
    )
    IncomingCorrection.objects.create(
        incoming=entered, before={"document_no": "零号"}, after={"document_no": "一号"}, reason="录入有误",
        corrected_by_id=1, corrected_at=at("05-10 09:00"),
    )  # fmt: skip
    Computation.objects.create(
        case_id=deal.listing_id, norms=Rulebook.objects.earliest("pk"), result={}, kind="farmland_area", grade=7,
        land_class="dry", region_id="410222", made_by_id=1, organisation=deal.organisation(CENTRE),
        computed_at=at("05-10 09:00"),
    )  # fmt: skip


def _agree(deal: Deal) -> None:
    """A pairing, an agreement under it to which its counterparty consents, and a notice of one."""
    now = at("05-10 12:00")
    document = IncomingDocument.objects.create(
        act="pairing.record",
        body="省政府",
        document_no="二号",
        document_date=now.date(),
        attachment=Attachment.objects.filter(incoming=None).latest("pk"),
        entered_at=now,
    )
    pairing = Pairing.objects.create(
        province="410000",
        giving_region="41",
        taking_region="4101",
        classes=["supplementary"],
        valid_from=now.date(),
        document=document,
        recorded_by_id=1,
        recorded_at=now,
    )
    taker = deal.organisation(B)
    lot = replace(
        application.facts_of(deal.listing),
        form=TradeForm.AGREEMENT,
        counterparty=taker.pk,
        pairing=pairing.pk,
        increment=None,
    )
    drafted = application.draft(lot=lot, by=deal.operator(SELLER), now=now)
    Consent.objects.create(
        listing=drafted, organisation=taker, facts_sha256="0" * 64, given_at=now, given_by_id=1
    )
    Notice.objects.create(listing=deal.listing, started_at=now)
    _promise(drafted, now=now)


def _promise(drafted: Listing, *, now: datetime) -> None:
    """A lot's county promises a better grade, reports on it, and a part of its project has one."""
    part = Part.objects.earliest("pk")
    Commitment.objects.create(
        listing=drafted, project=part.project, area=1, target_grade=6, days=200, proceeds_use="地力提升"
    )
    attachment = Attachment.objects.earliest("pk")
    said = {"grade": 6, "measurer": "检测机构", "findings": "复评", "attachment": attachment}
    Report.objects.create(listing=drafted, reported_by_id=1, reported_at=now, **said)
    Regrade.objects.create(part=part, case_id=drafted.pk, area=1, grade_from=7, grade_to=6, at=now)


def _share_out(deal: Deal) -> None:
    """The price as proceeds, all of it the farmers': of supplementary quota none are booked by themselves."""
    now, sent = at("05-10 11:00"), Remittance.objects.get()
    of = Source(deal.organisation(SELLER).pk, deal.listing_id)
    came = ledger.move(
        {"external": -sent.amount, "pool": sent.amount}, of=of, reason="receive", once="receive", now=now
    )
    Receipt.objects.create(movement=came, remittance=sent, amount=sent.amount, arrived_at=now)
    went = ledger.move(
        {"pool": -sent.amount, "share:farmers": sent.amount},
        of=of,
        reason="distribute",
        once="distribute",
        now=now,
    )
    made = Distribution.objects.create(
        movement=went, amount=sent.amount, organisation=deal.organisation(SELLER), released_by_id=1, at=now
    )
    Portion.objects.create(distribution=made, category="farmers", amount=sent.amount)
    _spend_of(deal, of)


@transaction.atomic
def _spend_of(deal: Deal, of: Source) -> None:
    """A payment to a farmer and a firm, a giving back, a taking back of it, a finding that is to be recovered."""
    now, one = at("05-10 12:00"), Yuan(1)
    by = {"organisation": deal.organisation(SELLER), "released_by_id": 1, "at": now}
    paid = ledger.move(
        {"share:farmers": -one - one, "spent:farmers": one + one},
        of=of,
        reason="spend",
        once="spend",
        now=now,
    )
    first, second, third = Attachment.objects.order_by("-pk")[:3]
    spending = Spending.objects.create(
        movement=paid, holder_id=of.holder_id, category="farmers", voucher_no="记-1", purpose="补偿", project="项目",
        amount=one + one, attachment=first, sheet_sha256="a" * 64, **by,
    )  # fmt: skip
    Payee.objects.create(spending=spending, line=1, kind="person", sealed="x", payee_mark="a", amount=one)
    Payee.objects.create(
        spending=spending, line=2, kind="body", name="某公司", account="1", payee_mark="b", amount=one,
        invoice_no="票-1",
    )  # fmt: skip
    back = {"share:farmers": -one, "returned": one}
    given = ledger.move(back, of=of, reason="return", once="return", now=now)
    Restitution.objects.create(
        movement=given,
        bucket="share:farmers",
        amount=one,
        recipient="某县",
        reason="退款",
        attachment=second,
        **by,
    )
    again = ledger.move(
        {bucket: -amount for bucket, amount in back.items()}, of=of, reason="reverse", once="reverse", now=now
    )
    Reversal.objects.create(movement=again, of=given, reason="有误", attachment=third, **by)
    finding = Finding.objects.create(
        holder_id=of.holder_id, source_id=of.case_id, about=paid, text="名册不符", amount=one, **by
    )
    Answer.objects.create(finding=finding, text="已更正", **by)
    Conclusion.objects.create(finding=finding, outcome="recover", text="追缴", amount=one, **by)
    note_debt(organisation_id=of.holder_id, case_id=of.case_id, reference="finding", amount=one, since=now)


def _go_across() -> None:
    """Surplus quota of another province is verified and goes to a third one."""
    across = Across.with_ministry()
    across.match(across.row())
    across.implementing()
    across.allocate("216000000.00")
    across.transfer()


@transaction.atomic
def _report_and_audit() -> None:
    """What follows of the money of what went to a third province: a plan accepted, a quarter reported, audits drawn."""
    now, gone = at("05-11 10:00"), Adjustment.objects.earliest("pk")
    plan = Plan.objects.create(adjustment=gone, version=9, proposed=True, made_by_id=1, made_at=now)
    PlanLine.objects.create(
        plan=plan, no=1, category="farmers", item="安置", village="某村", amount=Yuan(1), revitalisation=True
    )
    PlanAcceptance.objects.create(plan=plan, accepted_by_id=1, accepted_at=now)
    QuarterReport.objects.create(
        adjustment=gone, quarter="2026Q2", figures={}, reported_by_id=1, reported_at=now
    )
    secret = "11" * 32
    for year in (2026, 0):
        drawn = AuditRound.objects.create(
            adjustment=gone, year=year, commitment=commitment_of(secret), sealed_secret="s", begun_at=now,
            drawn_at=now, secret=secret, spent=Yuan(2), sampled=Yuan(2), concluded_at=now, outcome="in_order",
        )  # fmt: skip
        AuditDraw.objects.create(
            round=drawn, place=1, spending=Spending.objects.earliest("pk"), amount=Yuan(2),
            digest=secret, sampled=True,
        )  # fmt: skip


def _take_across() -> None:
    """A third province takes quota of others."""
    taking = Taking.settled()
    taking.draft()
    taking.submit()
    taking.report("受理〔2026〕301号")
    taking.paying()
    taking.pay("400000000.00")
    taking.receive()
    taking.close()


def _leave_traces(deal: Deal) -> None:
    """What an undisturbed deal does not leave: reasons, supplements, exceptions, burdens, absences."""
    now = at("05-10 10:00")
    ReturnNotice.objects.create(listing=deal.listing, review_round=9, reason="补正", at=now)
    Supplement.objects.create(listing=deal.listing, text="补充", published_at=now, published_by_id=1)
    import_payment(deal, "1.00", now=now, entry="too late")
    Retirement.objects.create(
        holder=deal.organisation(B), project_name="公路", project_approval_no="批", at=now,
        movement=Movement.objects.create(reason="use", at=now),
    )  # fmt: skip
    YearStatement.objects.create(
        province="410000", year=2025, statement={}, sha256="a" * 64, closed_by_id=1, closed_at=now
    )
    batch_id = Batch.objects.get().pk
    deal.do(
        PROVINCE,
        "quota.encumber:查封",
        burdens.encumber,
        now=now,
        subject_id=batch_id,
        batch_id=batch_id,
        reason="查封",
        amounts={QuotaKind.FARMLAND_AREA: Decimal("0.5000")},
    )
    money.report_balance(
        account=contract_on(deal).terms["payment_account"],
        at=now,
        balance=ZERO,
        by=deal.approver(FINANCE, 2),
        now=now,
    )
    sent = Remittance.objects.get()
    payments.note_answer(
        reference="O-1",
        account=bank.COMMON,
        request_id=sent.request_id.hex,
        outcome=Answered.PAID,
        amount=sent.amount,
        at=now,
        by=deal.operator(FINANCE),
        now=now,
    )
    bank.close(
        bank.COMMON, until=now, now=now, operator=deal.operator(FINANCE), approver=deal.approver(FINANCE)
    )
    objections.raise_objection(
        case_id=deal.listing_id, text="异议", name="某人", contact="电话", by=PUBLIC, now=now
    )
    person = deal.people[B][0].person
    Question.objects.create(
        case_id=deal.listing_id, text="请问如何看地", asked_at=now, receipt_sha256="0" * 64
    )
    Watch.objects.create(listing=deal.listing, organisation=deal.organisation(B), since=now)
    SavedView.objects.create(person=person, page="queue", name="逾期", query="due=overdue", saved_at=now)
    KnownDevice.objects.create(person=person, key_sha256="0" * 64, used_at=now)
    ApiToken.objects.create(
        person=person,
        name="对账程序",
        key_sha256="0" * 64,
        under="0" * 16,
        issued_at=now,
        expires_at=now + timedelta(days=1),
    )
    access.prepare(act="quota.use", subject_id=0, payload={}, by=deal.operator(B), now=now)
    QualityClaim.objects.create(
        listing=deal.listing,
        sold_area=20,
        sold_grade=7,
        area=19,
        grade=7,
        measurer="检测机构",
        refund=1,
        reason="复测",
        claimed_by_id=1,
        claimed_at=now,
    )
    Suspension.objects.create(
        listing=deal.listing, internal_reason="一", public_reason="二", cause="centre", began_at=now
    )
    Termination.objects.create(listing=deal.listing, internal_reason="一", public_reason="二", at=now)
    Seeding.objects.create(begun_at=now, ended_at=now)
    availability.beat(now=now)
    availability.set_shared_clock(stands_at=now)
    availability.go_down(now=now)
    relay(now=now)
    bar(
        organisation_id=deal.organisation(A).pk,
        case_id=deal.listing_id,
        reason="违约",
        since=now,
        until=at("06-10 10:00"),
    )
    flag_seller(organisation_id=deal.organisation(SELLER).pk, case_id=deal.listing_id, reason="未签", at=now)
    KeptAnswer.objects.create(person_id=1, key="k", act="bid.place", request_sha256="", answered_at=now)
    drafts.keep(act_called("quota.use"), subject_id=0, data={}, by=deal.operator(B), now=now)
    assignments.take(task="filing.submit:1:0", by=deal.operator(CENTRE), now=now)
    deadlines.move(
        deadlines.set_at(kind="bar_end", case_id=None, concerns_id=1, due_at=at("06-10 10:00"), now=now),
        due_at=at("06-11 10:00"),
        reason="顺延",
        now=now,
    )
