"""Nobody applies to bid unread: what was confirmed is the text of this lot, kept whole with who, when and digest."""

import hashlib
from decimal import Decimal
from typing import Any

import pytest

from apps.rulebook.presets import parameters
from apps.stages.qualification import terms
from apps.stages.qualification.models import Registration, TermsConfirmation
from apps.stages.qualification.queries import confirmation_facts, terms_of
from apps.stages.qualification.terms import TermsDocument
from kernel.access.models import Preparation
from kernel.acts.act import act_called
from kernel.acts.bound import Sort
from kernel.acts.perform import approval_of, bound_of, perform
from kernel.errors import Code, Refused
from tests.factories.actors import enrol
from tests.factories.deal import CENTRE, Deal, at
from tests.factories.journey import act, announced
from tests.factories.papers import TO_BID

pytestmark = pytest.mark.django_db
APPLIES = at("03-12 09:30")


@pytest.fixture
def deal() -> Deal:
    """An announced lot, and a third organisation with its evidence uploaded."""
    made = announced()
    enrol(made, "c", "金丝雀丙市人民政府")
    made._attach("c", TO_BID, now=APPLIES)
    return made


def refused(deal: Deal, **data: str) -> Refused:
    """What the operator's application is refused for; nothing is left of it."""
    with pytest.raises(Refused) as no:
        act(deal.operator("c"), "registration.submit", deal.listing_id, now=APPLIES, **data)
    assert not Registration.objects.filter(organisation=deal.organisation("c")).exists()
    return no.value


def applied(deal: Deal) -> Registration:
    """The third organisation applies, two persons of it."""
    said = confirmation_facts(deal.listing_id)
    act(deal.operator("c"), "registration.submit", deal.listing_id, now=APPLIES, **said)
    act(deal.approver("c"), "registration.submit", deal.listing_id, now=at("03-12 10:30"), **said)
    return Registration.objects.get(organisation=deal.organisation("c"))


@pytest.mark.parametrize(
    "missing", [["notice_sha256"], ["pledge_sha256"], ["notice_sha256", "pledge_sha256"]]
)
def test_an_application_without_each_confirmation_is_refused_with_a_sentence(
    deal: Deal, missing: list[str]
) -> None:
    said = {k: v for k, v in confirmation_facts(deal.listing_id).items() if k not in missing}
    no = refused(deal, **said).refusal
    assert no.code is Code.INVALID
    assert set(no.detail) == set(missing)
    assert ("竞买须知" in no.sentence) == ("notice_sha256" in missing)
    assert ("竞买承诺书" in no.sentence) == ("pledge_sha256" in missing)


def test_another_text_than_the_present_one_is_not_confirmed(deal: Deal) -> None:
    said = confirmation_facts(deal.listing_id)
    assert refused(deal, **said | {"notice_sha256": "0" * 64}).refusal.code is Code.TEXT_CHANGED
    swapped = {"notice_sha256": said["pledge_sha256"], "pledge_sha256": said["notice_sha256"]}
    assert refused(deal, **swapped).refusal.code is Code.TEXT_CHANGED


def test_what_was_confirmed_is_kept_whole_with_who_and_when(deal: Deal) -> None:
    registration = applied(deal)
    rows = TermsConfirmation.objects.filter(registration=registration)
    texts = {str(each.document): each for each in terms_of(deal.listing)}
    assert {row.document for row in rows} == set(map(str, TermsDocument))
    for row in rows:
        assert row.text == texts[row.document].text
        assert row.sha256 == hashlib.sha256(row.text.encode()).hexdigest()
        assert (row.version, row.submission) == (texts[row.document].version, 1)
        assert (row.read_by_id, row.read_at) == (deal.operator("c").person_id, APPLIES)
        assert (row.released_by_id, row.confirmed_at) == (deal.approver("c").person_id, at("03-12 10:30"))


def test_the_deciding_office_reads_and_binds_what_was_confirmed(deal: Deal) -> None:
    registration = applied(deal)
    said = bound_of(
        act_called("registration.decide"), registration.pk, {"outcome": "qualified"}, by=deal.operator(CENTRE)
    )
    facts = {each.label: each.value for each in said.facts}
    rows = list(TermsConfirmation.objects.filter(registration=registration))
    assert {row.sha256 for row in rows} <= set(facts.values())
    assert any(rows[0].read_by_name in value for value in facts.values())
    assert {each.text for each in said.readings} == {row.text for row in rows}


def test_whatever_the_applicant_names_its_own_release_binds_the_texts_that_are_shown(deal: Deal) -> None:
    for named in ({}, {"notice_sha256": "0" * 64, "pledge_sha256": "0" * 64}):
        said = bound_of(act_called("registration.submit"), deal.listing_id, named, by=deal.operator("c"))
        digests = [each.value for each in said.facts if each.sort is Sort.DIGEST]
        assert digests == [hashlib.sha256(each.text.encode()).hexdigest() for each in said.readings]
        assert len(digests) == 2


def test_another_wording_makes_a_waiting_application_void_though_no_fact_of_the_lot_changed(
    deal: Deal, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = confirmation_facts(deal.listing_id)
    made = act(deal.operator("c"), "registration.submit", deal.listing_id, now=APPLIES, **said)
    waiting = Preparation.objects.get(pk=made.answer["preparation"])
    monkeypatch.setitem(terms._WRITERS, TermsDocument.NOTICE, lambda lot: ["另一文本。"])
    shown = approval_of(waiting, by=deal.approver("c"), now=at("03-12 10:30"))
    assert shown.bound.readings[0].text == "另一文本。"
    assert shown.changed
    assert [label for label, _, _ in shown.changes] == [f"确认竞买须知（{terms.VERSION}版）"]


def test_a_supplement_that_moves_a_date_makes_a_waiting_application_void(deal: Deal) -> None:
    said = confirmation_facts(deal.listing_id)
    act(deal.operator("c"), "registration.submit", deal.listing_id, now=APPLIES, **said)
    deal.run(at("03-12 10:00"))
    moved: dict[str, Any] = {"text": "竞价顺延。", "bidding_closes": "2026-03-31T10:00:00+08:00"}
    for by in (deal.operator(CENTRE), deal.approver(CENTRE)):
        act(by, "announcement.amend", deal.listing_id, now=at("03-12 10:00"), **moved)
    assert confirmation_facts(deal.listing_id)["notice_sha256"] != said["notice_sha256"]
    with pytest.raises(Refused) as no:
        act(deal.approver("c"), "registration.submit", deal.listing_id, now=at("03-12 10:30"), **said)
    assert no.value.refusal.code is Code.TEXT_CHANGED
    assert not TermsConfirmation.objects.filter(registration__organisation=deal.organisation("c")).exists()


def test_a_correction_is_confirmed_anew(deal: Deal) -> None:
    registration = applied(deal)
    returned = {"outcome": "correct", "reason": "资金证明过期"}
    for by in (deal.operator(CENTRE), deal.approver(CENTRE)):
        act(by, "registration.decide", registration.pk, now=at("03-13 09:30"), **returned)
    with pytest.raises(Refused):
        perform(
            act_called("registration.submit"), subject_id=deal.listing_id, by=deal.operator("c"),
            now=at("03-13 10:00"),
        )  # fmt: skip
    said = confirmation_facts(deal.listing_id)
    for by in (deal.operator("c"), deal.approver("c")):
        act(by, "registration.submit", deal.listing_id, now=at("03-13 10:00"), **said)
    submissions = TermsConfirmation.objects.filter(registration=registration).values_list(
        "submission", flat=True
    )
    assert sorted(submissions) == [1, 1, 2, 2]


def test_the_texts_name_the_lots_facts(deal: Deal) -> None:
    notice, pledge = (each.text for each in terms_of(deal.listing))
    lot = deal.listing
    assert lot.deposit_amount is not None
    assert lot.increment is not None
    for amount in (lot.starting_price, lot.increment, lot.deposit_amount):
        assert f"{amount.amount:,.2f}元" in notice
    for said in (
        "2026年03月20日00:00",
        "2026年03月25日09:00",
        "2026年03月30日10:00",
        "0.05%",
        "30日",
        "365日",
    ):
        assert said in notice, said
    assert "保证金不予退还" in notice
    assert "保证金不予退还" in pledge
    assert "支付违约金" in notice
    assert "支付违约金" in pledge
    assert "滞纳金" not in notice + pledge
    assert str(lot.number) in pledge
    assert Decimal("0.0005") == parameters("henan").late_fee_daily
