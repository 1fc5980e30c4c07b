"""The quality commitment (质量提升承诺) in its exact figures, and who could be cheated by one (trade forms, 7)."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from apps.documents.models import Document
from apps.documents.states import DocumentKind
from apps.kinds.table import QuotaKind
from apps.land.models import Project, Regrade
from apps.listings.models import Commitment, Listing
from apps.listings.states import ListingStatus
from apps.money.models import Purse, Remittance
from apps.money.queries import faults as money_faults
from apps.parties.roles import Can, kinds_that
from apps.quota.batch_models import Batch, BatchLine, Source
from apps.quota.models import Movement
from apps.quota.queries import bought_in, faults, holdings
from apps.stages.announcement.models import Announcement
from apps.stages.application.promise_rules import why_not_promise
from apps.stages.commitment.models import Report
from apps.stages.consent.queries import stands
from apps.stages.contract.models import Contract
from apps.stages.transfer.models import QualityClaim
from kernel.access.models import Preparation
from kernel.acts.act import act_called
from kernel.acts.perform import perform
from kernel.deadlines.models import Deadline
from kernel.errors import Code, Refused
from tests.factories.agreed import Agreed
from tests.factories.deal import CENTRE, FINANCE, PROVINCE, SELLER, A, at
from tests.factories.promised import MEASURER, Promised
from tests.process.test_trade_forms import no

pytestmark = pytest.mark.django_db

ENDS = at("11-24 00:00")
"""200 days after the transfer on 7 May."""


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def deal() -> Promised:
    """20 亩, 9 → 7, sold to A for 1,950,000.00 and handed over on 7 May."""
    return Promised.with_its_buyer()


def capacity(deal: Promised, key: str) -> dict[str, str]:
    """A holder's capacity by bucket."""
    found = holdings(deal.organisation(key).pk)[QuotaKind.GRAIN_CAPACITY]
    return {str(bucket): f"{amount:.0f}" for bucket, amount in found.items() if amount}


def term(deal: Promised, kind: str = "commitment") -> Deadline:
    return Deadline.objects.filter(case_id=deal.listing_id, kind=kind).latest("id")


# --- acceptance 9.6


def test_what_is_there_is_moved_and_a_fifth_of_the_price_stays(deal: Promised) -> None:
    assert deal.listing.promised is not None
    assert f"{deal.listing.promised.promise.capacity:.0f}" == "18000"
    moved = Movement.objects.get(case_id=deal.listing_id, reason="transfer")
    amounts = {each.kind: each.amount for each in moved.entries.filter(amount__gt=0)}
    assert amounts == {"farmland_area": Decimal(20), "grain_capacity": Decimal(14000)}
    assert str(Contract.objects.get().total_price) == "1950000.00"
    balances = deal.balances()
    assert (balances["held_back"], balances["remitted"]) == ("390000.00", "1560000.00")
    assert (term(deal).due_at, term(deal).concerns_id) == (ENDS, deal.organisation(SELLER).pk)


def test_one_grade_short_a_ninth_goes_back_out_of_what_was_held_back(deal: Promised) -> None:
    deal.report(grade=8)
    answer = deal.decide(grade=8)
    assert (answer["refund"], answer["from_held_back"]) == ("216666.67", "216666.67")
    assert deal.refunds == ["216666.67"]
    [owed] = Remittance.objects.filter(purse=Purse.HELD_BACK)
    assert str(owed.amount) == "173333.33"
    assert not QualityClaim.objects.exists()
    assert capacity(deal, A) == {"available": "16000"}
    batch = Batch.objects.get(source=Source.COMMITMENT)
    assert (
        batch.source_id,
        batch.grade,
        batch.owner_id,
        f"{batch.quantities.of(QuotaKind.GRAIN_CAPACITY)}",
    ) == (
        deal.listing_id,
        8,
        deal.organisation(A).pk,
        "2000",
    )
    [regrade] = Regrade.objects.all()
    assert (regrade.area, regrade.grade_from, regrade.grade_to) == (Decimal(20), 9, 8)
    assert Project.objects.get().made.of(QuotaKind.GRAIN_CAPACITY).amount == 16000
    assert (faults(), money_faults()) == ([], [])


def test_finance_pays_both_parts_out_of_what_was_held_back(deal: Promised) -> None:
    deal.report(grade=8)
    deal.decide(grade=8)
    deal.remit(now=at("08-11 09:00"))
    assert deal.balances()["held_back"] == "216666.67"
    deal.refund_buyer("08-11 10:00")
    balances = deal.balances()
    assert "held_back" not in balances
    assert (balances["refunded"], balances["remitted"]) == ("216666.67", "1733333.33")
    assert money_faults() == []


def test_with_nothing_reported_the_seller_owes_what_was_not_held_back(deal: Promised) -> None:
    deal.run(ENDS)
    found = Commitment.objects.get()
    assert (found.achieved_grade, str(found.refund), str(found.from_held_back)) == (
        9,
        "433333.33",
        "390000.00",
    )
    assert found.decided_at == ENDS
    claim = QualityClaim.objects.get()
    assert (str(claim.refund), claim.confirmed_at is not None, claim.paid_at) == ("43333.33", True, None)
    assert deal.refunds == ["390000.00"]
    assert not Remittance.objects.filter(purse=Purse.HELD_BACK).exists()
    assert capacity(deal, A) == {"available": "14000"}
    assert not Regrade.objects.exists()
    deal.both(FINANCE, "quality.paid", "11-25 10:00", subject=claim.pk, voucher_no="付-1")
    claim.refresh_from_db()
    assert claim.paid_at is not None
    assert (faults(), money_faults()) == ([], [])


def test_what_is_kept_brings_the_seller_all_and_the_buyer_all(deal: Promised) -> None:
    deal.report(grade=7)
    assert deal.decide(grade=7)["refund"] == "0.00"
    [owed] = Remittance.objects.filter(purse=Purse.HELD_BACK)
    assert (str(owed.amount), deal.refunds, capacity(deal, A)) == ("390000.00", [], {"available": "18000"})


def test_better_than_promised_counts_as_promised(deal: Promised) -> None:
    deal.report(grade=5)
    assert deal.decide(grade=5)["refund"] == "0.00"
    assert capacity(deal, A) == {"available": "18000"}
    assert Regrade.objects.get().grade_to == 7


def test_worse_than_sold_is_refunded_too_and_what_is_gone_is_written_off(deal: Promised) -> None:
    deal.report(grade=10)
    assert deal.decide(grade=10)["refund"] == "650000.00"  # 6,000 of 18,000
    assert str(QualityClaim.objects.get().refund) == "260000.00"
    assert capacity(deal, A) == {"available": "12000", "written_off": "2000"}
    assert (faults(), money_faults()) == ([], [])


# --- announced, printed, shown


def test_announcement_contract_and_approval_name_both_grades(deal: Promised) -> None:
    facts = Announcement.objects.get().facts["commitment"]
    assert (facts["grade"], facts["target_grade"], facts["capacity"]) == ("9", "7", "18000")
    papers = {each.kind: each for each in Document.objects.filter(case_id=deal.listing_id)}
    said = "".join(papers[DocumentKind.ANNOUNCEMENT].facts["remarks"])
    assert "由现状9等提升至7等" in said
    assert "承诺产能18,000公斤" in said
    clauses = "".join(papers[DocumentKind.TRIPARTITE_CONTRACT].facts["clauses"])
    assert "由现状9等提升至7等" in clauses
    assert "成交价款的20%留存" in clauses
    commitment = papers[DocumentKind.QUALITY_COMMITMENT]
    assert commitment.public
    assert commitment.issued_by_name == deal.organisation(SELLER).name
    for act in ("listing.submit", "announcement.publish", "contract.sign", "transfer.execute"):
        bound = Preparation.objects.filter(act=act).latest("id").bound
        shown = {each["label"]: each["value"] for each in bound["facts"]} if bound else {}
        if shown:
            assert shown["质量提升承诺"] == "划转后200日内由9等提升至7等", act


def test_a_price_per_kilogram_counts_what_is_promised_and_moves_what_is_there() -> None:
    deal = Promised.stocked()
    deal.paid(
        price="100.00",
        lines=[{"batch": deal.batch_id, "kind": "grain_capacity", "amount": "14000"}],
        starting_price="100.00",
        price_unit="yuan_per_kg",
        increment="1.00",
    )
    assert str(Contract.objects.get().total_price) == "1800000.00"
    deal.transfer()
    assert capacity(deal, A) == {"available": "14000"}
    assert deal.balances()["held_back"] == "360000.00"


def test_the_outcome_is_printed_for_everybody(deal: Promised) -> None:
    deal.report(grade=8)
    deal.decide(grade=8)
    paper = Document.objects.get(case_id=deal.listing_id, kind=DocumentKind.COMMITMENT_RESULT)
    assert paper.public
    stated = {
        name: paper.facts[name] for name in ("grade_found", "refund", "from_held_back", "owed", "measurer")
    }
    assert stated == {
        "grade_found": 8,
        "refund": "216666.67",
        "from_held_back": "216666.67",
        "owed": "0.00",
        "measurer": MEASURER,
    }
    assert paper.facts["issued"]["value"] == "2000"


# --- what is promised


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"target_grade": 9}, Code.INVALID),
        ({"target_grade": 10}, Code.INVALID),
        ({"commitment_days": 1096}, Code.INVALID),
        ({"commitment_area": "20.0001"}, Code.AMOUNT_EXCEEDS),
        ({"form": "auction"}, Code.INVALID),
    ],
)
def test_a_promise_that_cannot_be_held_is_not_taken(changes: dict[str, Any], code: Code) -> None:
    deal = Promised.stocked(rules={"timed_bidding": {"enabled": True}})
    before = Listing.objects.count()
    assert no(lambda: deal.draft(**changes)).code is code
    assert Listing.objects.count() == before


def test_a_promise_is_of_capacity_that_is_sold() -> None:
    deal = Promised.stocked()
    lines = [{"batch": deal.batch_id, "kind": "farmland_area", "amount": "20.0000"}]
    assert no(lambda: deal.draft(lines=lines)).code is Code.INVALID


def test_only_a_county_government_promises_and_not_its_bureau() -> None:
    assert kinds_that(Can.PROMISE_QUALITY) == ("county_government",)
    refusal = why_not_promise(may_promise=False)
    assert refusal is not None
    assert refusal.code is Code.NOT_PERMITTED


def test_without_the_signed_commitment_nothing_is_handed_in() -> None:
    deal = Promised.stocked()
    deal.draft()
    deal._attach(SELLER, dict(deal.listing.terms.to_list), now=at("03-02 10:00"))
    refusal = no(lambda: deal.both(SELLER, "listing.submit", "03-02 10:00"))
    assert (refusal.code, refusal.detail["missing"]) == (Code.MISSING_DOCUMENT, "quality_commitment")


def test_the_same_ground_is_promised_once() -> None:
    deal = Promised.stocked()
    half = [
        {"batch": deal.batch_id, "kind": "farmland_area", "amount": "10.0000"},
        {"batch": deal.batch_id, "kind": "grain_capacity", "amount": "7000"},
    ]
    kg = [{"batch": deal.batch_id, "kind": "grain_capacity", "amount": "7000"}]
    deal.draft(lines=half, commitment_area="10.0000")
    deal.submit()
    deal.draft(
        lines=kg,
        commitment_area="15.0000",
        price_unit="yuan_per_kg",
        starting_price="100.00",
        increment="1.00",
    )
    refusal = no(deal.submit)
    assert refusal.code is Code.AMOUNT_EXCEEDS
    assert refusal.detail == {"there": "20.0000", "elsewhere": "10.0000", "wanted": "15.0000"}


def test_what_two_persons_hand_in_is_what_they_saw() -> None:
    deal = Promised.stocked()
    deal.draft()
    deal._attach(SELLER, {**deal.listing.terms.to_list, **deal.listing.papers}, now=at("03-02 10:00"))
    deal.alone(SELLER, "listing.submit", "03-02 10:00")
    waiting = Preparation.objects.filter(act="listing.submit", decided_at=None).latest("id")
    with transaction.atomic():
        Commitment.objects.update(target_grade=8)
    with pytest.raises(Refused):
        perform(
            act_called("listing.submit"),
            subject_id=deal.listing_id,
            data={},
            by=deal.approver(SELLER),
            now=at("03-02 10:00"),
            seen=waiting.digest,
        )
    assert deal.listing.status == ListingStatus.DRAFT


def test_what_is_announced_stands() -> None:
    deal = Promised.stocked()
    deal.approved()
    deal.announce()
    for change in ({"target_grade": 8}, {"days": 1}, {"decided_at": at("03-06 09:00")}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Commitment.objects.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Commitment.objects.all().delete()


# --- what is reported and decided


def test_a_measurer_of_one_side_is_refused(deal: Promised) -> None:
    for key in (SELLER, A):
        name = deal.organisation(key).name
        assert no(lambda name=name: deal.report(measurer=name)).code is Code.SELF_DEALING  # type: ignore[misc]
    assert not Report.objects.exists()


def test_each_report_needs_a_file_of_its_own(deal: Promised) -> None:
    facts: dict[str, Any] = {"grade": 8, "measurer": MEASURER, "findings": "经复评，地力提升"}
    refusal = no(lambda: deal.alone(SELLER, "commitment.report", "08-03 10:00", **facts))
    assert refusal.code is Code.MISSING_DOCUMENT
    deal.report("08-03 11:00")
    refusal = no(lambda: deal.alone(SELLER, "commitment.report", "08-04 10:00", **facts))
    assert (refusal.code, refusal.detail["missing"]) == (Code.MISSING_DOCUMENT, "regrading_report")


def test_it_is_reported_again_while_it_is_undecided_and_the_last_counts(deal: Promised) -> None:
    deal.report("08-03 10:00", grade=8)
    due = term(deal, "commitment_decide").due_at
    deal.report("08-05 10:00", grade=7)
    assert term(deal, "commitment_decide").due_at == due
    [first, second] = Report.objects.order_by("id")
    assert (first.closed_at, first.grade_decided, second.closed_at) == (at("08-05 10:00"), None, None)
    deal.decide(grade=7)
    refusal = no(lambda: deal.report("08-12 10:00"))
    assert refusal.code is Code.DUPLICATE_REQUEST


def test_a_decision_on_another_report_than_was_seen_is_refused(deal: Promised) -> None:
    deal.report("08-03 10:00", grade=8)
    facts: dict[str, Any] = {"grade": 8, "reason": "与复评报告一致"}
    deal.alone(PROVINCE, "commitment.decide", "08-04 10:00", **facts)
    waiting = Preparation.objects.filter(act="commitment.decide", decided_at=None).latest("id")
    deal.report("08-05 10:00", grade=7)
    with pytest.raises(Refused):
        perform(
            act_called("commitment.decide"),
            subject_id=deal.listing_id,
            data=facts,
            by=deal.approver(PROVINCE),
            now=at("08-06 10:00"),
            seen=waiting.digest,
        )
    assert Commitment.objects.get().decided_at is None


def test_the_term_waits_for_a_decision_and_takes_no_later_report(deal: Promised) -> None:
    deal.report("11-20 10:00", grade=8)
    deal.run(ENDS)
    assert Commitment.objects.get().decided_at is None
    assert "认定" in term(deal).waiting_for
    assert no(lambda: deal.report("11-24 00:00", grade=7)).code is Code.TOO_LATE
    assert deal.decide("11-25 10:00", grade=8)["refund"] == "216666.67"
    deal.run(at("11-27 00:00"))
    assert Commitment.objects.get().achieved_grade == 8


def test_a_provisional_term_ends_nothing() -> None:
    deal = Promised.stocked()
    deal.handed_over(commitment_days=700)
    due = term(deal)
    assert due.provisional
    deal.run(due.due_at)
    assert Commitment.objects.get().decided_at is None
    assert "节假日" in term(deal).waiting_for


def test_after_the_term_a_report_is_too_late_and_nothing_is_decided_twice(deal: Promised) -> None:
    deal.run(ENDS)
    assert no(lambda: deal.report("11-25 10:00")).code is Code.TOO_LATE
    assert no(lambda: deal.decide("11-25 10:00")).code is Code.DUPLICATE_REQUEST


def test_nothing_is_decided_without_a_report(deal: Promised) -> None:
    assert no(deal.decide).code is Code.WRONG_STATUS
    assert Commitment.objects.get().decided_at is None


def test_the_decision_is_due_in_twenty_working_days(deal: Promised) -> None:
    deal.report("08-03 10:00")
    assert term(deal, "commitment_decide").due_at == at("09-01 00:00")


def test_the_rest_of_the_price_stays_beyond_the_completion(deal: Promised) -> None:
    deal.publicise()
    deal.both(CENTRE, "filing.submit", "05-11 09:00")
    deal.both(PROVINCE, "filing.accept", "05-12 09:00")
    deal.run(at("06-01 09:00"))
    assert deal.listing.status == ListingStatus.COMPLETED
    assert not Remittance.objects.filter(purse=Purse.HELD_BACK).exists()
    deal.report()
    assert deal.decide()["refund"] == "216666.67"
    assert str(Remittance.objects.get(purse=Purse.HELD_BACK).amount) == "173333.33"


def _completed(deal: Promised) -> None:
    deal.both(CENTRE, "filing.submit", "05-20 09:00")
    deal.both(PROVINCE, "filing.accept", "05-21 09:00")
    deal.run(at("06-01 09:00"))
    assert deal.listing.status == ListingStatus.COMPLETED


def test_what_was_decided_and_is_not_yet_paid_lets_the_trade_come_to_its_end(deal: Promised) -> None:
    deal.publicise()
    deal.report("05-11 09:00")
    deal.decide("05-13 09:00")
    [order] = Remittance.objects.filter(purse=Purse.HELD_BACK)
    _completed(deal)
    assert [each.pk for each in Remittance.objects.filter(purse=Purse.HELD_BACK)] == [order.pk]
    assert Deadline.objects.filter(kind="remit", subject_id=order.pk).count() == 1
    deal.remit(now=at("06-01 10:00"))
    assert deal.balances()["held_back"] == "216666.67"
    assert (faults(), money_faults()) == ([], [])


def test_what_the_rules_hold_back_of_every_price_stays_until_the_trade_is_complete() -> None:
    deal = Promised.stocked({"holdback": "0.05"})
    deal.handed_over()
    deal.publicise()
    deal.report("05-11 09:00")
    deal.decide("05-13 09:00")
    assert not Remittance.objects.filter(purse=Purse.HELD_BACK).exists()
    _completed(deal)
    assert str(Remittance.objects.get(purse=Purse.HELD_BACK).amount) == "173333.33"


def test_there_is_no_second_claim_on_the_same_ground(deal: Promised) -> None:
    deal.report()
    deal.decide()
    deal._attach(A, ["retest_report"], now=at("08-11 09:00"))
    worse: dict[str, Any] = {"measurer": MEASURER, "reason": "复测", "grade": 10}
    assert no(lambda: deal.alone(A, "quality.claim", "08-11 10:00", **worse)).code is Code.DUPLICATE_REQUEST
    less: dict[str, Any] = {"measurer": MEASURER, "reason": "复测", "area": "18.0000"}
    done = deal.alone(A, "quality.claim", "08-11 10:00", **less)
    # 2 of 20 亩 at 7 grades each of the 180 that the price was for
    assert done.answer["refund"] == "151666.67"


def test_what_a_claim_brought_before_is_not_refunded_twice(deal: Promised) -> None:
    deal._attach(A, ["retest_report"], now=at("06-01 09:00"))
    worse: dict[str, Any] = {"measurer": MEASURER, "reason": "复测", "grade": 10}
    done = deal.alone(A, "quality.claim", "06-01 10:00", **worse)
    assert done.answer["refund"] == "216666.67"  # 20 of the 180 that the price was for
    deal.report(grade=10)
    assert deal.decide(grade=10)["refund"] == "433333.33"  # 650,000.00 less what it brought


def test_what_a_commitment_brings_is_not_sold_on(deal: Promised) -> None:
    deal.report()
    deal.decide()
    batch = Batch.objects.get(source=Source.COMMITMENT)
    assert bought_in([batch.pk], holder_id=deal.organisation(A).pk) == batch


def test_the_database_issues_nothing_that_was_not_achieved(deal: Promised) -> None:
    deal.report()
    deal.decide()
    with pytest.raises(DatabaseError), transaction.atomic():
        _issue_once_more()


def _issue_once_more() -> None:
    """The same batch once more under another number, for a case that promised nothing."""
    batch = Batch.objects.get(source=Source.COMMITMENT)
    batch.pk, batch.source_id, batch.certificate_no = None, 0, "X-1"
    batch.save(force_insert=True)
    BatchLine.objects.create(batch=batch, kind=QuotaKind.GRAIN_CAPACITY, amount=1)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_nobody_but_the_seller_reports(deal: Promised) -> None:
    facts: dict[str, Any] = {"grade": 7, "measurer": MEASURER, "findings": "经复评"}
    assert no(lambda: deal.alone(A, "commitment.report", "08-03 10:00", **facts)).code is Code.NOT_FOUND
    assert not Report.objects.exists()


def test_a_commitment_comes_with_an_agreement_too_and_its_counterparty_consents_to_it() -> None:
    deal = Agreed.stocked()
    deal.pair()
    promised: dict[str, Any] = {
        "lines": [
            {"batch": deal.batch_id, "kind": "farmland_area", "amount": "4500.0000"},
            {"batch": deal.batch_id, "kind": "grain_capacity", "amount": "4050000"},
        ],
        "target_grade": 6,
        "commitment_area": "4500.0000",
        "commitment_project": Project.objects.get().pk,
        "commitment_days": 365,
        "proceeds_use": "地力提升",
    }
    deal.draft("04-03 09:00", **promised)
    deal.papers("04-03 09:30")
    deal.paper(SELLER, "quality_commitment", "04-03 09:40", case_id=deal.listing_id)
    deal.consent("04-03 10:00")
    assert stands(deal.listing)
    deal.alone(SELLER, "listing.amend", "04-03 11:00", **deal.facts(**promised | {"target_grade": 5}))
    assert not stands(deal.listing)
    deal.consent("04-03 12:00")
    deal.submit()
    deal.review("04-08 10:00")
    deal.announce_it()
    notice = Document.objects.get(case_id=deal.listing_id, kind=DocumentKind.AGREEMENT_NOTICE)
    assert "由现状7等提升至5等" in "".join(notice.facts["remarks"])
    assert Document.objects.filter(case_id=deal.listing_id, kind=DocumentKind.QUALITY_COMMITMENT).exists()
