"""Who may sell and review, and that nothing passes unticked, unanswered or against what the law makes absolute."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError
from pytest_django import DjangoAssertNumQueries

from apps.disclosure.evidence import marked
from apps.documents.commands import attach
from apps.documents.models import Attachment
from apps.documents.printing import small_pdf
from apps.documents.states import AttachmentKind
from apps.kinds.classes import class_terms
from apps.kinds.prices import PriceUnit
from apps.kinds.quantities import Quantities
from apps.kinds.table import QuotaClass, QuotaKind
from apps.listings.models import Listing
from apps.listings.states import ListingStatus
from apps.parties.commands import register_organisation, register_person
from apps.parties.models import Membership
from apps.parties.queries import actor_of
from apps.parties.roles import Role
from apps.quota import burdens
from apps.quota.batch_models import Batch
from apps.quota.ledger import Line
from apps.rulebook import presets
from apps.rulebook.commands import approve, draft, install
from apps.rulebook.models import Rulebook
from apps.rulebook.parameters import Parameters
from apps.stages.application import commands as application
from apps.stages.application.rules import why_not_submit
from apps.stages.contract.models import Contract
from apps.stages.review import commands as review
from apps.stages.review import queries, rules
from apps.stages.review.states import Heading, Outcome, Subject
from kernel.access import commands as access
from kernel.actors import SYSTEM, Actor, Duty
from kernel.acts.act import act_called
from kernel.acts.perform import perform
from kernel.errors import Code, Refusal, Refused
from kernel.money import Yuan
from kernel.sealing import open_sealed
from tests.factories.deal import CENTRE, PROVINCE, SELLER, A, B, Deal, at
from tests.factories.papers import CHECKLIST, NUMBERS, TO_LIST

pytestmark = pytest.mark.django_db
NOW = at("03-05 09:00")


@pytest.fixture
def deal() -> Deal:
    return Deal.begun()


def no(call: Any) -> Refusal:
    """The refusal of what must be refused."""
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.refusal


def submitted(deal: Deal, *, lot: application.LotFacts | None = None) -> int:
    """A second lot of the first one's batch, handed in, under review."""
    facts = lot or replace(
        application.facts_of(deal.listing), quantities=Quantities(5, 0, 0), lines=(_five_mu(),), ceiling=None
    )
    deal.listing_id = application.draft(lot=facts, by=deal.operator(SELLER), now=NOW).pk
    deal._attach(SELLER, TO_LIST, now=NOW)
    deal.do(SELLER, "listing.submit", application.submit, now=NOW, listing_id=deal.listing_id)
    return deal.listing_id


def _five_mu() -> Line:
    return Line(Batch.objects.get().pk, QuotaKind.FARMLAND_AREA, Decimal(5))


def opine(deal: Deal, subject: Subject, *, office: str = PROVINCE, **given: Any) -> Any:
    """Two persons of an office give an opinion."""
    facts = {"outcome": Outcome.PASS, "items": dict.fromkeys(CHECKLIST[subject], True)} | given
    return deal.do(
        office, f"review.decide:{subject}", review.decide, now=NOW, listing_id=deal.listing_id, opinion=subject,
        **facts,
    )  # fmt: skip


# --- who sells ---


def bought(deal: Deal) -> application.LotFacts:
    """The first lot sold to the county A; the lot that A would make of it."""
    deal.announce()
    for key in (A, B):
        deal.register(key)
    deal.bid(A, 50000, now=at("03-25 09:30"))
    deal.confirm()
    for key in (SELLER, A, CENTRE):
        deal.sign(key, now=at("04-01 09:00"))
    account = Contract.objects.get().terms["payment_account"]
    deal.pay(A, account, "800000.00", now=at("04-20 10:00"))
    deal.transfer()
    return replace(
        application.facts_of(deal.listing),
        quantities=Quantities(20, 0, 0),
        lines=(Line(Batch.objects.get().pk, QuotaKind.FARMLAND_AREA, Decimal(20)),),
        starting_price=Yuan(90000),
        price_unit=PriceUnit.YUAN_PER_MU,
        fiscal_account=deal.account(A).pk,
    )


def test_what_was_bought_is_not_sold_on(deal: Deal) -> None:
    lot = bought(deal)
    refusal = no(lambda: application.draft(lot=lot, by=deal.operator(A), now=at("05-12 09:00")))
    assert refusal.code is Code.NOT_PERMITTED
    assert "购入" in refusal.sentence


def test_a_rule_of_the_province_may_allow_it_until_it_is_handed_in(deal: Deal) -> None:
    lot, now = bought(deal), at("05-12 09:00")
    _rules(now, resale_allowed=True, resale_rule_no="豫自然资发〔2026〕1号")
    made = application.draft(lot=lot, by=deal.operator(A), now=now)
    deal.listing_id = made.pk
    deal._attach(A, TO_LIST, now=now)
    _rules(now)
    refusal = no(lambda: deal.do(A, "listing.submit", application.submit, now=now, listing_id=made.pk))
    assert refusal.code is Code.NOT_PERMITTED


def _rules(now: Any, **changes: Any) -> None:
    """Another version of the province's rules, in force at once."""
    book = presets.parameters("baseline", changes)
    install(province="410000", name="河南省规则", legal_basis=["演示"], parameters=book, now=now)


def test_resale_without_the_number_of_a_rule_is_no_rulebook() -> None:
    with pytest.raises(ValidationError, match="resale_rule_no"):
        presets.parameters("baseline", {"resale_allowed": True})


def test_who_is_no_seller_by_the_rules_drafts_nothing(deal: Deal) -> None:
    _rules(NOW, seller_kinds=["development_zone"])
    facts = replace(application.facts_of(deal.listing), quantities=Quantities(5, 0, 0), lines=(_five_mu(),))
    refusal = no(lambda: application.draft(lot=facts, by=deal.operator(SELLER), now=NOW))
    assert (refusal.code, refusal.detail) == (Code.NOT_PERMITTED, {"seller_kinds": "development_zone"})


def test_a_copy_of_rules_from_before_loads_and_goes_on_as_it_was() -> None:
    old = {
        name: value
        for name, value in presets.BASELINE.items()
        if name in Parameters.model_fields and Parameters.model_fields[name].is_required()
    }
    loaded = Parameters.model_validate(old)
    assert len(loaded.seller_kinds) == 3
    assert loaded.opinion_bodies.legality == "either"
    assert (loaded.resale_allowed, loaded.geometry_required, loaded.portal_required) == (False, False, False)


# --- who reviews, and what passes ---


def test_each_opinion_is_given_by_the_office_that_the_rules_name(deal: Deal) -> None:
    submitted(deal)
    for subject, office in (
        (Subject.LEGALITY, CENTRE),
        (Subject.VALIDITY, CENTRE),
        (Subject.ELIGIBILITY, PROVINCE),
    ):
        refusal = no(lambda subject=subject, office=office: opine(deal, subject, office=office))
        assert refusal.code is Code.NOT_PERMITTED
    assert opine(deal, Subject.LEGALITY).pk


def test_nothing_passes_with_a_point_unticked(deal: Deal) -> None:
    submitted(deal)
    for items in ({}, {"spatial_plan": True, "ecology": True, "approval": False}):
        refusal = no(lambda items=items: opine(deal, Subject.LEGALITY, items=items))
        assert (refusal.code, "立项批复合法有效" in refusal.sentence) == (Code.INVALID, True)
    assert opine(deal, Subject.LEGALITY).outcome == "pass"


def test_a_finding_that_does_not_hold_is_answered_in_writing(deal: Deal) -> None:
    facts = replace(application.facts_of(deal.listing), quantities=Quantities(5, 0, 0), lines=(_five_mu(),))
    submitted(deal, lot=facts)
    Listing.objects.update(grade=6)  # as a report that was corrected since
    assert [each.item for each in queries.wanting(deal.listing, Subject.VALIDITY)] == ["grade"]
    assert no(lambda: opine(deal, Subject.VALIDITY)).code is Code.INVALID
    assert no(lambda: opine(deal, Subject.VALIDITY, answers={"grade": " "})).code is Code.INVALID
    made = opine(deal, Subject.VALIDITY, answers={"grade": "验收报告更正后为6等"})
    assert made.answers == {"grade": "验收报告更正后为6等"}


def test_an_opinion_looks_up_what_it_is_about_and_nothing_else(
    deal: Deal, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    submitted(deal)
    Listing.objects.update(grade=6)
    seized: dict[str, Any] = {"subject_id": deal.batch_id, "batch_id": deal.batch_id, "reason": "查封"}
    deal.do(PROVINCE, "quota.encumber:查封", burdens.encumber, now=NOW, **seized)
    listing = deal.listing
    found = [each for each in queries.findings(listing) if not each.holds]
    assert {each.item for each in found} == {"grade", "encumbrance"}
    for subject in Subject:
        of_it = [each for each in found if str(each.subject) == str(subject)]
        assert queries.wanting(listing, subject) == of_it
    with django_assert_num_queries(0):
        assert queries.wanting(listing, Subject.LEGALITY) == []


def test_no_answer_takes_an_encumbrance_away(deal: Deal) -> None:
    submitted(deal)
    batch = Batch.objects.get().pk
    deal.do(
        PROVINCE,
        "quota.encumber:查封",
        burdens.encumber,
        now=NOW,
        subject_id=batch,
        batch_id=batch,
        reason="查封",
    )
    refusal = no(lambda: opine(deal, Subject.ELIGIBILITY, office=CENTRE, answers={"encumbrance": "已核实"}))
    assert refusal.code is Code.QUOTA_ENCUMBERED


@pytest.mark.parametrize(("item", "code"), sorted(rules.ABSOLUTE.items()))
def test_what_the_law_makes_absolute_is_never_answered_away(item: str, code: Code) -> None:
    refusal = rules.why_not_pass(
        points=CHECKLIST[Subject.VALIDITY],
        outcome=Outcome.PASS,
        items=dict.fromkeys(CHECKLIST[Subject.VALIDITY], True),
        wanting={item: "不符"},
        answers={item: "已核实"},
    )
    assert refusal is not None
    assert refusal.code is code


def test_who_applied_for_the_seller_gives_no_opinion_from_another_office(deal: Deal) -> None:
    submitted(deal)
    gone = deal.people[SELLER][1]
    gone.active = False
    gone.save()
    moved = Membership.objects.create(
        person=gone.person, organisation=deal.organisation(CENTRE), duty="approver"
    )
    facts: dict[str, Any] = {"items": dict.fromkeys(CHECKLIST[Subject.ELIGIBILITY], True)}
    access.prepare(
        act="review.decide", slot=Subject.ELIGIBILITY, subject_id=deal.listing_id, payload={},
        by=deal.operator(CENTRE), now=NOW,
    )  # fmt: skip
    refusal = no(
        lambda: review.decide(
            listing_id=deal.listing_id, opinion=Subject.ELIGIBILITY, outcome=Outcome.PASS, by=actor_of(moved),
            now=NOW, **facts,
        )
    )  # fmt: skip
    assert refusal.code is Code.SELF_DEALING


def test_a_price_outside_the_guidance_stands_under_a_heading_of_its_own(deal: Deal) -> None:
    guide = {"kind": "farmland_area", "grade_from": 1, "grade_to": 15, "lowest": "60000", "highest": None}
    _rules(NOW, price_guidance=[guide])
    submitted(deal)
    [price] = [each for each in queries.findings(deal.listing) if each.item == "guidance"]
    assert (price.subject, price.holds) == (Heading.PRICE, False)
    assert opine(deal, Subject.LEGALITY).outcome == "pass"


@pytest.mark.parametrize("missing", ["acceptance_record_no", "ecology_no"])
def test_an_application_names_the_record_of_the_acceptance_and_the_assessment(
    deal: Deal, missing: str
) -> None:
    facts = replace(application.facts_of(deal.listing), quantities=Quantities(5, 0, 0), lines=(_five_mu(),))
    bare: dict[str, Any] = {missing: " "}
    refusal = no(lambda: submitted(deal, lot=replace(facts, **bare)))
    assert (refusal.code, refusal.detail["missing"]) == (Code.MISSING_DOCUMENT, missing)


def test_an_application_without_the_assessment_itself_is_refused(deal: Deal) -> None:
    assert "ecology_assessment" in TO_LIST
    refusal = rules_of_documents(set(TO_LIST) - {"ecology_assessment"})
    assert refusal is not None
    assert refusal.detail["missing"] == "ecology_assessment"


def rules_of_documents(documents: set[str]) -> Refusal | None:
    """What an application with these documents is told."""
    return why_not_submit(
        status=ListingStatus.DRAFT,
        documents=documents,
        numbers=dict.fromkeys(NUMBERS, "1"),
        terms=class_terms(QuotaClass.SUPPLEMENTARY),
    )


# --- the record of evidence, the sealed price, the province ---


def test_evidence_is_of_a_round_and_what_came_later_is_marked(deal: Deal) -> None:
    submitted(deal)
    _upload(deal, NOW + timedelta(hours=1))
    notes = [each.round_note for each in _marked(deal)]
    assert notes == ["第1轮"] * len(TO_LIST) + ["第1轮提交后上传"]
    opine(deal, Subject.LEGALITY, outcome=Outcome.CORRECT, reason="请补正")
    review.send_back(
        listing_id=deal.listing_id, reason="请补正", by=deal.operator(PROVINCE), now=NOW + timedelta(hours=2)
    )
    again = NOW + timedelta(hours=3)
    deal.do(SELLER, "listing.submit", application.submit, now=again, listing_id=deal.listing_id)
    assert [each.round_note for each in _marked(deal)] == ["第1轮"] * len(TO_LIST) + ["第2轮"]


def _upload(deal: Deal, now: Any) -> None:
    by = deal.operator(SELLER)
    attach(
        kind=AttachmentKind.OTHER, name="补充.pdf", content=small_pdf("补充", ["材料"]), now=now,
        organisation_id=by.organisation_id, uploaded_by_id=by.person_id, case_id=deal.listing_id,
    )  # fmt: skip


def _marked(deal: Deal) -> list[Any]:
    files = Attachment.objects.filter(case_id=deal.listing_id).order_by("id")
    return list(marked(files, listing=deal.listing))


def _amended(deal: Deal, **changes: Any) -> None:
    listing = deal.listing
    data = {
        "title": listing.title, "farmland_area": "5", "grade": 7, "starting_price": "50000.00",
        "lines": [{"batch": _five_mu().batch_id, "kind": "farmland_area", "amount": "5"}],
        "price_unit": "yuan_per_mu", "fiscal_account": listing.fiscal_account_id,
    }  # fmt: skip
    perform(
        act_called("listing.amend"),
        subject_id=listing.pk,
        data=data | changes,
        by=deal.operator(SELLER),
        now=NOW,
    )


def test_a_sealed_reserve_price_stays_unless_it_is_replaced_or_taken_away(deal: Deal) -> None:
    facts = replace(
        application.facts_of(deal.listing),
        quantities=Quantities(5, 0, 0),
        lines=(_five_mu(),),
        reserve_price=Yuan(60000),
    )
    deal.listing_id = application.draft(lot=facts, by=deal.operator(SELLER), now=NOW).pk
    token = deal.listing.sealed_reserve
    _amended(deal, title="改名")
    assert (deal.listing.title, deal.listing.sealed_reserve, deal.listing.has_reserve) == (
        "改名",
        token,
        True,
    )
    _amended(deal, reserve_price="70000.00")
    assert open_sealed(deal.listing.sealed_reserve) == "70000.00"
    assert no(lambda: _amended(deal, reserve_price="80000.00", drop_reserve=True)).code is Code.INVALID
    _amended(deal, drop_reserve=True)
    assert (deal.listing.sealed_reserve, deal.listing.has_reserve) == ("", False)


def _neighbour(deal: Deal, role: Role) -> dict[Duty, Actor]:
    """Two persons of the same office of another province."""
    body = register_organisation(kind=role, name=f"湖南{role}", region="430000", by=SYSTEM, now=NOW)
    return {
        duty: actor_of(
            register_person(
                username=f"hunan-{role}-{duty}", name="陈某", organisation=body, duty=duty, by=SYSTEM, now=NOW
            )
        )
        for duty in Duty
    }


def test_another_provinces_staff_reach_nothing_here(deal: Deal) -> None:
    theirs = _neighbour(deal, Role.PROVINCIAL_DNR)
    batch = Batch.objects.get()
    submitted(deal)
    tried = [
        ("quota.book", batch.project_id, {"certificate_no": "X", "farmland_area": "1", "grade": 7}),
        ("quota.encumber", batch.pk, {"reason": "查封"}),
        ("review.decide", deal.listing_id, queries.opinion_facts(deal.listing_id, "legality", "pass")),
        ("review.return", deal.listing_id, {"reason": "请补正"}),
    ]
    for name, subject, data in tried:
        refusal = no(
            lambda name=name, subject=subject, data=data: perform(
                act_called(name), subject_id=subject, data=data, by=theirs[Duty.OPERATOR], now=NOW
            )
        )
        assert refusal.code in (Code.NOT_PERMITTED, Code.NOT_FOUND), name
    values = presets.parameters("baseline").as_json()
    common: dict[str, Any] = {
        "name": "规则",
        "legal_basis": ["演示"],
        "valid_from": NOW.date(),
        "parameters": values,
    }
    refusal = no(lambda: draft(province="410000", by=theirs[Duty.OPERATOR], now=NOW, **common))
    assert refusal.code is Code.NOT_PERMITTED
    made: Rulebook = draft(province="410000", by=deal.operator(PROVINCE), now=NOW, **common)
    refusal = no(lambda: approve(rulebook_id=made.pk, by=theirs[Duty.APPROVER], now=NOW))
    assert refusal.code is Code.NOT_PERMITTED
